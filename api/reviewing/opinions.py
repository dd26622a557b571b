"""Opinions: verdicts that only stand when two people come to the same, neither knowing the other's.

A verdict that is one of two waits for its undo window like every verdict. Then it becomes an opinion: the first puts
the case back in its queue, looking as if nobody had been there; the second makes it stand, or, where they differ,
hands it to a lead who has given neither. Nobody gives two opinions on one case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from api.reviewing.claims import move
from api.storage.tables import Merchant, Opinion, PendingDecision, ReviewCase, Screening
from moderation.evidence import Category, Outcome
from moderation.review import CaseEvent
from moderation.review_rules import parse_rules

#: An order that is nearly due is not drawn for a second look: it would only come too late.
DUE_SOON = timedelta(hours=1)

RULE, SAMPLE = "rule", "sample"
SECOND, LEAD = "second", "lead"


def asked_for(
    session: Session, case: ReviewCase, outcome: Outcome, reason: Category | None, is_appeal: bool, at: datetime
) -> str | None:
    """Why a verdict about to be given is one of two (``rule`` or ``sample``); None when it stands alone."""
    if case.awaits == LEAD:
        return None
    screening = session.get_one(Screening, case.screening_id)
    given = opinions_on(session, case, screening)
    if given:
        return given[0].asked_for
    rules = parse_rules(session.get_one(Merchant, case.merchant_id).review_rules)
    if case.due_at > at + DUE_SOON and rules.samples(f"{case.id} {screening.decision_id}"):
        return SAMPLE
    return RULE if rules.demands_second(outcome, reason, screening.brand, is_appeal) else None


def weigh(session: Session, case: ReviewCase, screening: Screening, verdict: PendingDecision, at: datetime) -> bool:
    """Keep the verdict as an opinion; whether it stands now, because the other one says the same."""
    others = opinions_on(session, case, screening)
    session.add(
        Opinion(
            merchant_id=case.merchant_id,
            case_id=case.id,
            decision_id=screening.decision_id or "",
            reviewer_id=verdict.reviewer_id,
            asked_for=verdict.opinion_for or RULE,
            outcome=verdict.outcome,
            reason=verdict.reason,
            ground=verdict.ground,
            created_at=at,
        )
    )
    if not others:
        _reopen(session, case, CaseEvent.SECOND, SECOND, at)
        return False
    if any((each.outcome, each.reason) != (verdict.outcome, verdict.reason) for each in others):
        _reopen(session, case, CaseEvent.DIFFER, LEAD, at)
        return False
    case.awaits = None
    return True


def opinions_on(session: Session, case: ReviewCase, screening: Screening) -> Sequence[Opinion]:
    """The opinions on the question that the case asks now, the first one first; those before an appeal are over."""
    same = select(Opinion).where(Opinion.case_id == case.id, Opinion.decision_id == screening.decision_id)
    return session.exec(same.order_by(col(Opinion.id))).all()


def given_on_case(actor_id: str) -> ColumnElement[bool]:
    """Whether this reviewer has given an opinion on the case, now or before an appeal; for queries over cases."""
    return exists().where(col(Opinion.case_id) == ReviewCase.id, col(Opinion.reviewer_id) == actor_id)


def _reopen(session: Session, case: ReviewCase, event: CaseEvent, awaits: str, at: datetime) -> None:
    move(session, case, event, "machine", at)
    case.awaits, case.resolved_at = awaits, None
