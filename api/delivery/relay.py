"""The relay: from the outbox to one durable delivery per endpoint that wants the event.

Events that wait together are handed over in crowds, which are named after what is in them: handing the same one over twice,
after a crash between the handing over and the note of it, begins nothing twice. Were the crowd another one by then, what was
delivered is seen before it is sent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import update
from sqlmodel import Session, col, select

from api.delivery.deliveries import CROWD, begin_attempt, begin_first
from api.delivery.engine import hasten
from api.delivery.presence import held_alone
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint

#: How many rows one round takes; a longer backlog takes more rounds.
BATCH = 200
#: An attempt that is so late is not merely waiting for its turn.
LATE = timedelta(hours=1)

#: What an endpoint is chosen by; the payload is read by whoever sends it.
_WAITING = (
    sqlalchemy.select(
        col(OutboxEvent.id), col(OutboxEvent.merchant_id), col(OutboxEvent.endpoint_id), col(OutboxEvent.type)
    )
    .where(col(OutboxEvent.relayed_at).is_(None))
    .order_by(col(OutboxEvent.id))
)


def relay(database: Database) -> int:
    """Hand over what waits in the outbox and the deliveries that were asked for again.

    Returns:
        How many rows were handed over; ``BATCH`` or more means that others may wait.
    """
    return _relay_events(database) + _relay_requested(database)


def _relay_events(database: Database) -> int:
    if database.engine.dialect.name == "sqlite":
        # One process relays at a time: two would put the same events into different crowds.
        with held_alone(Path(f"{database.engine.url.database}.relay.lock")) as is_ours:
            return _relay_by_file(database) if is_ours else 0
    with database.writing() as session:
        events = session.execute(_WAITING.limit(BATCH).with_for_update(skip_locked=True)).all()
        _hand_over(events, _endpoints_of(session, events))
        _mark(session, events)
    return len(events)


def _relay_by_file(database: Database) -> int:
    # SQLite has one writer, and a log that grows while anybody reads: nothing is held while DBOS writes.
    with database.reading() as session:
        events = session.execute(_WAITING.limit(BATCH)).all()
        endpoints = _endpoints_of(session, events)
    _hand_over(events, endpoints)
    if events:
        with database.writing() as session:
            _mark(session, events)
    return len(events)


def _endpoints_of(session: Session, events: Sequence[Any]) -> Sequence[WebhookEndpoint]:
    """The endpoints that may want them."""
    merchants = {event.merchant_id for event in events}
    enabled = col(WebhookEndpoint.disabled_at).is_(None)
    return session.exec(select(WebhookEndpoint).where(col(WebhookEndpoint.merchant_id).in_(merchants), enabled)).all()


def _hand_over(events: Sequence[Any], endpoints: Sequence[WebhookEndpoint]) -> None:
    for endpoint in endpoints:
        wanted = [event.id for event in events if is_for(event, endpoint)]
        for start in range(0, len(wanted), CROWD):
            begin_first(wanted[start : start + CROWD], endpoint.id)


def is_for(event: OutboxEvent, endpoint: WebhookEndpoint) -> bool:
    """Whether the endpoint wants the event."""
    if event.endpoint_id is not None:
        return event.endpoint_id == endpoint.id
    is_wanted = not endpoint.event_types or event.type in endpoint.event_types
    return is_wanted and event.merchant_id == endpoint.merchant_id


def _mark(session: Session, events: Sequence[Any]) -> None:
    ids = [event.id for event in events]
    session.execute(update(OutboxEvent).where(col(OutboxEvent.id).in_(ids)).values(relayed_at=now()))


def _relay_requested(database: Database) -> int:
    """Start the deliveries that a shop asked for again; one that is waiting for its next attempt makes it now."""
    with database.reading() as session:
        requested = session.exec(select(Delivery).where(Delivery.status == "requested").limit(BATCH)).all()
    for delivery in requested:
        hasten(begin_attempt(delivery.event_id, delivery.endpoint_id, delivery.attempts + 1))
    if requested:
        ids = [delivery.id for delivery in requested]
        with database.writing() as session:
            taken = update(Delivery).where(col(Delivery.id).in_(ids), col(Delivery.status) == "requested")
            session.execute(taken.values(status="pending"))
    return len(requested)


def ask_for_late(database: Database, at: datetime) -> int:
    """Ask again for deliveries whose next attempt was due long ago; how many there were.

    The engine has forgotten them: its file was lost, or restored from another day. Asking for one that it still has is
    harmless, for the attempt's number is in its id.
    """
    late = (col(Delivery.status) == "pending", col(Delivery.next_attempt_at) < at - LATE)
    with database.reading() as session:
        ids = session.exec(select(Delivery.id).where(*late)).all()
    if ids:
        with database.writing() as session:
            session.execute(update(Delivery).where(*late).values(status="requested"))
    return len(ids)
