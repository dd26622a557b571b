"""Deciding: a reviewer's verdict, held to the honest reason, and the moment in which it takes effect.

A verdict resolves the case at once and waits as a row for the merchant's undo window to pass. Then it is settled:
in one transaction the decision is added, the screening's status changes and the event for the shop is written.
Whoever settles (the worker, or a page that looks) does it under the row's lock, so it happens exactly once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.delivery.outbox import announce
from api.errors import Problem
from api.reviewing import care, controls, opinions
from api.reviewing.claims import find_case, hold, in_hand, move, open_appeal
from api.reviewing.roles import Actor, Right, demand
from api.storage.database import Database
from api.storage.tables import DecisionRecord, Merchant, PendingDecision, ReviewCase, Screening
from moderation.errors import CaseConflict, DishonestReason
from moderation.evidence import Category, Evidence, Outcome
from moderation.review import CaseEvent, CaseState, check_honest
from moderation.wire import evidence_from_json

#: How many verdicts one transaction settles; more wait for the next, so that nobody waits long for the lock.
SETTLE_AT_ONCE = 100

_STATUS = {Outcome.APPROVE: "approved", Outcome.REJECT: "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a reviewer says about a case."""

    outcome: Outcome
    #: Why; a rejection needs one, an approval has none.
    reason: Category | None = None
    #: In the reviewer's own words; needed when no evidence names the reason.
    ground: str = ""


def decide(
    session: Session, actor: Actor, case_id: str, version: int, verdict: Verdict, at: datetime
) -> PendingDecision | None:
    """Resolve the case; None when the verdict took effect at once.

    Raises:
        CaseConflict: The case moved since the actor's page was made, or is not in the actor's hands.
        DishonestReason: A rejection without a reason, or for one that neither evidence nor a ground supports; an
            appeal answered without a ground.
    """
    if verdict.outcome not in _STATUS:
        raise Problem(422, "no_verdict", "Approve or reject; to leave it undecided, release, skip or escalate it.")
    case = in_hand(session, actor, case_id, version)
    screening, found = _order_of(session, case)
    # A control's case is of another merchant, with a window of its own; the reviewer must not feel a difference.
    shop = session.get_one(Merchant, actor.merchant_id)
    is_appeal = open_appeal(session, screening.id) is not None
    if is_appeal and not verdict.ground.strip():
        raise DishonestReason(
            "An appeal is answered with a reason, upheld or overturned. Write the ground: the customer reads it."
        )
    added = check_honest(verdict.outcome, verdict.reason, found, verdict.ground)
    rejected_for = verdict.reason if verdict.outcome is Outcome.REJECT else None
    ground = verdict.ground.strip()
    opinion_for = opinions.asked_for(session, case, verdict.outcome, rejected_for, is_appeal, at)
    said = {"outcome": verdict.outcome.value, "reason": rejected_for, "ground": ground, "opinion_for": opinion_for}
    move(session, case, CaseEvent.DECIDE, actor.id, at, **said)
    case.claimed_by = case.claimed_until = None
    case.resolved_at = at
    care.note_decided(session, actor, case, at)
    window = timedelta(seconds=shop.undo_seconds)
    pending = PendingDecision(
        case_id=case.id,
        merchant_id=case.merchant_id,
        reviewer_id=actor.id,
        outcome=verdict.outcome.value,
        reason=rejected_for,
        ground=ground,
        reason_added_by_person=added,
        opinion_for=opinion_for,
        created_at=at,
        effective_at=at + window,
    )
    if not window:
        _take_effect(session, case, pending, at)
        return None
    session.add(pending)
    return pending


def undo(session: Session, actor: Actor, case_id: str, at: datetime) -> ReviewCase:
    """Take one's own verdict back while it has not taken effect; the case is in the actor's hands again.

    Raises:
        CaseConflict: It has taken effect already, or the verdict is someone else's.
    """
    demand(actor, Right.REVIEW)
    case = find_case(session, actor, case_id, to_write=True)
    pending = session.get(PendingDecision, case_id, with_for_update=True)
    if pending is None or pending.effective_at <= at:
        raise CaseConflict(f"It is too late to undo case {case_id}: the decision has taken effect. The shop was told.")
    if pending.reviewer_id != actor.id:
        raise CaseConflict(f"Case {case_id} was decided by someone else; only they can undo it.")
    session.delete(pending)
    move(session, case, CaseEvent.REOPEN, actor.id, at, undone=True)
    case.resolved_at = None
    hold(session, case, actor, at)
    return case


