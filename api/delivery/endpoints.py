"""Use cases about endpoints: where a merchant's events go, and what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.delivery import addresses
from api.delivery.addresses import ForbiddenAddress, UnknownHost
from api.delivery.signing import new_secret
from api.errors import Problem
from api.storage.clock import now
from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint

MAX_ENDPOINTS = 20
#: So many secrets sign at once; a leaked one that is rotated three times is surely gone.
MAX_SECRETS = 3
MAX_REPLAY = 10_000

TEST_EVENT = "webhook.test"


def check_address(url: str, *, allow_private: bool) -> None:
    """Refuse an address that we would refuse to call. Takes as long as the name service does; hold no transaction.

    Raises:
        Problem: 422 ``address_refused``, with the reason and what would be fine.
    """
    try:
        parts = addresses.parse(url, allow_private=allow_private)
        if not allow_private:
            addresses.resolve(parts, allow_private=False)
    except (ForbiddenAddress, UnknownHost) as refusal:
        raise Problem(422, "address_refused", str(refusal)) from None


def create(session: Session, merchant_id: str, url: str, event_types: Sequence[str]) -> WebhookEndpoint:
    """A new endpoint with a secret of its own. ``check_address`` comes first."""
    of_merchant = select(func.count()).select_from(WebhookEndpoint).where(WebhookEndpoint.merchant_id == merchant_id)
    if session.exec(of_merchant).one() >= MAX_ENDPOINTS:
        detail = f"There are {MAX_ENDPOINTS} endpoints already. Delete one that is no longer used."
        raise Problem(409, "too_many_endpoints", detail)
    endpoint = WebhookEndpoint(
        merchant_id=merchant_id,
        url=url,
        secrets=[new_secret()],
        event_types=list(dict.fromkeys(event_types)),
    )
    session.add(endpoint)
    session.flush()
    return endpoint


def find(session: Session, merchant_id: str, endpoint_id: str) -> WebhookEndpoint:
    """The merchant's endpoint. Another merchant's id is as unknown as one that never was."""
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None or endpoint.merchant_id != merchant_id:
        raise Problem(404, "endpoint_not_found", "There is no webhook endpoint with this id for this key.")
    return endpoint


def rotate_secret(endpoint: WebhookEndpoint, overlap: timedelta) -> str:
    """A new secret; the ones before it go on signing for a while, so that the shop can switch without a gap."""
    secret, moment = new_secret(), now()
    is_rotating = endpoint.old_secrets_until is not None and moment < endpoint.old_secrets_until
    kept = endpoint.secrets if is_rotating else endpoint.secrets[:1]
    endpoint.secrets = [secret, *kept][:MAX_SECRETS] if overlap else [secret]
    endpoint.old_secrets_until = moment + overlap if overlap else None
    return secret


def disable(endpoint: WebhookEndpoint) -> None:
    """Send nothing from now on; what comes meanwhile can be replayed later."""
    endpoint.disabled_at = endpoint.disabled_at or now()


def enable(endpoint: WebhookEndpoint) -> None:
    """Send again from now on."""
    endpoint.disabled_at = None
    endpoint.failing_since = None


def send_test(session: Session, endpoint: WebhookEndpoint) -> OutboxEvent:
    """An event about nothing, for this endpoint alone, on the way that all events go."""
    _must_be_enabled(endpoint)
    event = OutboxEvent(
        merchant_id=endpoint.merchant_id,
        endpoint_id=endpoint.id,
        type=TEST_EVENT,
        payload={"endpoint_id": endpoint.id, "message": "This is a test; no order is meant."},
    )
    session.add(event)
    return event


def find_delivery(session: Session, endpoint: WebhookEndpoint, delivery_id: str) -> tuple[Delivery, OutboxEvent]:
    """A delivery to this endpoint, and its event."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.endpoint_id != endpoint.id:
        raise Problem(404, "delivery_not_found", "There is no delivery with this id for this endpoint.")
    return delivery, session.get_one(OutboxEvent, delivery.event_id)


def replay(session: Session, endpoint: WebhookEndpoint, delivery: Delivery) -> None:
    """Make the delivery once more, whatever became of it; one that waits for its next attempt makes it now."""
    _must_be_enabled(endpoint)
    delivery.status = "requested"
    session.add(delivery)


def replay_range(
    session: Session, endpoint: WebhookEndpoint, since: datetime, until: datetime, *, include_delivered: bool
) -> int:
    """Make the deliveries of a span of time once more, and those that were never begun for want of an endpoint.

    Returns:
        How many.
    """
    _must_be_enabled(endpoint)
    events = _events_for(session, endpoint, since, until)
    made = select(Delivery).where(Delivery.endpoint_id == endpoint.id, col(Delivery.event_id).in_(events))
    deliveries = {delivery.event_id: delivery for delivery in session.exec(made)}
    requested = 0
    for event_id in session.exec(events):
        delivery = deliveries.get(event_id) or Delivery(event_id=event_id, endpoint_id=endpoint.id, status="failed")
        if delivery.status == "failed" or (include_delivered and delivery.status == "delivered"):
            delivery.status = "requested"
            session.add(delivery)
            requested += 1
    return requested


def _events_for(session: Session, endpoint: WebhookEndpoint, since: datetime, until: datetime) -> SelectOfScalar[str]:
    events = select(OutboxEvent.id).where(
        OutboxEvent.merchant_id == endpoint.merchant_id,
        col(OutboxEvent.endpoint_id).is_(None),
        # What was not relayed yet will be sent anyway.
        col(OutboxEvent.relayed_at).is_not(None),
        OutboxEvent.created_at >= since,
        OutboxEvent.created_at < until,
    )
    if endpoint.event_types:
        events = events.where(col(OutboxEvent.type).in_(endpoint.event_types))
    count = session.exec(select(func.count()).select_from(events.subquery())).one()
    if count > MAX_REPLAY:
        detail = f"This span has {count} events; at most {MAX_REPLAY} are replayed at once. Ask for a shorter one."
        raise Problem(422, "range_too_large", detail, events=count)
    return events


def _must_be_enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        detail = f"This endpoint is disabled. Enable it first: POST /v1/webhook-endpoints/{endpoint.id}/enable."
        raise Problem(409, "endpoint_disabled", detail)
