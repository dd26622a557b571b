"""Controls: cases with a known answer that look like any other. They show where the rules are read differently.

A control lives in a place of the shop's own that no list, count, figure or key opens. Now and then *next* gives a
reviewer one that they never had, as a case in their hands. Their answer is kept beside the known one; no shop hears
of it. Afterwards the page of what they decided says so, and why the known answer is what it is.
"""

import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.reviewing.roles import Actor
from api.storage.ids import new_id
from api.storage.searching import searchable
from api.storage.tables import (
    CaseEventRecord,
    Control,
    ControlAnswer,
    DecisionRecord,
    Merchant,
    PendingDecision,
    ReviewCase,
    Screening,
)
from moderation.review import CaseState
from moderation.review_rules import ReviewRules
from moderation.routing import Routing, due_at, language_of, shipped_routing

#: How long a case seems to have waited, at most.
SEEMS_TO_WAIT = timedelta(minutes=40)


def draw(
    session: Session,
    actor: Actor,
    queue: str | None,
    at: datetime,
    rules: ReviewRules,
    *,
    routing: Routing | None = None,
    chance: Callable[[], float] = random.random,
) -> ReviewCase | None:
    """Now and then, a control in place of the next case; None most of the time."""
    if not rules.control_rate or chance() >= rules.control_rate:
        return None
    met = select(ControlAnswer.control_id).where(ControlAnswer.reviewer_id == actor.id)
    fresh = select(Control).where(
        Control.merchant_id == actor.merchant_id, col(Control.retired_at).is_(None), col(Control.id).not_in(met)
    )
    if queue:
        fresh = fresh.where(Control.queue == queue)
    found = [each for each in session.exec(fresh.limit(50)) if actor.takes(each.queue, language_of(each.locale))]
    return _lay_out(session, actor, random.choice(found), at, routing or shipped_routing()) if found else None


def is_control(session: Session, case: ReviewCase) -> bool:
    return session.get_one(Merchant, case.merchant_id).controls_of is not None


def keep_answer(session: Session, case: ReviewCase, verdict: PendingDecision, at: datetime) -> None:
    """What the reviewer made of the control, beside the known answer."""
    answer = session.get_one(ControlAnswer, case.id)
    answer.outcome, answer.reason, answer.answered_at = verdict.outcome, verdict.reason, at
    session.add(answer)


def answers_of(session: Session, case_ids: Sequence[str]) -> dict[str, Control]:
    """The answered controls among these cases, by case."""
    rows = session.exec(
        select(ControlAnswer, Control)
        .join(Control, col(Control.id) == ControlAnswer.control_id)
        .where(col(ControlAnswer.case_id).in_(case_ids), col(ControlAnswer.outcome).is_not(None))
    )
    return {answer.case_id: control for answer, control in rows}


def _lay_out(session: Session, actor: Actor, control: Control, at: datetime, routing: Routing) -> ReviewCase:
    """The control as a case like any other, opened a while ago."""
    opened = at - SEEMS_TO_WAIT * random.random()
    place = _place(session, actor.merchant_id)
    screening = Screening(
        id=new_id("scr"),
        merchant_id=place.id,
        reference=_reference(session, actor),
        fields=control.fields,
        brand=control.brand,
        product=control.product,
        locale=control.locale,
        status="in_review",
        created_at=opened,
        updated_at=opened,
    )
    session.add(screening)
    session.flush()
    decision = DecisionRecord(
        screening_id=screening.id, decided_by="machine", outcome="review", created_at=opened, **control.decision
    )
    session.add(decision)
    session.flush()
    screening.decision_id = decision.id
    case = ReviewCase(
        merchant_id=place.id,
        screening_id=screening.id,
        queue=control.queue,
        state=CaseState.OPEN.value,
        severity=control.severity,
        risk=decision.risk,
        language=language_of(control.locale),
        searched=searchable(screening),
        due_at=due_at(routing.within(control.queue), opened, None),
        created_at=opened,
    )
    session.add(case)
    session.flush()
    session.add(CaseEventRecord(case_id=case.id, kind="opened", actor="machine", created_at=opened))
    session.add(ControlAnswer(case_id=case.id, control_id=control.id, reviewer_id=actor.id, given_at=at))
    return case


def _reference(session: Session, actor: Actor) -> str | None:
    """A reference in the shop's own manner: its newest one, with other digits."""
    newest = select(Screening.reference).where(Screening.merchant_id == actor.merchant_id)
    model = session.exec(newest.order_by(col(Screening.id).desc()).limit(1)).first()
    return model and re.sub(r"\d", lambda _: str(random.randrange(10)), model)


def _place(session: Session, merchant_id: str) -> Merchant:
    found = session.exec(select(Merchant).where(Merchant.controls_of == merchant_id)).first()
    if found is None:
        shop = session.get_one(Merchant, merchant_id)
        found = Merchant(name=f"{shop.name} (controls)", policy=shop.policy, controls_of=shop.id)
        session.add(found)
        session.flush()
    return found