def last_pending(session: Session, actor: Actor, at: datetime) -> PendingDecision | None:
    """The verdict that ``Ctrl+Z`` takes back: the actor's newest that has not taken effect."""
    mine = select(PendingDecision).where(
        PendingDecision.reviewer_id == actor.id, col(PendingDecision.effective_at) > at
    )
    return session.exec(mine.order_by(col(PendingDecision.created_at).desc())).first()


def settle_due(database: Database, at: datetime, case_id: str | None = None) -> int:
    """Let every verdict whose time has come take effect, or only that on one case; how many did.

    Cheap when there is nothing to do: it looks before it takes the write lock.
    """
    with database.reading() as session:
        if session.exec(_due(at, case_id).limit(1)).first() is None:
            return 0
    settled = 0
    with database.writing() as session:
        due = _due(at, case_id).order_by(col(PendingDecision.effective_at)).limit(SETTLE_AT_ONCE)
        for pending in session.exec(due.with_for_update(skip_locked=True)).all():
            case = session.get_one(ReviewCase, pending.case_id, with_for_update=True)
            settled += _take_effect(session, case, pending, at)
            session.delete(pending)
    return settled


def evidence_of(session: Session, screening: Screening) -> tuple[Evidence, ...]:
    """What the detectors found, the weightiest first, as the decision in force quotes it."""
    decision = session.get(DecisionRecord, screening.decision_id) if screening.decision_id else None
    return _evidence(decision)


def _order_of(session: Session, case: ReviewCase) -> tuple[Screening, tuple[Evidence, ...]]:
    """The case's order with what ``evidence_of`` says, in one question."""
    both = (
        select(Screening, DecisionRecord)
        .outerjoin(DecisionRecord, col(DecisionRecord.id) == Screening.decision_id)
        .where(Screening.id == case.screening_id)
    )
    screening, decision = session.exec(both).one()
    return screening, _evidence(decision)


def _evidence(decision: DecisionRecord | None) -> tuple[Evidence, ...]:
    return tuple(evidence_from_json(found) for found in decision.evidence) if decision else ()


def _due(at: datetime, case_id: str | None) -> SelectOfScalar[PendingDecision]:
    due = select(PendingDecision).where(col(PendingDecision.effective_at) <= at)
    return due if case_id is None else due.where(PendingDecision.case_id == case_id)


def _take_effect(session: Session, case: ReviewCase, verdict: PendingDecision, at: datetime) -> bool:
    """Add the decision, change the status, tell the shop.

    False when nothing was decided: the order went away meanwhile, or the verdict is one of two that do not agree yet.
    """
    screening = session.get_one(Screening, case.screening_id, with_for_update=True)
    if case.state != CaseState.RESOLVED or screening.status != "in_review":
        return False
    if verdict.opinion_for is not None and not opinions.weigh(session, case, screening, verdict, at):
        return False
    case.awaits = None
    before = session.get_one(DecisionRecord, screening.decision_id)
    outcome = Outcome(verdict.outcome)
    decision = DecisionRecord(
        screening_id=screening.id,
        decided_by=verdict.reviewer_id,
        outcome=outcome.value,
        reasons=[verdict.reason] if verdict.reason else [],
        risk=before.risk,
        evidence=before.evidence,
        versions=before.versions,
        ground=verdict.ground,
        reason_added_by_person=verdict.reason_added_by_person,
        override_of=before.id,
        created_at=at,
    )
    session.add(decision)
    session.flush()
    screening.status = _STATUS[outcome]
    screening.decision_id = decision.id
    screening.updated_at = at
    session.add_all([screening, case])
    if controls.is_control(session, case):
        controls.keep_answer(session, case, verdict, at)
        return True
    appeal = open_appeal(session, screening.id)
    if appeal is not None:
        appeal.verdict = "overturned" if outcome is Outcome.APPROVE else "upheld"
        appeal.reason, appeal.decided_at = verdict.ground, at
        session.add(appeal)
    announce(session, screening, decision, appeal)
    return True
