"""Alike: many waiting cases with nearly the same words, decided together but each on its own record."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import Session, col, func, select

from api.errors import Problem
from api.reviewing.claims import check_version, claim, find_case
from api.reviewing.deciding import Verdict, decide
from api.reviewing.roles import Actor
from api.reviewing.waiting import WaitingCase, rows_of
from api.storage.database import Database
from api.storage.tables import IN_REVIEW, WAITING, ReviewCase, Screening
from moderation.errors import CaseConflict, DishonestReason

#: Cases shown, and therefore decided, at a time.
AT_ONCE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A case that was left as it is, and why."""

    case_id: str
    why: str


def list_alike(
    session: Session, actor: Actor, case_id: str, at: datetime, first: Collection[str] = ()
) -> list[WaitingCase]:
    """The waiting cases whose words are nearly those of the given one, itself included; the earliest due first.

    Args:
        first: Ids of those that come before the others, so that they are shown however many there are.
    """
    words = session.get_one(Screening, find_case(session, actor, case_id).screening_id).likeness
    if words is None:
        return []
    same = (
        select(ReviewCase, Screening)
        .join(Screening, col(Screening.id) == ReviewCase.screening_id)
        .where(Screening.merchant_id == actor.merchant_id, Screening.likeness == words, IN_REVIEW, WAITING)
        .order_by(col(ReviewCase.id).not_in(first), col(ReviewCase.due_at), col(ReviewCase.id))
        .limit(AT_ONCE)
    )
    return rows_of(session, actor, session.exec(same).all(), at)


def count_alike(session: Session, actor: Actor, likenesses: Iterable[str | None]) -> dict[str, int]:
    """How many orders in review have each of these prints."""
    is_wanted: ColumnElement[bool] = col(Screening.likeness).in_({each for each in likenesses if each is not None})
    if session.get_bind().dialect.name == "sqlite":
        # It keeps no statistics, and for one print would rather walk through everything that is in review.
        is_wanted = func.likelihood(is_wanted, literal_column("0.0001"))
    counted = (
        select(Screening.likeness, func.count())
        .where(Screening.merchant_id == actor.merchant_id, is_wanted, IN_REVIEW)
        .group_by(col(Screening.likeness))
    )
    return {words: count for words, count in session.exec(counted) if words is not None}


def decide_alike(
    database: Database, actor: Actor, chosen: Sequence[tuple[str, int]], verdict: Verdict, at: datetime
) -> list[Refused]:
    """Give each chosen case the verdict, in a transaction of its own, with its own record and its own undo.

    Args:
        chosen: Case and the version that was shown; one that moved meanwhile is left alone.

    Returns:
        The cases that were not decided.

    Raises:
        Problem: 422 when there are more than a page shows, or when their words differ; none is decided.
    """
    if len(chosen) > AT_ONCE:
        raise Problem(422, "too_many", f"At most {AT_ONCE} cases are decided at once: as many as a page shows.")
    with database.reading() as session:
        _demand_alike(session, [case_id for case_id, _version in chosen])
    refused = []
    for case_id, version in chosen:
        try:
            with database.writing() as session:
                check_version(session, find_case(session, actor, case_id, to_write=True), version)
                held = claim(session, actor, case_id, at, is_momentary=True)
                decide(session, actor, case_id, held.version, verdict, at)
        except (CaseConflict, DishonestReason, Problem) as error:
            refused.append(Refused(case_id=case_id, why=str(error)))
    return refused


def _demand_alike(session: Session, case_ids: Collection[str]) -> None:
    of_cases = select(Screening.likeness).join(ReviewCase, col(ReviewCase.screening_id) == Screening.id)
    words = session.exec(of_cases.where(col(ReviewCase.id).in_(case_ids)).distinct()).all()
    if len(words) > 1 or (None in words and len(case_ids) > 1):
        detail = "These orders have different words, so one look does not decide them all. Decide them one by one."
        raise Problem(422, "not_alike", detail)
