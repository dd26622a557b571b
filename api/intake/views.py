"""A stored screening as the checkout sees it."""

from sqlmodel import Session, col, select

from api.intake.schemas import CasePublic, ReasonPublic, ScreeningPublic
from api.storage.tables import DecisionRecord, ReviewCase, Screening
from moderation.evidence import Category, Outcome
from moderation.messages import Messages


def to_public(
    screening: Screening, decision: DecisionRecord, case: ReviewCase | None, messages: Messages
) -> ScreeningPublic:
    """The screening with the decision in force and, while a person is needed, its case."""
    outcome = Outcome(decision.outcome)
    categories = [Category(reason) for reason in decision.reasons]
    waiting = case is not None and screening.status == "in_review"
    return ScreeningPublic(
        id=screening.id,
        reference=screening.reference,
        status=screening.status,
        outcome=outcome,
        risk=decision.risk,
        reasons=[
            ReasonPublic(category=category, message=messages.for_reason(outcome, category, screening.locale))
            for category in categories
        ],
        evidence=decision.evidence,
        message=messages.for_outcome(outcome, categories, screening.locale),
        case=CasePublic(id=case.id, queue=case.queue, due_at=case.due_at) if case is not None and waiting else None,
        versions=decision.versions,
        created_at=screening.created_at,
        updated_at=screening.updated_at,
    )


def page_of(session: Session, screenings: list[Screening], messages: Messages) -> list[ScreeningPublic]:
    """Many screenings with two more queries, however many there are."""
    ids = [screening.id for screening in screenings]
    in_force = [screening.decision_id for screening in screenings]
    decisions = {d.id: d for d in session.exec(select(DecisionRecord).where(col(DecisionRecord.id).in_(in_force)))}
    cases = {c.screening_id: c for c in session.exec(select(ReviewCase).where(col(ReviewCase.screening_id).in_(ids)))}
    return [to_public(s, decisions[s.decision_id or ""], cases.get(s.id), messages) for s in screenings]
