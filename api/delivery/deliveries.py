"""Deliveries as durable work: first attempts of a crowd of events by one workflow, each further one of an event by its own.

Between attempts there is only a delayed row, so that a shop that is down for three days with a hundred thousand
events costs a hundred thousand rows and no thread. Whatever dies in between is taken up again at the attempt where
it was: a repeat is possible, a gap is not, and a repeat carries the same ``webhook-id``.
"""

import json
import logging
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from api.delivery import sending, signing
from api.delivery.engine import Queue, enqueue
from api.delivery.sending import Answer
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint

log = logging.getLogger(__name__)

#: Seconds before the second attempt, the third, and so on: ten attempts over a little more than three days.
BACK_OFF = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)

#: So many events are sent to one endpoint at once; what begins and ends a workflow costs more than what it does.
CROWD = 32

FIRST = Queue(name="first-deliveries", concurrency=8, per_partition=2)
DELIVERIES = Queue(name="deliveries", concurrency=32, per_partition=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the workflows of this process work with; DBOS stores their arguments, so these come by another way."""

    database: Database
    allow_private: bool
    back_off: Sequence[float] = BACK_OFF
    timeout: float = sending.TIMEOUT


_context: Context | None = None

#: What this process is at now; a list for its atomic append and remove.
_at_work: list[str] = []


def work_with(context: Context | None) -> None:
    """Set what the workflows work with, before the engine is launched."""
    global _context
    _context = context


def is_at_work() -> bool:
    """Whether an attempt is being made by this process."""
    return bool(_at_work)


def begin_attempt(event_id: str, endpoint_id: str, attempt: int, attempt_of_round: int = 1, *, delay: float = 0) -> str:
    """Have an attempt made, now or later; asking for the same one again changes nothing.

    Returns:
        The id of its workflow.
    """
    workflow_id = f"{event_id}.{endpoint_id}.{attempt}"
    arguments = (event_id, endpoint_id, attempt, attempt_of_round)
    enqueue("deliver", *arguments, workflow_id=workflow_id, queue=DELIVERIES, partition=endpoint_id, delay=delay)
    return workflow_id


def begin_first(event_ids: Sequence[str], endpoint_id: str) -> None:
    """Have the first attempts made for events that came together; asking for the same again changes nothing."""
    if len(event_ids) == 1:
        begin_attempt(event_ids[0], endpoint_id, 1)
        return
    workflow_id = f"{event_ids[0]}+{event_ids[-1]}+{len(event_ids)}.{endpoint_id}.1"
    arguments = ([*event_ids], endpoint_id)
    enqueue("deliver_first", *arguments, workflow_id=workflow_id, queue=FIRST, partition=endpoint_id)


@DBOS.workflow(name="deliver", max_recovery_attempts=None)
def deliver(event_id: str, endpoint_id: str, attempt: int, attempt_of_round: int) -> None:
    """Make one attempt, and have the next one made when it is due.

    Args:
        attempt: Counts all attempts of this delivery, also those of earlier rounds.
        attempt_of_round: Counts from the first or from the last time the shop asked again; chooses the back-off.
    """
    with _at_it(event_id):
        wait = make_attempt(event_id, endpoint_id, attempt, attempt_of_round)
        if wait is not None:
            begin_attempt(event_id, endpoint_id, attempt + 1, attempt_of_round + 1, delay=wait)


@DBOS.workflow(name="deliver_first", max_recovery_attempts=None)
def deliver_first(event_ids: list[str], endpoint_id: str) -> None:
    """Make the first attempts of several events at once; each of them goes its own way from there."""
    with _at_it(endpoint_id):
        waits = make_attempts(event_ids, endpoint_id)
        for event_id, wait in zip(event_ids, waits, strict=True):
            if wait is not None:
                begin_attempt(event_id, endpoint_id, 2, 2, delay=wait)


@contextmanager
def _at_it(what: str) -> Iterator[None]:
    _at_work.append(what)
    try:
        yield
    finally:
        _at_work.remove(what)


def _is_database_fault(error: BaseException) -> bool:
    return isinstance(error, SQLAlchemyError)


#: A step that needs the database waits until it is back: 1 s, 1.2 s, 1.44 s ... to once an hour, for most of a week.
_durable_step = partial(
    DBOS.step,
    retries_allowed=True,
    should_retry=_is_database_fault,
    interval_seconds=1.0,
    backoff_rate=1.2,
    max_attempts=180,
)


@_durable_step(name="make_attempt")
def make_attempt(event_id: str, endpoint_id: str, attempt: int, attempt_of_round: int) -> float | None:
    """Send once and write down what came of it; seconds until the next attempt, None when there is none."""
    return _attempt_all([event_id], endpoint_id, attempt, attempt_of_round)[0]


@_durable_step(name="make_attempts")
def make_attempts(event_ids: list[str], endpoint_id: str) -> list[float | None]:
    """The same for the first attempts of several events."""
    return _attempt_all(event_ids, endpoint_id, 1, 1)


def _attempt_all(event_ids: Sequence[str], endpoint_id: str, attempt: int, attempt_of_round: int) -> list[float | None]:
    context = _in_this_process()
    with context.database.reading() as session:
        endpoint = session.get(WebhookEndpoint, endpoint_id)
        events = {
            event.id: event for event in session.exec(select(OutboxEvent).where(col(OutboxEvent.id).in_(event_ids)))
        }
        # What we wrote down before we died, and before DBOS knew: it was made, its consequence was not.
        made = {
            event_id: _wait_left(delivery)
            for event_id, delivery in _deliveries(session, event_ids, endpoint_id).items()
            if delivery.attempts >= attempt
        }
    if endpoint is None:
        return [None] * len(event_ids)  # it was deleted, and its deliveries with it
    due = [events[event_id] for event_id in event_ids if event_id in events and event_id not in made]
    answers = _answers(context, due, endpoint)
    is_over = endpoint.disabled_at is not None
    waits = {
        event.id: None
        if is_over or answer.is_accepted or answer.is_gone
        else _back_off(context.back_off, attempt_of_round)
        for event, answer in zip(due, answers, strict=True)
    }
    if due:
        with context.database.writing() as session:
            _write_down(session, endpoint_id, attempt, dict(zip(waits, answers, strict=True)), waits)
    for event, answer in zip(due, answers, strict=True):
        log.info("delivery of %s to %s, attempt %d: %s", event.id, endpoint_id, attempt, answer.code or answer.error)
    return [made.get(event_id, waits.get(event_id)) for event_id in event_ids]


def _answers(context: Context, events: Sequence[OutboxEvent], endpoint: WebhookEndpoint) -> list[Answer]:
    if not events or endpoint.disabled_at is not None:
        return [Answer(code=None, error="The endpoint is disabled.", latency_ms=0)] * len(events)
    try:
        return _send(context, events, endpoint)
    except Exception as fault:
        # A fault of ours must not end the delivery: it is tried again like one of the shop's, by mended code.
        log.exception("delivery to %s failed on our side", endpoint.id)
        failed = Answer(code=None, error=f"Sending failed on our side ({type(fault).__name__}).", latency_ms=0)
        return [failed] * len(events)


def _send(context: Context, events: Sequence[OutboxEvent], endpoint: WebhookEndpoint) -> list[Answer]:
    moment = now()
    secrets = signing.secrets_in_force(endpoint, moment)
    bodies = [message(event) for event in events]
    signed = [(signing.sign(secrets, event.id, moment, body), body) for event, body in zip(events, bodies, strict=True)]
    return sending.post_all(endpoint.url, signed, allow_private=context.allow_private, timeout=context.timeout)


def message(event: OutboxEvent) -> str:
    """The body, the same in every repeat."""
    content = {"type": event.type, "timestamp": event.created_at.isoformat(), "data": event.payload}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _back_off(schedule: Sequence[float], attempt_of_round: int) -> float | None:
    if attempt_of_round > len(schedule):
        return None
    # A little unevenness, so that a shop that comes back is not met by everything at once.
    return schedule[attempt_of_round - 1] * random.uniform(0.9, 1.1)


def _write_down(
    session: Session,
    endpoint_id: str,
    attempt: int,
    answers: Mapping[str, Answer],
    waits: Mapping[str, float | None],
) -> None:
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None:
        return
    known = _deliveries(session, answers, endpoint_id)
    for event_id, answer in answers.items():
        delivery = known.get(event_id) or Delivery(event_id=event_id, endpoint_id=endpoint_id)
        _note(delivery, endpoint, attempt, answer, waits[event_id])
        session.add(delivery)
    session.add(endpoint)


def _note(delivery: Delivery, endpoint: WebhookEndpoint, attempt: int, answer: Answer, wait: float | None) -> None:
    moment = now()
    delivery.attempts = max(delivery.attempts, attempt)
    delivery.response_code = answer.code
    delivery.error = answer.error
    delivery.latency_ms = answer.latency_ms
    delivery.last_attempt_at = moment
    delivery.next_attempt_at = None if wait is None else moment + timedelta(seconds=wait)
    if answer.is_accepted:
        delivery.status, delivery.delivered_at = "delivered", moment
        endpoint.failing_since = None
    elif delivery.status != "requested":  # asked for again while this attempt was made: the relay begins another
        delivery.status = "failed" if wait is None else "pending"
    if answer.is_gone:
        endpoint.disabled_at = endpoint.disabled_at or moment
    elif wait is None and not answer.is_accepted and endpoint.disabled_at is None:
        endpoint.failing_since = endpoint.failing_since or moment


def _wait_left(delivery: Delivery) -> float | None:
    if delivery.status != "pending" or delivery.next_attempt_at is None:
        return None
    return max((delivery.next_attempt_at - now()).total_seconds(), 0.001)


def _deliveries(session: Session, event_ids: Collection[str], endpoint_id: str) -> dict[str, Delivery]:
    """By the ids of their events."""
    these = select(Delivery).where(col(Delivery.event_id).in_(event_ids), Delivery.endpoint_id == endpoint_id)
    return {delivery.event_id: delivery for delivery in session.exec(these)}


def _in_this_process() -> Context:
    assert _context is not None, "work_with() comes before the engine is launched"
    return _context
