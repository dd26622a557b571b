"""Orders: what a customer or a shop does to one while or after it is decided; each use case is one function.

Whoever takes several locks takes the case's first: reviewers do, and two orders of locks would wait for each other.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from api.delivery.outbox import announce
from api.errors import Problem
from api.reviewing.claims import move
from api.storage.searching import searchable
from api.storage.tables import (
    Appeal,
    CaseEventRecord,
    DecisionRecord,
    PendingDecision,
    ReviewCase,
    Screening,
)
from moderation.review import CaseEvent, CaseState, Queue
from moderation.routing import Routing, due_at, language_of, shipped_routing

#: Texts that one order may have, the first included. Enough to mend a slip; too few to map the filter.
MAX_REVISIONS = 5
MAX_APPEAL = 2000

_WAITING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.ESCALATED)


def find_order(session: Session, merchant_id: str, screening_id: str) -> Screening:
    """The merchant's screening.

    Raises:
        Problem: 404; another merchant's screening is as unknown as one that never was.
    """
    # PostgreSQL refuses a NUL even in a question.
    found = None if "\0" in screening_id else session.get(Screening, screening_id)
    if found is None or found.merchant_id != merchant_id:
        raise Problem(404, "screening_not_found", "There is no screening with this id for this key.")
    return found


def lock_order(session: Session, merchant_id: str, screening_id: str) -> tuple[Screening, ReviewCase | None]:
    """The merchant's screening and its case, both to be changed. Raises as ``find_order`` does."""
    found = find_order(session, merchant_id, screening_id)
    case = session.exec(select(ReviewCase).where(ReviewCase.screening_id == found.id).with_for_update()).first()
    session.refresh(found, with_for_update=True)
    return found, case


def case_of(session: Session, screening: Screening) -> ReviewCase | None:
    """The screening's case, if a person was ever needed."""
    return session.exec(select(ReviewCase).where(ReviewCase.screening_id == screening.id)).first()


def withdraw(session: Session, screening: Screening, case: ReviewCase | None, actor: str, at: datetime) -> None:
    """The order went away: nobody decides it any more and nothing may be made. Again is no error.

    Args:
        actor: ``shop`` or ``customer``.
    """
    if screening.status == "withdrawn":
        return
    close_case(session, case, actor, at)
    screening.status, screening.updated_at = "withdrawn", at
    session.add(screening)
    announce(session, screening, session.get_one(DecisionRecord, screening.decision_id))


def close_case(session: Session, case: ReviewCase | None, actor: str, at: datetime) -> None:
    """Leave nothing to decide; a verdict that has not taken effect never does."""
    if case is None:
        return
    pending = session.get(PendingDecision, case.id, with_for_update=True)
    if pending is not None:
        session.delete(pending)
        move(session, case, CaseEvent.REOPEN, actor, at, undone=True)
    if case.state in _WAITING:
        move(session, case, CaseEvent.WITHDRAW, actor, at)
        # Nobody decided it, so no time of a decision is kept: the team's figures count those.
        case.claimed_by = case.claimed_until = case.paused_until = case.resolved_at = case.awaits = None


def appeal(
    session: Session,
    screening: Screening,
    case: ReviewCase | None,
    message: str,
    at: datetime,
    routing: Routing | None = None,
) -> Appeal:
    """The customer objects to a rejection; the order is in review again, for a reviewer other than the first.

    Raises:
        Problem: 409 when the order is not rejected, was appealed before, or has a newer text.
    """
    if find_appeal(session, screening.id) is not None:
        raise Problem(409, "already_appealed", "This order was appealed already; an appeal is answered once.")
    demand_newest(session, screening)
    if screening.status != "rejected":
        detail = f"This order is {screening.status}; only a rejected one can be appealed."
        raise Problem(409, "not_rejected", detail)
    decision = session.get_one(DecisionRecord, screening.decision_id)
    lodged = Appeal(
        screening_id=screening.id,
        decision_id=decision.id,
        first_decided_by=decision.decided_by,
        message=message,
        created_at=at,
    )
    session.add(lodged)
    rules = routing or shipped_routing()
    named = rules.deadline(screening.deadline_at, screening.extra)
    deadline = named if named and named > at else None
    due = due_at(rules.within(Queue.APPEALS), at, deadline)
    if case is None:
        case = _open_for_appeal(session, screening, decision, due, at)
    else:
        move(session, case, CaseEvent.REOPEN, "customer", at, appeal=True)
        case.queue, case.due_at, case.resolved_at = Queue.APPEALS.value, due, None
    case.deadline_at, case.waits_until = deadline, None
    screening.status, screening.updated_at = "in_review", at
    session.add(screening)
    announce(session, screening, decision, lodged)
    return lodged


