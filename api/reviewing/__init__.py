"""Reviewing: what reviewers do to cases. Each use case is one function over one transaction."""
