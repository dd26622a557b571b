"""Turns at writing: who waits for SQLite's write lock gets it in the order of coming, and at once."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlmodel import select

from api.storage.database import Database
from api.storage.tables import Merchant
from api.storage.turns import Turns
from tests.delivery.receiver import wait_until


@pytest.fixture
def others(database):
    """The database as six other processes have it open."""
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets many write at a time")
    opened = [Database(database.url) for _ in range(6)]
    yield opened
    for each in opened:
        each.close()


def test_who_came_first_writes_first(database, others):
    wrote, coming = [], threading.Semaphore(0)

    def write(number):
        coming.release()
        with others[number].writing() as session:
            session.add(Merchant(name=f"m{number}"))
            session.flush()
            wrote.append(number)

    with ThreadPoolExecutor(len(others)) as pool:
        with database.writing() as session:
            session.add(Merchant(name="first"))
            session.flush()
            waiting = []
            for number in range(len(others)):
                waiting.append(pool.submit(write, number))
                coming.acquire()
                time.sleep(0.05)  # until it stands in line
        for each in waiting:
            each.result(20)
    assert wrote == list(range(len(others)))


def test_a_turn_ends_with_its_transaction_however_it_ends(database, others):
    def fail(error):
        with database.writing() as session:
            session.add(Merchant(name="never"))
            session.flush()
            raise error

    for error in (RuntimeError("in the middle"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            fail(error)
        with others[0].adding() as connection:
            connection.begin()
    with closing(Database(database.url)) as fresh, fresh.reading() as session:
        assert session.exec(select(Merchant)).all() == []


def test_what_hangs_has_one_thread_of_a_process_and_a_turn_is_not_inherited(tmp_path):
    path = tmp_path / "turn"
    path.touch()
    mine, theirs = Turns(path, patience=0.05), Turns(path, patience=0.05)
    with theirs.queueing():
        theirs.take()
        hanging = threading.Thread(target=_take, args=[mine])
        hanging.start()
        wait_until(mine._first.locked)
        _take(mine)  # goes on without a turn
        assert hanging.is_alive()
        inherited = os.dup(theirs._here.held)  # as a process has it that was forked in the middle
    hanging.join(10)
    assert not hanging.is_alive()
    os.close(inherited)


def _take(turns):
    with turns.queueing():
        turns.take()


def test_who_cannot_queue_writes_all_the_same(database, others, monkeypatch):
    monkeypatch.setattr("api.storage.turns.fcntl.flock", lambda *_: (_ for _ in ()).throw(OSError("no locks here")))
    with database.writing() as session:
        session.add(Merchant(name="m"))
