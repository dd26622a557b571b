"""Intake: the checkout's request in, a stored decision out."""
