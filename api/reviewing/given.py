"""Given: what one reviewer decided lately, how each verdict stands, and what a control would have been."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.reviewing import controls, opinions
from api.reviewing.roles import Actor
from api.storage.tables import Control, DecisionRecord, Opinion, PendingDecision, ReviewCase, Screening


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A verdict that the actor gave, and its order."""

    case_id: str
    screening: Screening
    #: The decision in force, which says what was found in the words.
    in_force: DecisionRecord | None
    outcome: str
    reason: str
    given_at: datetime
    #: When it takes effect; None when it has.
    effective_at: datetime | None
    #: ``in effect``, or what it waits for.
    standing: str = "in effect"
    #: The known answer, when it was a control.
    control: Control | None = None

    @property
    def is_as_known(self) -> bool:
        known = self.control
        return known is not None and (known.outcome, known.reason or "") == (self.outcome, self.reason)


def given_by(session: Session, actor: Actor, limit: int = 30) -> list[Given]:
    """The actor's newest verdicts, those that can still be undone first."""
    settled = _settled(session, actor, limit)
    with_effect = {each.case_id for each in settled}
    views = [each for each in _opinions(session, actor, limit) if each.case_id not in with_effect]
    latest = sorted([*settled, *views], key=lambda each: each.given_at, reverse=True)
    return [*_pending(session, actor), *latest[:limit]]


def _pending(session: Session, actor: Actor) -> list[Given]:
    rows = session.exec(
        select(PendingDecision, Screening, DecisionRecord)
        .join(ReviewCase, col(ReviewCase.id) == PendingDecision.case_id)
        .join(Screening, col(Screening.id) == ReviewCase.screening_id)
        .outerjoin(DecisionRecord, col(DecisionRecord.id) == Screening.decision_id)
        .where(PendingDecision.reviewer_id == actor.id)
        .order_by(col(PendingDecision.created_at).desc())
    )
    return [
        Given(
            case_id=each.case_id,
            screening=screening,
            in_force=in_force,
            outcome=each.outcome,
            reason=each.reason or "",
            given_at=each.created_at,
            effective_at=each.effective_at,
        )
        for each, screening, in_force in rows
    ]


def _settled(session: Session, actor: Actor, limit: int) -> list[Given]:
    rows = session.exec(
        select(DecisionRecord, Screening, ReviewCase.id)
        .join(Screening, col(Screening.id) == DecisionRecord.screening_id)
        .join(ReviewCase, col(ReviewCase.screening_id) == Screening.id)
        .where(DecisionRecord.decided_by == actor.id)
        .order_by(col(DecisionRecord.id).desc())
        .limit(limit)
    ).all()
    known = controls.answers_of(session, [case_id for _decision, _screening, case_id in rows])
    return [
        Given(
            case_id=case_id,
            screening=screening,
            in_force=each,
            outcome=each.outcome,
            reason=each.reasons[0] if each.reasons else "",
            given_at=each.created_at,
            effective_at=None,
            standing="a control" if case_id in known else "in effect",
            control=known.get(case_id),
        )
        for each, screening, case_id in rows
    ]


def _opinions(session: Session, actor: Actor, limit: int) -> list[Given]:
    """Verdicts that became one of two opinions; how the other one was is not told while it matters."""
    rows = session.exec(
        select(Opinion, ReviewCase, Screening, DecisionRecord)
        .join(ReviewCase, col(ReviewCase.id) == Opinion.case_id)
        .join(Screening, col(Screening.id) == ReviewCase.screening_id)
        .outerjoin(DecisionRecord, col(DecisionRecord.id) == Screening.decision_id)
        .where(Opinion.reviewer_id == actor.id)
        .order_by(col(Opinion.id).desc())
        .limit(limit)
    )
    return [
        Given(
            case_id=case.id,
            screening=screening,
            in_force=in_force,
            outcome=each.outcome,
            reason=each.reason or "",
            given_at=each.created_at,
            effective_at=None,
            standing=_STANDING.get(case.awaits or "", f"one of two: {screening.status}"),
        )
        for each, case, screening, in_force in rows
    ]


_STANDING = {
    opinions.SECOND: "one of two: the other is missing",
    opinions.LEAD: "one of two: they differ",
}
