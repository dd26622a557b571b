"""Keys: a shop manages its own over the API."""
