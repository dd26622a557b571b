"""What the store tells to monitoring: how much waits and for how long; each figure is of all processes together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlmodel import Session, col, func, select
from ulid import ULID

from api.storage.clock import now
from api.storage.tables import WAITING, Delivery, Merchant, OutboxEvent, ReviewCase
from moderation.review import Queue

DELIVERY_STATUSES = ("requested", "pending", "delivered", "failed")

#: The last attempt of a delivery is made a little over three days after the first.
DELIVERIES_OF = timedelta(days=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """One queue of cases, over all shops; test orders are not counted."""

    waiting: int = 0
    overdue: int = 0
    #: Of the case that waits longest, in seconds.
    oldest_age: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """The store at one moment."""

    queues: Mapping[str, QueueFigures]
    #: Deliveries begun in the last ``DELIVERIES_OF``, by status.
    deliveries: Mapping[str, int]
    #: Status changes that no worker has taken up yet.
    unrelayed: int
    #: Of the one that waits longest, in seconds.
    unrelayed_age: float


def figures(session: Session) -> StoreFigures:
    """Count; every query has an index that holds nothing but what waits, or reads no more than four days."""
    moment = now()
    unrelayed, oldest = unrelayed_events(session)
    return StoreFigures(
        queues=_queues(session, moment),
        deliveries=_deliveries(session, moment),
        unrelayed=unrelayed,
        unrelayed_age=_age(oldest, moment),
    )


def unrelayed_events(session: Session) -> tuple[int, datetime | None]:
    """How many status changes no worker has taken up, and when the first of them was made."""
    waiting = select(func.count(), func.min(OutboxEvent.created_at)).where(col(OutboxEvent.relayed_at).is_(None))
    return session.exec(waiting).one()


def _queues(session: Session, moment: datetime) -> dict[str, QueueFigures]:
    overdue = func.sum(case((col(ReviewCase.due_at) < moment, 1), else_=0))
    real = select(Merchant.id).where(col(Merchant.test_of).is_(None), col(Merchant.controls_of).is_(None))
    counted = (
        select(ReviewCase.queue, func.count(), overdue, func.min(ReviewCase.created_at))
        .where(WAITING, col(ReviewCase.merchant_id).in_(real))
        .group_by(ReviewCase.queue)
    )
    found = {queue.value: QueueFigures() for queue in Queue}
    for queue, waiting, late, oldest in session.exec(counted):
        found[queue] = QueueFigures(waiting=waiting, overdue=late, oldest_age=_age(oldest, moment))
    return found


def _deliveries(session: Session, moment: datetime) -> dict[str, int]:
    # Ids begin with their time, so the key finds the young ones.
    first = f"dlv_{ULID.from_datetime(moment - DELIVERIES_OF)}"
    counted = select(Delivery.status, func.count()).where(Delivery.id >= first).group_by(Delivery.status)
    return dict.fromkeys(DELIVERY_STATUSES, 0) | dict(session.exec(counted).all())


def _age(oldest: datetime | None, moment: datetime) -> float:
    return 0.0 if oldest is None else max((moment - oldest).total_seconds(), 0.0)
