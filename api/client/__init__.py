"""A typed client for shops: sync and async, safe to retry, and the check of a webhook's signature.

It stands alone: it needs ``httpx``, ``pydantic`` and ``standardwebhooks``, and nothing else of the server.

    from api.client import Client, Order

    with Client("https://moderation.example", key) as moderation:
        screening = moderation.screen(Order(fields={"left_shoe": "RUN"}, product="shoe", reference="order-1001/1"))
        if screening.status != "approved":
            hold_the_order(screening.message)
"""

from api.client import admin
from api.client.clients import AsyncClient, Client
from api.client.errors import ApiError, ClientError, Unreachable
from api.client.models import Appeal, BatchResult, Case, Guidelines, Message, Order, Preview, Reason, Screening
from api.client.webhooks import BadSignature, Event, verify

__all__ = [
    "ApiError",
    "Appeal",
    "AsyncClient",
    "BadSignature",
    "BatchResult",
    "Case",
    "Client",
    "ClientError",
    "Event",
    "Guidelines",
    "Message",
    "Order",
    "Preview",
    "Reason",
    "Screening",
    "Unreachable",
    "admin",
    "verify",
]
