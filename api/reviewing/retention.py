"""Retention: after the days that the operator chose, the words of a decided order go as if the shop had erased them."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from api.delivery.schedules import is_stopping
from api.reviewing.erasing import erase
from api.reviewing.orders import lock_order
from api.storage.database import Database
from api.storage.tables import Screening

#: One short transaction each, so that no checkout waits for a sweep.
AT_ONCE = 100


def forget_words(database: Database, keep: timedelta, at: datetime) -> int:
    """Erase the words of every order that was settled and last touched longer ago; how many were.

    What waits for a person keeps its words, however old it is. Several workers may sweep at once.
    """
    forgotten, after = 0, ""
    while not is_stopping() and (found := _due(database, at - keep, after)):
        for screening_id, merchant_id in found:
            with database.writing() as session:
                screening, case = lock_order(session, merchant_id, screening_id)
                # Another worker, an appeal or the shop may have been quicker.
                if screening.erased_at is None and _is_due(screening, at - keep):
                    erase(session, screening, case, "retention", at)
                    forgotten += 1
        after = found[-1][0]
    return forgotten


def _due(database: Database, before: datetime, after: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        due = (
            select(Screening.id, Screening.merchant_id)
            .where(
                col(Screening.id) > after,
                col(Screening.erased_at).is_(None),
                col(Screening.updated_at) < before,
                col(Screening.status) != "in_review",
            )
            .order_by(col(Screening.id))
            .limit(AT_ONCE)
        )
        return list(session.exec(due))


def _is_due(screening: Screening, before: datetime) -> bool:
    return screening.status != "in_review" and screening.updated_at < before
