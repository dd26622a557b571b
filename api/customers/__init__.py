"""Customers of this server: merchants, their keys, their reviewers."""
