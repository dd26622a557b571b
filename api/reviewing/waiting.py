"""Waiting: the queues, how much is in each, and the pages of cases in the order in which they should be decided."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, case, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from api.errors import Problem
from api.reviewing import care, controls, opinions
from api.reviewing.claims import DUE_SOON, is_aside, is_held
from api.reviewing.roles import Actor, Right
from api.storage.searching import plain
from api.storage.tables import (
    RELEASED,
    WAITING,
    Appeal,
    CaseEventRecord,
    CaseMessage,
    DecisionRecord,
    Merchant,
    ReviewCase,
    Reviewer,
    Screening,
)
from moderation.review import CaseState, Queue
from moderation.review_rules import parse_rules
from moderation.routing import Routing

PAGE_SIZE = 25
#: Not queues of their own: the cases of every queue that were handed to those who may decide them, and those that
#: nobody needs to look at now, because an answer is awaited or a reviewer put them aside.
ESCALATED, AWAITING = "escalated", "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which waiting cases are meant; all of them when empty."""

    #: A queue's name, ``"waiting"``, ``"escalated"``, or everything but the escalated.
    queue: str | None = None
    brand: str | None = None
    product: str | None = None
    #: At least this severe, 1-4.
    severity: int | None = None
    #: ``"free"``, ``"mine"`` or ``"overdue"``.
    only: str | None = None
    #: Anywhere in the words, the reference, the customer number or the order's id, or the beginning of a case's id.
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """How a queue stands."""

    name: str
    waiting: int = 0
    #: Of these, in nobody's hands.
    free: int = 0
    overdue: int = 0
    #: When the case that waits longest was opened.
    oldest_at: datetime | None = None

    def plus(self, waiting: int, free: int, overdue: int, oldest_at: datetime | None) -> "QueueCount":
        """The count with more cases of the same queue."""
        times = [time for time in (self.oldest_at, oldest_at) if time is not None]
        return QueueCount(
            name=self.name,
            waiting=self.waiting + waiting,
            free=self.free + free,
            overdue=self.overdue + overdue,
            oldest_at=min(times, default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """One line of the queue page."""

    case: ReviewCase
    screening: Screening
    reasons: tuple[str, ...]
    evidence: tuple[dict[str, Any], ...]
    #: The pseudonym of whoever has it in hand now.
    holder: str | None
    is_mine: bool
    #: Who was asked and has not answered yet: ``customer``, ``shop``, ``partner``.
    asked: tuple[str, ...]
    #: Until when it waits for something; None when somebody should look.
    waits_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    rows: tuple[WaitingCase, ...]
    next_cursor: str | None


def count_queues(session: Session, actor: Actor, at: datetime) -> list[QueueCount]:
    """Every queue of the actor in its fixed order, the empty ones too; last, apart, what waits and what is escalated."""
    aside = _waits(at)
    rows = session.connection().execute(
        sqlalchemy.select(
            col(ReviewCase.queue),
            col(ReviewCase.state),
            func.count(),
            _sum(_free(at)),
            _sum(col(ReviewCase.due_at) < at),
            func.min(case((aside, None), else_=col(ReviewCase.created_at))),
            _sum(aside),
            _sum(and_(aside, _free(at))),
            func.min(case((aside, col(ReviewCase.created_at)))),
        )
        .where(*_bounds(actor), WAITING)
        # In the order of the index, so that nothing is sorted.
        .group_by(col(ReviewCase.queue), col(ReviewCase.state))
    )
    offered = [name for name in map(str, Queue) if not actor.queues or name in actor.queues]
    counts = {name: QueueCount(name=name) for name in [*offered, AWAITING, ESCALATED]}
    for queue, state, count, free, overdue, oldest_at, aside_count, aside_free, aside_oldest_at in rows:
        if state == CaseState.ESCALATED:
            oldest = min(time for time in (oldest_at, aside_oldest_at) if time is not None)
            counts[ESCALATED] = counts[ESCALATED].plus(count, free, overdue, oldest)
            continue
        known = counts.get(queue, QueueCount(name=queue))
        counts[queue] = known.plus(count - aside_count, free - aside_free, overdue, oldest_at)
        counts[AWAITING] = counts[AWAITING].plus(aside_count, aside_free, 0, aside_oldest_at)
    last = (AWAITING, ESCALATED)
    subjects = [each for name, each in counts.items() if name not in last]
    return [*sorted(subjects, key=lambda each: ":" in each.name), *(counts[name] for name in last)]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def list_waiting(
    session: Session, actor: Actor, wanted: QueueFilter, cursor: str | None, at: datetime, limit: int = PAGE_SIZE
) -> WaitingPage:
    """One page: the earliest due first, then the most severe, then the oldest."""
    # Only what is shown is read in full: sorting whole rows of a large queue would take longer than all the rest.
    order = (col(ReviewCase.due_at), col(ReviewCase.severity).desc(), col(ReviewCase.id))
    query = select(ReviewCase.id).where(*_conditions(actor, wanted, at)).order_by(*order).limit(limit + 1)
    if cursor:
        query = query.where(_after(cursor))
    found = session.exec(query).all()
    shown = (
        select(ReviewCase, Screening)
        .join(Screening, col(Screening.id) == ReviewCase.screening_id)
        .where(col(ReviewCase.id).in_(found[:limit]))
        .order_by(*order)
    )
    page = session.exec(shown).all()
    more = _cursor(page[-1][0]) if len(found) > limit else None
    return WaitingPage(rows=tuple(rows_of(session, actor, page, at)), next_cursor=more)


def next_case(
    session: Session,
    actor: Actor,
    wanted: QueueFilter,
    at: datetime,
    but_not: str | None = None,
    routing: Routing | None = None,
) -> ReviewCase | None:
    """The first free case of the filter that the actor has not skipped and may decide; locked, so that nobody else gets it.

    A case that waits for something is only offered when it is nearly due: then somebody must decide.
    Now and then it is a control; and after many severe cases in a row it is of another subject, while there is one.
    """
    rules = parse_rules(session.get_one(Merchant, actor.merchant_id).review_rules)
    control = controls.draw(session, actor, wanted.queue, at, rules, routing=routing) if _is_plain(wanted) else None
    if control is not None:
        return control
    if care.wants_another_subject(session, actor, rules):
        milder = _first(session, actor, wanted, at, but_not, col(ReviewCase.severity) < care.SEVERE)
        if milder is not None:
            return milder
    return _first(session, actor, wanted, at, but_not)


def _is_plain(wanted: QueueFilter) -> bool:
    """Whether a control fits in unseen: nobody looks for just these orders."""
    return not (wanted.search or wanted.brand or wanted.product or wanted.severity or wanted.only)


def _first(
    session: Session,
    actor: Actor,
    wanted: QueueFilter,
    at: datetime,
    but_not: str | None,
    *also: ColumnElement[bool],
) -> ReviewCase | None:
    skipped = exists().where(
        col(CaseEventRecord.case_id) == ReviewCase.id,
        col(CaseEventRecord.actor) == actor.id,
        RELEASED,
        CaseEventRecord.detail["skipped"].as_boolean(),
    )
    own_appeal = exists().where(
        col(Appeal.screening_id) == ReviewCase.screening_id,
        col(Appeal.first_decided_by) == actor.id,
        col(Appeal.verdict).is_(None),
    )
    others = (~skipped, ~own_appeal, ~opinions.given_on_case(actor.id), *also)
    query = select(ReviewCase).where(*_conditions(actor, wanted, at), _free(at), *others)
    if not actor.may(Right.SETTLE):
        query = query.where(col(ReviewCase.awaits).is_distinct_from(opinions.LEAD))
    if wanted.queue != AWAITING:
        query = query.where(~_waits(at))
    if wanted.queue != ESCALATED or not actor.may(Right.DECIDE_ESCALATED):
        query = query.where(ReviewCase.state != CaseState.ESCALATED.value)
    if but_not is not None:
        query = query.where(ReviewCase.id != but_not)
    order = (col(ReviewCase.due_at), col(ReviewCase.severity).desc(), col(ReviewCase.id))
    return session.exec(query.order_by(*order).limit(1).with_for_update(of=ReviewCase, skip_locked=True)).first()


def find_case_id(session: Session, actor: Actor, words: str) -> str | None:
    """The case that has this id, or is about the order with this id or, the newest of several, this reference."""
    of_order = (
        select(ReviewCase.id)
        .join(Screening, col(Screening.id) == ReviewCase.screening_id)
        .where(Screening.merchant_id == actor.merchant_id)
    )
    ways = (
        select(ReviewCase.id).where(ReviewCase.merchant_id == actor.merchant_id, ReviewCase.id == words),
        of_order.where(Screening.id == words),
        of_order.where(Screening.reference == words).order_by(col(Screening.id).desc()).limit(1),
    )
    return next((found for way in ways if (found := session.exec(way).first()) is not None), None)


def brands_and_products(session: Session, merchant_id: str) -> tuple[list[str], list[str]]:
    """The merchant's brands and products, for the filters; the first of them where there are very many."""
    return _different(session, merchant_id, col(Screening.brand)), _different(
        session, merchant_id, col(Screening.product)
    )


def _different(session: Session, merchant_id: str, column: Mapped[str | None], at_most: int = 50) -> list[str]:
    # One step through the index per value: DISTINCT would read every screening that the merchant ever had.
    values: list[str] = []
    step = select(func.min(column)).where(Screening.merchant_id == merchant_id)
    while len(values) < at_most:
        following = session.exec(step.where(column > values[-1] if values else column.is_not(None))).one()
        if following is None:
            break
        values.append(following)
    return values


def _bounds(actor: Actor) -> list[ColumnElement[bool]]:
    """The cases that are the actor's work at all, as ``Actor.takes`` says."""
    bounds: list[ColumnElement[bool]] = [col(ReviewCase.merchant_id) == actor.merchant_id]
    if actor.queues:
        bounds.append(col(ReviewCase.queue).in_(sorted(actor.queues)))
    if actor.languages:
        language = col(ReviewCase.language)
        bounds.append(or_(language.is_(None), language.in_(sorted(actor.languages))))
    return bounds


def _waits(at: datetime) -> ColumnElement[bool]:
    """Whether a case waits for something, and has the time to. Never unknown, so that it can be negated."""
    return and_(
        col(ReviewCase.waits_until).is_not(None),
        col(ReviewCase.waits_until) > at,
        col(ReviewCase.due_at) >= at + DUE_SOON,
    )


def _conditions(actor: Actor, wanted: QueueFilter, at: datetime) -> list[Any]:
    # What somebody holds is theirs wherever it lives: a control, too.
    conditions: list[Any] = [WAITING] if wanted.only == "mine" else [*_bounds(actor), WAITING]
    if wanted.queue == ESCALATED:
        conditions.append(ReviewCase.state == CaseState.ESCALATED.value)
    elif wanted.queue == AWAITING:
        conditions += [_waits(at), ReviewCase.state != CaseState.ESCALATED.value]
    elif wanted.queue:
        conditions += [ReviewCase.queue == wanted.queue, ReviewCase.state != CaseState.ESCALATED.value, ~_waits(at)]
    elif not actor.may(Right.DECIDE_ESCALATED) and not wanted.search:
        conditions.append(ReviewCase.state != CaseState.ESCALATED.value)
    if wanted.severity:
        conditions.append(col(ReviewCase.severity) >= wanted.severity)
    if wanted.only == "free":
        conditions.append(_free(at))
    elif wanted.only == "mine":
        conditions += [ReviewCase.claimed_by == actor.id, col(ReviewCase.claimed_until) > at]
    elif wanted.only == "overdue":
        conditions.append(col(ReviewCase.due_at) < at)
    if (wanted.search or "").lower().startswith("case_"):
        conditions.append(col(ReviewCase.id).istartswith(wanted.search, autoescape=True))
    elif wanted.search:
        conditions.append(col(ReviewCase.searched).contains(plain(wanted.search), autoescape=True))
    if wanted.brand or wanted.product:
        conditions.append(col(ReviewCase.screening_id).in_(_orders(actor, wanted)))
    return conditions


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(col(ReviewCase.claimed_until).is_(None), col(ReviewCase.claimed_until) <= at)


def _orders(actor: Actor, wanted: QueueFilter) -> SelectOfScalar[str]:
    """The orders in review that the filter means. They lie together: so none is fetched in vain for its case."""
    orders = select(Screening.id).where(Screening.merchant_id == actor.merchant_id, Screening.status == "in_review")
    if wanted.brand:
        orders = orders.where(Screening.brand == wanted.brand)
    if wanted.product:
        orders = orders.where(Screening.product == wanted.product)
    return orders


def rows_of(session: Session, actor: Actor, page: Sequence[Any], at: datetime) -> list[WaitingCase]:
    """Lines for ``(case, screening)`` pairs, with three more queries however many there are."""
    in_force = [screening.decision_id for _case, screening in page]
    holders = [each.claimed_by for each, _screening in page if is_held(each, at)]
    decisions = {d.id: d for d in session.exec(select(DecisionRecord).where(col(DecisionRecord.id).in_(in_force)))}
    names = dict(session.exec(select(Reviewer.id, Reviewer.pseudonym).where(col(Reviewer.id).in_(holders))).all())
    asked = session.exec(
        select(CaseMessage.case_id, CaseMessage.to_party).where(
            col(CaseMessage.case_id).in_([each.id for each, _screening in page]),
            col(CaseMessage.answered_at).is_(None),
            col(CaseMessage.due_at) > at,
        )
    ).all()
    return [
        WaitingCase(
            case=each,
            screening=screening,
            reasons=tuple(decisions[screening.decision_id].reasons) if screening.decision_id in decisions else (),
            evidence=tuple(decisions[screening.decision_id].evidence) if screening.decision_id in decisions else (),
            holder=names.get(each.claimed_by) if is_held(each, at) else None,
            is_mine=is_held(each, at) and each.claimed_by == actor.id,
            asked=tuple(sorted(party for case_id, party in asked if case_id == each.id)),
            waits_until=each.waits_until if is_aside(each, at) else None,
        )
        for each, screening in page
    ]


def _cursor(last: ReviewCase) -> str:
    content = json.dumps([last.due_at.isoformat(), last.severity, last.id])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _after(cursor: str) -> ColumnElement[bool]:
    try:
        due_at, severity, id_ = json.loads(base64.urlsafe_b64decode(cursor))
        due = datetime.fromisoformat(due_at)
        severity = int(severity)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Problem(422, "bad_cursor", "This page's link is damaged. Open the queue again.") from error
    same_due = col(ReviewCase.due_at) == due
    same_severity = col(ReviewCase.severity) == severity
    return and_(
        # Says nothing new, but an index can begin here.
        col(ReviewCase.due_at) >= due,
        or_(
            col(ReviewCase.due_at) > due,
            and_(same_due, col(ReviewCase.severity) < severity),
            and_(same_due, same_severity, col(ReviewCase.id) > str(id_).replace("\0", "")),
        ),
    )
