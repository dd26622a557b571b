"""A stored screening as the checkout sees it."""

from sqlmodel import Session, col, select

from api.customers.merchants import Mode
from api.intake.schemas import AppealPublic, CasePublic, ReasonPublic, ScreeningPublic
from api.links import status_url
from api.state import AppState
from api.storage.tables import Appeal, DecisionRecord, ReviewCase, Screening
from moderation.evidence import Category, Outcome
from moderation.messages import found_in_text


def to_public(
    state: AppState,
    mode: Mode,
    screening: Screening,
    decision: DecisionRecord,
    case: ReviewCase | None,
    appeal: Appeal | None = None,
    revised_by: str | None = None,
) -> ScreeningPublic:
    """The screening with the decision in force and, while a person is needed, its case."""
    outcome = Outcome(decision.outcome)
    categories = [Category(reason) for reason in decision.reasons]
    found = found_in_text((each["category"], each["source"]) for each in decision.evidence)
    waiting = case is not None and screening.status == "in_review"
    messages = state.messages
    return ScreeningPublic(
        id=screening.id,
        reference=screening.reference,
        mode=mode,
        status=screening.status,
        outcome=outcome,
        risk=decision.risk,
        reasons=[
            ReasonPublic(category=category, message=messages.for_reason(outcome, category, screening.locale, found))
            for category in categories
        ],
        evidence=decision.evidence,
        message=messages.for_outcome(outcome, categories, screening.locale, found),
        case=CasePublic(id=case.id, queue=case.queue, due_at=case.due_at) if case is not None and waiting else None,
        appeal=None if appeal is None else appeal_public(appeal),
        revision=screening.revision,
        revision_of=screening.revision_of,
        revised_by=revised_by,
        status_url=status_url(state.settings, screening),
        versions=decision.versions,
        created_at=screening.created_at,
        updated_at=screening.updated_at,
        erased_at=screening.erased_at,
    )


def appeal_public(appeal: Appeal) -> AppealPublic:
    return AppealPublic(
        verdict=appeal.verdict, reason=appeal.reason, created_at=appeal.created_at, decided_at=appeal.decided_at
    )


def page_of(session: Session, state: AppState, mode: Mode, screenings: list[Screening]) -> list[ScreeningPublic]:
    """Many screenings with four more queries, however many there are."""
    ids = [screening.id for screening in screenings]
    in_force = [screening.decision_id for screening in screenings]
    decisions = {d.id: d for d in session.exec(select(DecisionRecord).where(col(DecisionRecord.id).in_(in_force)))}
    cases = {c.screening_id: c for c in session.exec(select(ReviewCase).where(col(ReviewCase.screening_id).in_(ids)))}
    appeals = {a.screening_id: a for a in session.exec(select(Appeal).where(col(Appeal.screening_id).in_(ids)))}
    later = select(Screening.revision_of, Screening.id).where(col(Screening.revision_of).in_(ids))
    revised = dict(session.exec(later).all())
    return [
        to_public(state, mode, s, decisions[s.decision_id or ""], cases.get(s.id), appeals.get(s.id), revised.get(s.id))
        for s in screenings
    ]
