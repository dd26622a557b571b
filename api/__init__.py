"""The outside world: HTTP, storage, the reviewers' console, webhooks and the command line."""
