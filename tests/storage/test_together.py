"""Writing together: one commit for many, everybody's own fate, and no word before the disk has it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import bindparam, event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col, select

from api.storage.clock import now
from api.storage.prepared import Rows, new_row
from api.storage.tables import DecisionRecord, Merchant, OutboxEvent, Screening
from api.storage.together import Together, insert_rows


@pytest.fixture
def together(database):
    return Together(database)


@pytest.fixture
def commits(database):
    """One entry for each commit."""
    seen = []
    event.listen(database.engine, "commit", lambda connection: seen.append(connection))
    return seen


def names(database):
    with database.reading() as session:
        return sorted(session.exec(select(Merchant.name)))


def in_one_batch(together, works):
    """Have them all written in one transaction: the first one waits until the others stand in line."""
    holding = threading.Event()

    def hold(_session):
        holding.wait(20)
        return "first", [Merchant(name="first")]

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(together.write, hold)
        answers = [pool.submit(together.write, work) for work in works]
        while len(together._line) < len(works):
            pass
        holding.set()
        assert first.result(20) == "first"
        return [answer.exception(20) or answer.result() for answer in answers]


def adds(name):
    return lambda _session: (name, [Merchant(name=name)])


def test_those_who_come_meanwhile_share_one_commit(together, database, commits):
    assert in_one_batch(together, [adds(f"m{number}") for number in range(20)]) == [f"m{n}" for n in range(20)]
    assert len(names(database)) == 21
    assert len(commits) == 2


def test_whoever_fails_fails_alone(together, database):
    def breaks(_session):
        raise KeyError("mine")

    answers = in_one_batch(together, [adds("a"), breaks, adds("first"), adds("b")])
    assert answers[0] == "a"
    assert isinstance(answers[1], KeyError)
    assert isinstance(answers[2], IntegrityError)
    assert answers[3] == "b"
    assert names(database) == ["a", "b", "first"]
    assert together.write(adds("c")) == "c"


def test_nobody_is_answered_before_the_commit(together, database):
    def fails(_connection):
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(database.engine, "commit", fails)
    with pytest.raises(OperationalError):
        together.write(adds("a"))
    event.remove(database.engine, "commit", fails)
    assert names(database) == []


def test_a_database_that_does_not_answer_is_asked_once_for_all(together, database):
    asked = []

    def fails(_connection):
        asked.append(1)
        raise OperationalError("BEGIN", {}, Exception("locked"))

    event.listen(database.engine, "begin", fails)

    together._is_writing = True  # as if somebody wrote, until all stand in line
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(together.write, adds(f"m{number}")) for number in range(5)]
        while len(together._line) < 5:
            pass
        together._line[0].turn.set()
        results = [answer.exception(20) for answer in waiting]
    event.remove(database.engine, "begin", fails)
    assert [type(each) for each in results] == [OperationalError] * 5
    assert len(asked) == 1
    assert together.write(adds("after")) == "after"


def test_parents_come_before_children_and_defaults_are_kept(database):
    shop = Merchant(name="shop")
    screening = Screening(merchant_id=shop.id, status="approved", fields=[{"name": "a", "text": "hi"}], extra={"n": 1})
    decision = DecisionRecord(screening_id=screening.id, decided_by="machine", outcome="approve", risk=0.0)
    with database.writing() as session:
        insert_rows(session.connection(), [decision, screening, shop])
    with database.reading() as session:
        kept = session.get_one(Screening, screening.id)
    assert kept.likeness
    assert kept.extra == {"n": 1}
    assert kept.created_at == screening.created_at


def test_a_row_made_for_insertion_is_stored_as_a_mapped_one_is(database):
    shop = Merchant(name="shop", policy_layer={"politics": {"review": [0.5] * 4}})
    screening = new_row(
        Screening, merchant_id=shop.id, status="in_review", fields=[{"name": "a", "text": "\ud800é"}], deadline_at=now()
    )
    decision = new_row(DecisionRecord, screening_id=screening.id, decided_by="machine", outcome="review", risk=0.5)
    reported = new_row(
        OutboxEvent, merchant_id=shop.id, screening_id=screening.id, type="t", payload={"b": 1, "a": None}
    )
    made = [shop, screening, decision, reported]
    with database.writing() as session:
        insert_rows(session.connection(), made)
    with database.reading() as session:
        for row in made:
            kept = session.get_one(type(row), row.id).model_dump(exclude={"likeness"})
            assert kept == row.model_dump(exclude={"likeness"})
    with database.asking() as connection:
        rows = Rows(Merchant, col(Merchant.id) == bindparam("id"))
        assert rows.first(connection, id=shop.id).model_dump() == shop.model_dump()
        assert rows.first(connection, id=shop.id) is rows.first(connection, id=shop.id)
        assert rows.first(connection, id="mer_none") is None
