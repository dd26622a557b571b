"""Calls about keys, holds and webhooks, for either client: ``client.send(admin.list_keys())``.

They need a key with the scope ``admin``; those about webhooks the scope ``webhooks``. Lists come in pages: give
``next_cursor`` of one as ``cursor`` for the next, until it is None.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from api.client.calls import Answer, Call
from api.client.models import (
    Deliveries,
    Delivery,
    Done,
    Endpoint,
    Endpoints,
    EndpointWithSecret,
    Hold,
    Holds,
    Key,
    Keys,
    KeyWithToken,
    Replayed,
    TestEvent,
    Undecided,
)


def list_keys(cursor: str | None = None) -> Call[Keys]:
    """The shop's keys, the newest first; those that ended, too."""
    return _get("/v1/keys", Keys, cursor=cursor)


def create_key(
    name: str, scopes: Sequence[str], *, mode: str = "live", requests_per_minute: int | None = None
) -> Call[KeyWithToken]:
    """A new key; its token is in this answer and in no other."""
    body = {"name": name, "scopes": list(scopes), "mode": mode, "requests_per_minute": requests_per_minute}
    return _post("/v1/keys", KeyWithToken, body)


def rotate_key(key_id: str, *, overlap_hours: float = 24) -> Call[KeyWithToken]:
    """A new key that may do the same; the old one is good for the overlap."""
    return _post(f"/v1/keys/{_in_path(key_id)}/rotate", KeyWithToken, {"overlap_hours": overlap_hours})


def end_key(key_id: str) -> Call[Key]:
    """Refuse the key from now on."""
    return Call(method="DELETE", path=f"/v1/keys/{_in_path(key_id)}", answer=Key)


def list_holds() -> Call[Holds]:
    """What is held now."""
    return _get("/v1/holds", Holds)


def place_hold(note: str, *, brand: str | None = None, campaign: str | None = None) -> Call[Hold]:
    """From now on a person reads every order of the shop, or of one brand or campaign."""
    return _post("/v1/holds", Hold, {"note": note, "brand": brand, "campaign": campaign})


def lift_hold(hold_id: str) -> Call[Hold]:
    """Back to automatic answers."""
    return Call(method="DELETE", path=f"/v1/holds/{_in_path(hold_id)}", answer=Hold)


def list_endpoints(cursor: str | None = None) -> Call[Endpoints]:
    """Where the shop's events go, the newest first."""
    return _get("/v1/webhook-endpoints", Endpoints, cursor=cursor)


def create_endpoint(url: str, event_types: Sequence[str] = ()) -> Call[EndpointWithSecret]:
    """Have events sent to an address; the secret is in this answer and in no other.

    Args:
        event_types: Empty for all.
    """
    return _post("/v1/webhook-endpoints", EndpointWithSecret, {"url": url, "event_types": list(event_types)})


def get_endpoint(endpoint_id: str) -> Call[Endpoint]:
    """An endpoint and how it fares."""
    return _get(_endpoint(endpoint_id), Endpoint)


def delete_endpoint(endpoint_id: str) -> Call[Done]:
    """Forget the endpoint and what was recorded about it."""
    return Call(method="DELETE", path=_endpoint(endpoint_id), answer=Done)


def disable_endpoint(endpoint_id: str) -> Call[Endpoint]:
    """Send nothing to it until it is enabled."""
    return _post(f"{_endpoint(endpoint_id)}/disable", Endpoint, is_repeatable=True)


def enable_endpoint(endpoint_id: str) -> Call[Endpoint]:
    """Send to it again."""
    return _post(f"{_endpoint(endpoint_id)}/enable", Endpoint, is_repeatable=True)


def rotate_secret(endpoint_id: str, *, overlap_hours: float = 24) -> Call[EndpointWithSecret]:
    """A new secret; the old one signs beside it for the overlap."""
    return _post(f"{_endpoint(endpoint_id)}/rotate-secret", EndpointWithSecret, {"overlap_hours": overlap_hours})


def send_test_event(endpoint_id: str) -> Call[TestEvent]:
    """Send a ``webhook.test`` event to it."""
    return _post(f"{_endpoint(endpoint_id)}/test", TestEvent)


def list_deliveries(endpoint_id: str, *, status: str | None = None, cursor: str | None = None) -> Call[Deliveries]:
    """What was sent to it, the newest first."""
    return _get(f"{_endpoint(endpoint_id)}/deliveries", Deliveries, status=status, cursor=cursor)


def replay_delivery(endpoint_id: str, delivery_id: str) -> Call[Delivery]:
    """Make one delivery again, with the same ``webhook-id``."""
    return _post(f"{_endpoint(endpoint_id)}/deliveries/{_in_path(delivery_id)}/replay", Delivery, is_repeatable=True)


def replay(endpoint_id: str, since: datetime, until: datetime, *, include_delivered: bool = False) -> Call[Replayed]:
    """Make the deliveries of a span of time again."""
    span = {"since": since.isoformat(), "until": until.isoformat(), "include_delivered": include_delivered}
    return _post(f"{_endpoint(endpoint_id)}/replay", Replayed, span, is_repeatable=True)


def reconcile(cursor: str | None = None) -> Call[Undecided]:
    """What the server holds as undecided; needs ``screenings:read``."""
    return _get("/v1/reconcile", Undecided, cursor=cursor)


def _get(path: str, answer: type[Answer], **params: str | None) -> Call[Answer]:
    given = {name: value for name, value in params.items() if value is not None}
    return Call(method="GET", path=path, answer=answer, params=given)


def _post(path: str, answer: type[Answer], body: Any = None, *, is_repeatable: bool = False) -> Call[Answer]:
    return Call(method="POST", path=path, answer=answer, body=body, is_repeatable=is_repeatable)


def _endpoint(endpoint_id: str) -> str:
    return f"/v1/webhook-endpoints/{_in_path(endpoint_id)}"


def _in_path(id_: str) -> str:
    return quote(id_, safe="")
