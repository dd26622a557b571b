"""Signatures after the Standard Webhooks specification, so that a shop can verify with any of its libraries."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from api.storage.tables import WebhookEndpoint


def new_secret() -> str:
    """A fresh ``whsec_...`` of 256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def secrets_in_force(endpoint: WebhookEndpoint, moment: datetime) -> list[str]:
    """The secrets that sign now, the newest first: all of them while a rotation overlaps, else the newest."""
    is_rotating = endpoint.old_secrets_until is not None and moment < endpoint.old_secrets_until
    return list(endpoint.secrets) if is_rotating else list(endpoint.secrets[:1])


def sign(signing_secrets: Sequence[str], message_id: str, sent_at: datetime, body: str) -> dict[str, str]:
    """The three headers of a signed webhook.

    Args:
        signing_secrets: Each adds one signature; a receiver accepts when any of them fits.
        message_id: The event's id, the same in every repeat: by it the shop recognises one.
        sent_at: The moment of this attempt; receivers refuse what is over five minutes old.
        body: The very text sent; serialising again may reorder keys and break the signature.
    """
    signatures = [Webhook(secret).sign(message_id, sent_at, body) for secret in signing_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
