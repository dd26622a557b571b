"""The watch over due times: a shop hears when the time that it was promised has passed and nobody has decided."""

from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.delivery.outbox import OVERDUE, announce_overdue
from api.delivery.schedules import is_stopping
from api.storage.database import Database
from api.storage.tables import WAITING, OutboxEvent, ReviewCase, Screening

#: One short transaction each, so that no checkout waits for the watch.
AT_ONCE = 100


def tell_overdue(database: Database, at: datetime) -> int:
    """Tell each case's shop once that it is overdue; how many were told. A case that gets a later time may be so again."""
    told = 0
    while not is_stopping() and (found := _overdue(database, at)):
        with database.writing() as session:
            told += sum(_tell(session, case_id, at) for case_id in found)
    return told


def _overdue(database: Database, at: datetime) -> list[str]:
    with database.reading() as session:
        return list(session.exec(_untold(at).order_by(col(ReviewCase.due_at)).limit(AT_ONCE)))


def _tell(session: Session, case_id: str, at: datetime) -> bool:
    """False when somebody was quicker: another worker, or whoever decided."""
    case = session.get_one(ReviewCase, case_id, with_for_update=True)
    # Asked again by a statement of its own, which sees what was committed while we waited for the row.
    if session.exec(_untold(at).where(ReviewCase.id == case_id)).first() is None:
        return False
    announce_overdue(session, session.get_one(Screening, case.screening_id), case, at)
    session.flush()
    return True


def _untold(at: datetime) -> SelectOfScalar[str]:
    is_told = exists().where(
        col(OutboxEvent.screening_id) == ReviewCase.screening_id,
        col(OutboxEvent.type) == OVERDUE,
        col(OutboxEvent.created_at) >= ReviewCase.due_at,
    )
    return select(ReviewCase.id).where(WAITING, col(ReviewCase.due_at) < at, ~is_told)
