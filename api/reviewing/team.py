"""Team: how the queues and the people are doing, for those who are responsible for both.

It is for teaching, not for ranking: nothing here compares one reviewer's speed with another's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy
from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, case, col, func, select
from ulid import ULID

from api.reviewing.claims import name_of
from api.reviewing.quality import QualityReport, look_at_quality
from api.reviewing.roles import Actor, Right, demand
from api.reviewing.sources import Judged, judge_sources
from api.storage.tables import ASKED, AWAITING, WAITING, Appeal, CaseMessage, DecisionRecord, ReviewCase, Screening
from moderation.review import CaseState, Queue
from moderation.routing import Routing, shipped_routing

HOURS = 24
APPEALS_SINCE = timedelta(days=30)

AGES: tuple[tuple[str, timedelta], ...] = (
    ("under 1 h", timedelta(hours=1)),
    ("1 to 4 h", timedelta(hours=4)),
    ("4 to 24 h", timedelta(hours=24)),
    ("over 24 h", timedelta.max),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAges:
    queue: str
    #: Waiting cases by age, as in ``AGES``.
    waiting: tuple[int, ...]
    due_today: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTimes:
    """How long the verdicts of one queue took."""

    queue: str
    verdicts: int
    #: Seconds from opening a case to its verdict.
    median_seconds: float
    p95_seconds: float
    #: Of the verdicts, how many came before the case was due.
    in_time: int
    #: How long a verdict of this queue may take when the shop names no deadline.
    promise: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRecord:
    """What became of the appeals against rejections of one kind."""

    #: ``machine`` or ``person``; never who.
    decided_by: str
    category: str
    answered: int
    overturned: int

    @property
    def overturn_rate(self) -> float:
        """Share of the answered appeals that were right; 0.0 to 1.0."""
        return self.overturned / self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamReport:
    queues: tuple[QueueAges, ...]
    #: Reviewer's pseudonym and how many cases they hold now.
    held: tuple[tuple[str, int], ...]
    #: Verdicts in each of the last ``HOURS`` hours, the oldest first; with the hour's beginning.
    hourly: tuple[tuple[datetime, int], ...]
    #: Seconds from opening a case to its verdict, over the same hours; None without a verdict.
    median_seconds: float | None
    p95_seconds: float | None
    #: Of these verdicts, how many came before the case was due.
    in_time: int
    #: The same by queue.
    times: tuple[QueueTimes, ...]
    #: Appeals answered in the last 30 days.
    appeals: tuple[AppealRecord, ...]
    #: Orders of the same hours, and how many of them needed a person.
    orders: int
    needed_a_person: int
    #: Of the orders that wait: on whom, the team itself first.
    awaited: tuple[tuple[str, int], ...]
    judged: Judged
    quality: QualityReport

    @property
    def verdicts(self) -> int:
        return sum(count for _hour, count in self.hourly)

    @property
    def overturn_rate(self) -> float | None:
        """Share of all answered appeals that were right; None without an appeal."""
        answered = sum(each.answered for each in self.appeals)
        return sum(each.overturned for each in self.appeals) / answered if answered else None


def look_at_team(session: Session, actor: Actor, at: datetime, routing: Routing | None = None) -> TeamReport:
    """The report as of now. Raises a 403 ``Problem`` without the right to oversee."""
    demand(actor, Right.OVERSEE)
    decided = _decided(session, actor, at)
    took = sorted((resolved - created).total_seconds() for _queue, created, resolved, _due in decided)
    return TeamReport(
        queues=tuple(_queues(session, actor, at)),
        held=tuple(_held(session, actor, at)),
        hourly=tuple(_hourly([resolved for _queue, _created, resolved, _due in decided], at)),
        median_seconds=_quantile(took, 0.5),
        p95_seconds=_quantile(took, 0.95),
        in_time=sum(resolved <= due for _queue, _created, resolved, due in decided),
        times=tuple(_times(decided, routing or shipped_routing())),
        appeals=tuple(_appeals(session, actor, at)),
        **_orders(session, actor, at),
        awaited=tuple(_awaited(session, actor, at)),
        judged=judge_sources(session, actor.merchant_id, at),
        quality=look_at_quality(session, actor.merchant_id, at),
    )


def _queues(session: Session, actor: Actor, at: datetime) -> list[QueueAges]:
    opened, due = col(ReviewCase.created_at), col(ReviewCase.due_at)
    # The bands from the youngest to the oldest: each ends where the next begins.
    edges = [at, *(at - up_to for _name, up_to in AGES[:-1])]

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    rows = session.connection().execute(
        sqlalchemy.select(
            col(ReviewCase.queue),
            count(and_(due >= at, due < at + timedelta(days=1))),
            count(due < at),
            *(count(opened <= edge) for edge in edges),
        )
        .where(col(ReviewCase.merchant_id) == actor.merchant_id, WAITING)
        .group_by(col(ReviewCase.queue))
    )
    return [
        QueueAges(
            queue=queue,
            # What is at least this old, less what is at least as old as the next band.
            waiting=tuple(this - older for this, older in pairwise([*at_least, 0])),
            due_today=today,
            late=late,
        )
        for queue, today, late, *at_least in rows
    ]


def _held(session: Session, actor: Actor, at: datetime) -> list[tuple[str, int]]:
    rows = session.exec(
        select(ReviewCase.claimed_by, func.count())
        .where(ReviewCase.merchant_id == actor.merchant_id, col(ReviewCase.claimed_until) > at, WAITING)
        .group_by(col(ReviewCase.claimed_by))
    ).all()
    return sorted((name_of(session, reviewer), count) for reviewer, count in rows)


def _awaited(session: Session, actor: Actor, at: datetime) -> list[tuple[str, int]]:
    """On whom the waiting orders wait, each counted once: what an outsider owes goes before what we owe."""
    mine = (col(ReviewCase.merchant_id) == actor.merchant_id, WAITING)
    in_hand = func.coalesce(col(ReviewCase.claimed_until) > at, sqlalchemy.false())
    rows = session.exec(
        select(
            func.count(),
            func.sum(case((in_hand, 1), else_=0)),
            func.sum(case((and_(col(ReviewCase.state) == CaseState.ESCALATED, ~in_hand), 1), else_=0)),
        ).where(*mine)
    ).one()
    waiting, held, escalated = rows[0], rows[1] or 0, rows[2] or 0
    awaits = session.exec(
        select(ReviewCase.awaits, func.count()).where(*mine, AWAITING, ~in_hand).group_by(col(ReviewCase.awaits))
    ).all()
    second, lead = (dict(awaits).get(whom, 0) for whom in ("second", "lead"))
    # Begins at the few open questions, not at the many cases; the same below, at the answered appeals.
    of_mine = exists().where(col(ReviewCase.id) == CaseMessage.case_id, *mine, ~in_hand)
    asked = session.exec(
        select(CaseMessage.to_party, func.count(col(CaseMessage.case_id).distinct()))
        .where(ASKED, col(CaseMessage.due_at) > at, of_mine)
        .group_by(CaseMessage.to_party)
    ).all()
    outside = [(f"an answer of the {party}", count) for party, count in sorted(asked)]
    free = max(0, waiting - held - escalated - second - sum(count for _whom, count in outside))
    ours = [
        ("anybody", free),
        ("who has it in hand", held),
        ("a second opinion", second),
        ("a lead: two differ", lead),
        ("a senior: escalated", max(0, escalated - lead)),
    ]
    return [each for each in [*ours, *outside] if each[1]]


def _decided(session: Session, actor: Actor, at: datetime) -> Sequence[tuple[str, datetime, datetime, datetime]]:
    rows = session.exec(
        # Columns, not rows as objects: a day of a large shop holds many.
        select(ReviewCase.queue, ReviewCase.created_at, ReviewCase.resolved_at, ReviewCase.due_at, Appeal.created_at)  # type: ignore[call-overload]  # five columns are more than its stubs name
        .join(Appeal, col(Appeal.screening_id) == ReviewCase.screening_id, isouter=True)
        .where(
            ReviewCase.merchant_id == actor.merchant_id,
            col(ReviewCase.resolved_at) > at - timedelta(hours=HOURS),
            ReviewCase.state == CaseState.RESOLVED.value,
        )
    )
    return [
        # The clock of an appeal starts with the appeal, not with the order.
        (queue, (appealed_at if queue == Queue.APPEALS else None) or opened_at, resolved_at, due_at)
        for queue, opened_at, resolved_at, due_at, appealed_at in rows
    ]


def _times(decided: Sequence[tuple[str, datetime, datetime, datetime]], routing: Routing) -> list[QueueTimes]:
    times = []
    for name in sorted({queue for queue, *_ in decided}):
        mine = [(created, resolved, due) for queue, created, resolved, due in decided if queue == name]
        took = sorted((resolved - created).total_seconds() for created, resolved, _due in mine)
        times.append(
            QueueTimes(
                queue=name,
                verdicts=len(mine),
                median_seconds=_quantile(took, 0.5) or 0.0,
                p95_seconds=_quantile(took, 0.95) or 0.0,
                in_time=sum(resolved <= due for _created, resolved, due in mine),
                promise=routing.within(name),
            )
        )
    return times


def _appeals(session: Session, actor: Actor, at: datetime) -> list[AppealRecord]:
    answered: Counter[tuple[str, str]] = Counter()
    overturned: Counter[tuple[str, str]] = Counter()
    of_mine = exists().where(col(Screening.id) == Appeal.screening_id, col(Screening.merchant_id) == actor.merchant_id)
    rows = session.exec(
        select(Appeal.verdict, Appeal.first_decided_by, DecisionRecord.reasons)
        .join(DecisionRecord, col(DecisionRecord.id) == Appeal.decision_id)
        .where(col(Appeal.decided_at) > at - APPEALS_SINCE, of_mine)
    )
    for verdict, first_decided_by, reasons in rows:
        kind = ("machine" if first_decided_by == "machine" else "person", reasons[0] if reasons else "")
        answered[kind] += 1
        overturned[kind] += verdict == "overturned"
    return [
        AppealRecord(decided_by=by, category=category, answered=count, overturned=overturned[by, category])
        for (by, category), count in sorted(answered.items())
    ]


def _hourly(moments: Sequence[datetime], at: datetime) -> list[tuple[datetime, int]]:
    counts = Counter(int((at - moment) / timedelta(hours=1)) for moment in moments)
    return [(at - timedelta(hours=ago + 1), counts[ago]) for ago in reversed(range(HOURS))]


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _orders(session: Session, actor: Actor, at: datetime) -> dict[str, int]:
    # Ids begin with the time, so an index on them counts a day without reading the rest.
    since = ULID.from_datetime(at - timedelta(hours=HOURS))
    orders = select(func.count()).select_from(Screening)
    cases = select(func.count()).select_from(ReviewCase)
    return {
        "orders": session.exec(
            orders.where(Screening.merchant_id == actor.merchant_id, col(Screening.id) >= f"scr_{since}")
        ).one(),
        "needed_a_person": session.exec(
            cases.where(ReviewCase.merchant_id == actor.merchant_id, col(ReviewCase.id) >= f"case_{since}")
        ).one(),
    }
