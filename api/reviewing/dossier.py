"""Dossier: everything on record that helps to decide one case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from api.reviewing import opinions, orders
from api.reviewing.alike import count_alike
from api.reviewing.changes import FieldChange, compare_texts
from api.reviewing.claims import find_case, is_anothers, is_aside, is_held, meet, name_of, tell
from api.reviewing.conversation import Said, told
from api.reviewing.roles import Actor, Right
from api.storage.tables import (
    Appeal,
    CaseEventRecord,
    DecisionRecord,
    Opinion,
    PendingDecision,
    ReviewCase,
    Reviewer,
    Screening,
)
from moderation.evidence import Evidence
from moderation.review import CaseEvent, CaseState
from moderation.wire import evidence_from_json

EARLIER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """An earlier order and what became of it."""

    screening: Screening
    decision: DecisionRecord | None
    #: A pseudonym, or ``the machine``.
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of the case as a clause."""

    told: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One of two opinions, with whose it is."""

    opinion: Opinion
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """The customer's appeal beside the decision that it is against."""

    appeal: Appeal
    decision: DecisionRecord
    decided_by: str

    @property
    def is_open(self) -> bool:
        return self.appeal.verdict is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A case with its order, its evidence and its surroundings."""

    case: ReviewCase
    screening: Screening
    #: The decision in force and what the detectors found, the weightiest first.
    decision: DecisionRecord
    evidence: tuple[Evidence, ...]
    decided_by: str
    holder: str | None
    is_mine: bool
    #: Whether it waits for something, so that nobody needs to look at it now.
    waits: bool
    #: Whether the actor may take the case in hand now.
    can_claim: bool
    #: The verdict that has not taken effect yet; one of two opinions only for the one who gave it.
    pending: PendingDecision | None
    #: Whether a verdict waits to take effect, whoever may see it.
    is_decided: bool
    #: Whether its time has come: who settles it and looks again sees how things stand.
    is_due: bool
    #: What two reviewers said, each not knowing the other's; empty until neither can be led by it.
    opinions: tuple[View, ...]
    events: tuple[Happened, ...]
    #: The same customer's other orders, the newest first.
    earlier: tuple[Precedent, ...]
    #: Decided orders with the same or nearly the same words, the newest first.
    alike: tuple[Precedent, ...]
    #: How many with such words wait, this one included.
    waiting_alike: int
    #: The customer's objection to an earlier decision; while its verdict is empty this case is about it.
    appeal: Objection | None
    #: Everything that was asked and said, the oldest first.
    messages: tuple[Said, ...]
    #: The earlier texts of this order, the newest first, and what the customer changed since the last of them.
    texts_before: tuple[Screening, ...]
    changes: tuple[FieldChange, ...]


def open_dossier(session: Session, actor: Actor, case_id: str, at: datetime) -> Dossier:
    """Read everything; changes nothing. Raises a 404 ``Problem`` for a case that is not the actor's merchant's."""
    case = find_case(session, actor, case_id)
    both = select(Screening, DecisionRecord).join(DecisionRecord, col(DecisionRecord.id) == Screening.decision_id)
    screening, decision = session.exec(both.where(Screening.id == case.screening_id)).one()
    held = is_held(case, at)
    is_mine = case.claimed_by == actor.id and case.state in (CaseState.CLAIMED, CaseState.ESCALATED)
    right = Right.DECIDE_ESCALATED if case.state == CaseState.ESCALATED else Right.REVIEW
    is_waiting = case.state in (CaseState.OPEN, CaseState.CLAIMED, CaseState.ESCALATED)
    events = session.exec(
        select(CaseEventRecord).where(CaseEventRecord.case_id == case.id).order_by(col(CaseEventRecord.id))
    ).all()
    # Kept at hand, so that the session asks for nobody's name once more.
    _people = meet(session, [decision.decided_by, case.claimed_by, *(event.actor for event in events)])
    texts_before = tuple(orders.texts_before(session, screening))
    pending = session.get(PendingDecision, case.id)
    given = opinions.opinions_on(session, case, screening)
    is_over = screening.status != "in_review"
    # Whoever may still give an opinion sees the case as if nobody had been there.
    is_blind = not is_over and case.awaits != opinions.LEAD
    hidden = {each.reviewer_id for each in given} if is_blind else set()
    if pending is not None and pending.opinion_for:
        hidden.add(pending.reviewer_id)
    hidden.discard(actor.id)
    return Dossier(
        case=case,
        screening=screening,
        decision=decision,
        evidence=tuple(evidence_from_json(found) for found in decision.evidence),
        decided_by=name_of(session, decision.decided_by),
        holder=name_of(session, case.claimed_by) if held else None,
        is_mine=is_mine,
        waits=is_waiting and is_aside(case, at),
        can_claim=is_waiting
        and not is_mine
        and not held
        and actor.may(right)
        and actor.takes(case.queue, case.language)
        and (case.awaits != opinions.LEAD or actor.may(Right.SETTLE))
        and not is_anothers(session, actor, case),
        pending=None if pending is not None and pending.reviewer_id in hidden else pending,
        is_decided=pending is not None,
        is_due=pending is not None and pending.effective_at <= at,
        opinions=() if is_blind else _views(session, case),
        events=tuple(
            Happened(told=tell(session, e, is_over=not is_blind), note=str(e.detail.get("note", "")), at=e.created_at)
            for e in events
            if e.actor not in hidden and not (is_blind and e.kind == CaseEvent.SECOND)
        ),
        # Of the actor's shop: what a control resembles is no control.
        earlier=_others(session, actor, screening, "customer"),
        alike=_others(session, actor, screening, "likeness", Screening.status != "in_review"),
        waiting_alike=count_alike(session, actor, [screening.likeness]).get(screening.likeness or "", 0),
        appeal=_objection(session, screening),
        messages=tuple(told(session, case.id)),
        texts_before=texts_before,
        changes=compare_texts(texts_before[0].fields, screening.fields) if texts_before else (),
    )


def _objection(session: Session, screening: Screening) -> Objection | None:
    appeal = orders.find_appeal(session, screening.id)
    if appeal is None:
        return None
    decision = session.get_one(DecisionRecord, appeal.decision_id)
    return Objection(appeal=appeal, decision=decision, decided_by=name_of(session, appeal.first_decided_by))


def _views(session: Session, case: ReviewCase) -> tuple[View, ...]:
    given = select(Opinion).where(Opinion.case_id == case.id).order_by(col(Opinion.id))
    return tuple(View(opinion=each, by=name_of(session, each.reviewer_id)) for each in session.exec(given))


def _others(
    session: Session, actor: Actor, screening: Screening, sharing: str, *also: ColumnElement[bool] | bool
) -> tuple[Precedent, ...]:
    value = getattr(screening, sharing)
    if value is None:
        return ()
    same = (
        select(Screening, DecisionRecord, Reviewer)
        .outerjoin(DecisionRecord, col(DecisionRecord.id) == Screening.decision_id)
        .outerjoin(Reviewer, col(Reviewer.id) == DecisionRecord.decided_by)
        .where(
            Screening.merchant_id == actor.merchant_id,
            getattr(Screening, sharing) == value,
            Screening.id != screening.id,
            *also,
        )
    )
    found: Sequence[tuple[Screening, DecisionRecord | None, Reviewer | None]] = session.exec(
        same.order_by(col(Screening.id).desc()).limit(EARLIER)
    ).all()
    return tuple(
        Precedent(
            screening=each,
            decision=by,
            decided_by=person.pseudonym if person else name_of(session, by.decided_by if by else None),
        )
        for each, by, person in found
    )
