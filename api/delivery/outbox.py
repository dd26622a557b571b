"""The outbox: what a shop must hear of, written in the very transaction that made it true.

Nothing is sent from here. A shop therefore never hears of a decision that was rolled back, and one that was
committed is never forgotten: the worker finds the row, whatever happened to the process that wrote it.
"""

import threading
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from api.storage.clock import now
from api.storage.prepared import new_row
from api.storage.tables import Appeal, CaseMessage, DecisionRecord, OutboxEvent, ReviewCase, Reviewer, Screening
from moderation.evidence import Category, Outcome
from moderation.messages import Messages, found_in_text, load_messages

MACHINE = "machine"
OVERDUE = "screening.overdue"

#: Rung when an event was committed by this process, so that its own worker need not wait for the next look.
committed = threading.Event()


def announce(
    session: Session, screening: Screening, decision: DecisionRecord, appeal: Appeal | None = None
) -> OutboxEvent:
    """Put the screening's status on the way to its shop.

    Call it after the status was changed, in the same transaction. The event carries what the shop may act on
    and no word of the customer; whoever needs more asks ``GET /v1/screenings/{id}``.

    Args:
        decision: The decision in force, already added to ``session``.
        appeal: When the change is about one: lodged just now, or answered.
    """
    reported = OutboxEvent(**_about(screening, decision, _signature(session, decision.decided_by)))
    if appeal is not None:
        reported.payload["appeal"] = {"verdict": appeal.verdict, "reason": appeal.reason}
    return _put(session, reported)


def event_about(screening: Screening, decision: DecisionRecord) -> OutboxEvent:
    """The event about the machine's decision, as a row to be inserted; who stores it rings ``committed``."""
    return new_row(OutboxEvent, **_about(screening, decision, MACHINE))


def _about(screening: Screening, decision: DecisionRecord, decided_by: str) -> dict[str, Any]:
    outcome = Outcome(decision.outcome)
    reasons = [Category(reason) for reason in decision.reasons]
    found = found_in_text((each["category"], each["source"]) for each in decision.evidence)
    payload = {
        "id": screening.id,
        "reference": screening.reference,
        "status": screening.status,
        "outcome": outcome.value,
        "reasons": [
            {"category": reason.value, "message": _messages().for_reason(outcome, reason, screening.locale, found)}
            for reason in reasons
        ],
        "decided_by": decided_by,
        "created_at": now().isoformat(),
    }
    return _event(screening, f"screening.{screening.status}", payload)


def announce_question(session: Session, screening: Screening, question: CaseMessage) -> OutboxEvent:
    """Tell the shop that somebody is asked something; the question itself it reads over the API."""
    payload = {
        "id": screening.id,
        "reference": screening.reference,
        "status": screening.status,
        "question": {
            "id": question.id,
            "to": question.to_party,
            "due_at": question.due_at and question.due_at.isoformat(),
        },
        "created_at": question.created_at.isoformat(),
    }
    return _put(session, OutboxEvent(**_event(screening, "screening.question", payload)))


def announce_overdue(session: Session, screening: Screening, case: ReviewCase, at: datetime) -> OutboxEvent:
    """Tell the shop that the time which it was promised has passed; the order still waits for a person."""
    payload = {
        "id": screening.id,
        "reference": screening.reference,
        "status": screening.status,
        "due_at": case.due_at.isoformat(),
        "created_at": at.isoformat(),
    }
    return _put(session, OutboxEvent(**_event(screening, OVERDUE, payload), created_at=at))


def _event(screening: Screening, type_: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"merchant_id": screening.merchant_id, "screening_id": screening.id, "type": type_, "payload": payload}


def _put(session: Session, reported: OutboxEvent) -> OutboxEvent:
    session.add(reported)
    event.listen(session, "after_commit", _ring, once=True)
    return reported


def _signature(session: Session, decided_by: str) -> str:
    """``machine``, or the pseudonym under which shops know the reviewer: never a name or an address."""
    if decided_by == MACHINE:
        return MACHINE
    return session.get_one(Reviewer, decided_by).pseudonym


def _ring(_session: object) -> None:
    committed.set()


@cache
def _messages() -> Messages:
    return load_messages()
