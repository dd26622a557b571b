"""Delivery: signed webhooks about status changes, kept until the shop has accepted them."""
