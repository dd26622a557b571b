"""Pages for customers and partners: opened by a link, without a sign-in, without script."""
