"""Deliveries after a move: the durable engine's own tables stay behind, so what it had begun is asked for again."""

from sqlalchemy import exists, or_, update
from sqlmodel import Session, col

from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint


def ask_again(session: Session) -> None:
    """Have every unfinished delivery begun again by the next worker, also those that no attempt was made of yet.

    A shop may get a webhook twice, under the same id; it misses none.
    """
    waiting = update(Delivery).where(col(Delivery.status) == "pending")
    session.execute(waiting.values(status="requested", next_attempt_at=None))
    attempted = (
        exists()
        .where(col(Delivery.event_id) == OutboxEvent.id, col(Delivery.endpoint_id) == WebhookEndpoint.id)
        .correlate(OutboxEvent, WebhookEndpoint)
    )
    # Which types an endpoint wants is asked by the relay; an event that it does not want is relayed to nobody.
    unattempted = (
        exists()
        .where(
            col(WebhookEndpoint.merchant_id) == OutboxEvent.merchant_id,
            col(WebhookEndpoint.disabled_at).is_(None),
            col(WebhookEndpoint.created_at) <= OutboxEvent.created_at,
            or_(col(OutboxEvent.endpoint_id).is_(None), col(OutboxEvent.endpoint_id) == WebhookEndpoint.id),
            ~attempted,
        )
        .correlate(OutboxEvent)
    )
    relayed = update(OutboxEvent).where(col(OutboxEvent.relayed_at).is_not(None), unattempted)
    session.execute(relayed.values(relayed_at=None).execution_options(synchronize_session=False))
