"""Idempotency: a key gets one answer; the same key and body again get that answer again, byte for byte."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy
from pydantic import BaseModel
from sqlalchemy import Connection, bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete

from api.errors import Problem
from api.intake.schemas import ScreeningPublic
from api.storage.database import Database
from api.storage.prepared import Question, new_row
from api.storage.tables import IdempotencyKey
from api.storage.together import Together, Written, insert_rows

#: How long a key is remembered.
KEPT_FOR = timedelta(hours=24)

#: Every order with a key asks this, and hardly any finds something.
_FIRST = Question(
    sqlalchemy.select(
        col(IdempotencyKey.body_hash), col(IdempotencyKey.screening_id), col(IdempotencyKey.answer)
    ).where(col(IdempotencyKey.merchant_id) == bindparam("merchant_id"), col(IdempotencyKey.key) == bindparam("key"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the checkout gets: a body, byte for byte the same whenever the key is repeated."""

    body: str
    screening_id: str
    is_replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A request that may have been answered before."""

    merchant_id: str
    #: None: the request is a new one each time.
    key: str | None
    body_hash: str

    @classmethod
    def of(cls, merchant_id: str, key: str | None, body: BaseModel, path: str = "") -> "Ticket":
        """
        Args:
            path: What the body is about; one key serves one address.
        """
        canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        told = path.encode("utf-8", "surrogatepass") + canonical.encode("ascii")
        return cls(merchant_id=merchant_id, key=key, body_hash=hashlib.sha256(told).hexdigest())


def find_answer(asked: Session | Connection, ticket: Ticket) -> Answer | None:
    """The first answer, if there was one. Raises a 409 ``Problem`` when the key was used for another body."""
    if ticket.key is None:
        return None
    connection = asked.connection() if isinstance(asked, Session) else asked
    for body_hash, screening_id, answer in _FIRST.ask(connection, merchant_id=ticket.merchant_id, key=ticket.key):
        if body_hash != ticket.body_hash:
            detail = "This Idempotency-Key was used for another body. Use a new key for a new request."
            raise Problem(409, "idempotency_conflict", detail, screening_id=screening_id)
        return Answer(body=answer, screening_id=screening_id, is_replay=True)
    return None


def answer_once(database: Database, ticket: Ticket, work: Callable[[Session], ScreeningPublic]) -> Answer:
    """Do the work and keep its answer, in one transaction; or give the answer that was first.

    Whoever is killed after the commit and before the answer left finds it here when the request is repeated.
    """

    def do() -> Answer:
        with database.writing() as session:
            if (first := find_answer(session, ticket)) is not None:
                return first
            answer, kept = _new(ticket, work(session))
            insert_rows(session.connection(), kept)
            return answer

    try:
        return do()
    except IntegrityError:
        return do()  # another was first: with this very key, or with a row that both need; now it is seen


def answer_once_together(
    together: Together, asked: Sequence[tuple[Ticket, Callable[[Connection], Written[ScreeningPublic]]]]
) -> list[Answer | BaseException]:
    """The same for work that only adds rows, stored in one transaction with the work of others.

    Returns:
        Of each its answer, or what kept it from having one.
    """

    def doing(ticket: Ticket, work: Callable[[Connection], Written[ScreeningPublic]]) -> Callable[..., Written[Answer]]:
        def do(connection: Connection) -> Written[Answer]:
            public, rows = work(connection)
            answer, kept = _new(ticket, public)
            return answer, [*rows, *kept]

        return do

    def again(ticket: Ticket, work: Callable[[Connection], Written[ScreeningPublic]]) -> Answer | BaseException:
        """Another was first: with this very key, whose answer is the answer, or with a row that both need."""
        try:
            with together.database.asking() as connection:
                first = find_answer(connection, ticket)
        except Problem as problem:
            return problem
        return first or together.write_all([doing(ticket, work)])[0]

    outcomes = together.write_all([doing(ticket, work) for ticket, work in asked])
    return [
        again(*each) if isinstance(outcome, IntegrityError) else outcome
        for each, outcome in zip(asked, outcomes, strict=True)
    ]


def _new(ticket: Ticket, public: ScreeningPublic) -> tuple[Answer, list[IdempotencyKey]]:
    """An answer that was not given before, and with a key what keeps it."""
    answer = Answer(body=public.model_dump_json(), screening_id=public.id, is_replay=False)
    if ticket.key is None:
        return answer, []
    kept = new_row(
        IdempotencyKey,
        merchant_id=ticket.merchant_id,
        key=ticket.key,
        body_hash=ticket.body_hash,
        screening_id=public.id,
        answer=answer.body,
    )
    return answer, [kept]


def forget_old_keys(database: Database, at: datetime) -> None:
    """Let go of answers that nobody repeats any more."""
    with database.writing() as session:
        session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < at - KEPT_FOR))
