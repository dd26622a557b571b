"""Deliveries as durable work: one event on its way to one endpoint, one short workflow per attempt.

Between attempts there is only a delayed row, so that a shop that is down for three days with a hundred thousand
events costs a hundred thousand rows and no thread. Whatever dies in between is taken up again at the attempt where
it was: a repeat is possible, a gap is not, and a repeat carries the same ``webhook-id``.
"""

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from api.delivery import sending, signing
from api.delivery.engine import Queue, enqueue
from api.delivery.sending import Answer
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint

log = logging.getLogger(__name__)

#: Seconds before the second attempt, the third, and so on: ten attempts over a little more than three days.
BACK_OFF = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)

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


@DBOS.workflow(name="deliver", max_recovery_attempts=None)
def deliver(event_id: str, endpoint_id: str, attempt: int, attempt_of_round: int) -> None:
    """Make one attempt, and have the next one made when it is due.

    Args:
        attempt: Counts all attempts of this delivery, also those of earlier rounds.
        attempt_of_round: Counts from the first or from the last time the shop asked again; chooses the back-off.
    """
    _at_work.append(event_id)
    try:
        wait = make_attempt(event_id, endpoint_id, attempt, attempt_of_round)
        if wait is not None:
            begin_attempt(event_id, endpoint_id, attempt + 1, attempt_of_round + 1, delay=wait)
    finally:
        _at_work.remove(event_id)


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
    context = _in_this_process()
    with context.database.reading() as session:
        delivery = _delivery(session, event_id, endpoint_id)
        event, endpoint = session.get(OutboxEvent, event_id), session.get(WebhookEndpoint, endpoint_id)
    if event is None or endpoint is None:
        return None  # the endpoint was deleted, and its deliveries with it
    if delivery is not None and delivery.attempts >= attempt:
        # We died after writing this attempt down and before DBOS knew: it was made, its consequence was not.
        return _wait_left(delivery)
    if endpoint.disabled_at is not None:
        answer = Answer(code=None, error="The endpoint is disabled.", latency_ms=0)
        wait = None
    else:
        answer = _attempted(context, event, endpoint)
        wait = None if answer.is_accepted or answer.is_gone else _back_off(context.back_off, attempt_of_round)
    with context.database.writing() as session:
        _write_down(session, event_id, endpoint_id, attempt, answer, wait)
    log.info("delivery of %s to %s, attempt %d: %s", event_id, endpoint_id, attempt, answer.code or answer.error)
    return wait


def _attempted(context: Context, event: OutboxEvent, endpoint: WebhookEndpoint) -> Answer:
    try:
        return _send(context, event, endpoint)
    except Exception as fault:
        # A fault of ours must not end the delivery: it is tried again like one of the shop's, by mended code.
        log.exception("delivery of %s to %s failed on our side", event.id, endpoint.id)
        return Answer(code=None, error=f"Sending failed on our side ({type(fault).__name__}).", latency_ms=0)


def _send(context: Context, event: OutboxEvent, endpoint: WebhookEndpoint) -> Answer:
    moment = now()
    body = message(event)
    headers = signing.sign(signing.secrets_in_force(endpoint, moment), event.id, moment, body)
    return sending.post(endpoint.url, headers, body, allow_private=context.allow_private, timeout=context.timeout)


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
    session: Session, event_id: str, endpoint_id: str, attempt: int, answer: Answer, wait: float | None
) -> None:
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None:
        return
    delivery = _delivery(session, event_id, endpoint_id) or Delivery(event_id=event_id, endpoint_id=endpoint_id)
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
    session.add(delivery)
    session.add(endpoint)


def _wait_left(delivery: Delivery) -> float | None:
    if delivery.status != "pending" or delivery.next_attempt_at is None:
        return None
    return max((delivery.next_attempt_at - now()).total_seconds(), 0.001)


def _delivery(session: Session, event_id: str, endpoint_id: str) -> Delivery | None:
    one = select(Delivery).where(Delivery.event_id == event_id, Delivery.endpoint_id == endpoint_id)
    return session.exec(one).one_or_none()


def _in_this_process() -> Context:
    assert _context is not None, "work_with() comes before the engine is launched"
    return _context