def find_appeal(session: Session, screening_id: str) -> Appeal | None:
    """The screening's appeal, answered or not."""
    return session.exec(select(Appeal).where(Appeal.screening_id == screening_id)).first()


def demand_newest(session: Session, screening: Screening) -> None:
    """Raises a 409 ``Problem`` that names the newer text when there is one."""
    newer = _newer(session, screening)
    if newer is not None:
        detail = f"A newer text has replaced this one: {newer.id}. Go on with that."
        raise Problem(409, "already_revised", detail, revised_by=newer.id)


def demand_revisable(session: Session, screening: Screening) -> None:
    """Raises a 409 ``Problem`` when no new text may be sent for this order; the message says why."""
    demand_newest(session, screening)
    if screening.status not in ("rejected", "in_review"):
        detail = f"This order is {screening.status}; a new text is for one that is rejected or in review."
        raise Problem(409, "not_revisable", detail)
    if screening.revision >= MAX_REVISIONS:
        detail = f"This order has had {MAX_REVISIONS} texts; that is the limit. Start a new order, or appeal."
        raise Problem(409, "too_many_revisions", detail)


def texts_before(session: Session, screening: Screening) -> list[Screening]:
    """The earlier texts of the same order, the newest first."""
    found: list[Screening] = []
    before = screening.revision_of
    while before is not None:
        found.append(session.get_one(Screening, before))
        before = found[-1].revision_of
    return found


def lock_texts(session: Session, merchant_id: str, screening_id: str) -> list[tuple[Screening, ReviewCase | None]]:
    """All texts of the order that the screening belongs to, the first one first, with their cases, to be changed.

    The last one is the order's newest: a new text needs its lock, so that none comes while these are held. Raises as
    ``find_order`` does.
    """
    asked = find_order(session, merchant_id, screening_id)
    ids = [screening.id for screening in (*reversed(texts_before(session, asked)), asked)]
    locked = [lock_order(session, merchant_id, id_) for id_ in ids]
    while (newer := _newer(session, locked[-1][0])) is not None:
        locked.append(lock_order(session, merchant_id, newer.id))
    return locked


def newest_text(session: Session, screening: Screening) -> Screening:
    """The screening whose text holds now: the given one, or the last that replaced it."""
    while (newer := _newer(session, screening)) is not None:
        screening = newer
    return screening


def _newer(session: Session, screening: Screening) -> Screening | None:
    return session.exec(select(Screening).where(col(Screening.revision_of) == screening.id)).first()


def _open_for_appeal(
    session: Session, screening: Screening, decision: DecisionRecord, due: datetime, at: datetime
) -> ReviewCase:
    weightiest = [found["severity"] for found in decision.evidence if found["category"] in decision.reasons]
    case = ReviewCase(
        merchant_id=screening.merchant_id,
        screening_id=screening.id,
        queue=Queue.APPEALS.value,
        state=CaseState.OPEN.value,
        severity=max(weightiest, default=1),
        risk=decision.risk,
        language=language_of(screening.locale),
        searched=searchable(screening),
        due_at=due,
        created_at=at,
    )
    session.add(case)
    session.flush()
    detail = {"queue": case.queue, "reasons": decision.reasons, "appeal": True}
    session.add(CaseEventRecord(case_id=case.id, kind="opened", actor="customer", detail=detail, created_at=at))
    return case
