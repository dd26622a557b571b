"""What the processes do that the fault tests kill. Each is forked from a server that has imported this beforehand."""

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from api.chores import schedules
from api.delivery.outbox import announce
from api.delivery.schedules import Schedule
from api.delivery.worker import Worker
from api.settings import Settings
from api.storage.database import Database
from api.storage.tables import DecisionRecord, Screening


def write(said: Connection, url: str, merchant_id: str) -> None:
    """Decide one order after another; an event's id is said only after its commit."""
    database = Database(url)
    while True:
        try:
            with database.writing() as session:
                screening = Screening(merchant_id=merchant_id, status="approved")
                session.add(screening)
                session.flush()
                decision = DecisionRecord(screening_id=screening.id, decided_by="machine", outcome="approve", risk=0.0)
                session.add(decision)
                session.flush()
                event = announce(session, screening, decision)
            said.send(event.id)
        except SQLAlchemyError:
            pass  # the database was killed; a checkout would try again, too
        time.sleep(0.05)


#: Seconds between two looks of a worker for the unfinished work of others.
RECOVER_EVERY = 1.0


def work(said: Connection, url: str, timeout: float, is_next_release: bool = False) -> None:
    """Deliver until SIGTERM, with waits short enough for a test.

    Args:
        is_next_release: Have one more workflow, from which the engine would conclude that old work is not for us.
    """
    if is_next_release:
        DBOS.workflow(name="new")(lambda: None)
    _work(said, url, timeout, ())


def keep_time(said: Connection, url: str, is_slow: bool) -> None:
    """The same with the watch over due times at every second, and a chore that says ``tick``; a slow one never ends it."""

    def tick() -> None:
        said.send("tick")
        time.sleep(3600 if is_slow else 0)

    database = Database(url)
    [watch] = [
        each for each in schedules(Settings(database_url=url, secret_key="k" * 32), database) if each.name == "overdue"
    ]
    ticking = Schedule(name="tick", cron="* * * * * *", chore=tick)
    _work(said, url, 5.0, (ticking, replace(watch, cron=ticking.cron)))


def _work(said: Connection, url: str, timeout: float, by_the_clock: Sequence[Schedule]) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    settings = Settings(database_url=url, secret_key="k" * 32, allow_private_webhooks=True)
    waits = {"back_off": (0.2,) * 200, "poll": 0.1, "queue_poll": 0.1, "recover_every": RECOVER_EVERY}
    worker = Worker(settings, Database(url), timeout=timeout, schedules=by_the_clock, **waits)
    worker.start()
    said.send("ready")
    stopped.wait()
    worker.stop()


def order_and_die(said: Connection, url: str, token: str, key: str) -> None:
    """Take an order as the server does, and be killed after its commit, before the answer leaves."""
    import os
    from unittest import mock

    import sqlalchemy
    from fastapi.testclient import TestClient

    from api.main import create_app
    from moderation.pipeline import Pipeline
    from moderation.policy import load_policies

    pipeline = Pipeline((), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    settings = Settings(database_url=url, secret_key="k" * 32, run_worker=False)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}

    commit = sqlalchemy.Connection.commit

    def commit_and_die(
        connection: sqlalchemy.Connection,
    ) -> None:  # nothing else but an order is stored without a session
        commit(connection)
        os.kill(os.getpid(), signal.SIGKILL)

    dying = mock.patch.object(sqlalchemy.Connection, "commit", commit_and_die)
    with dying, TestClient(create_app(settings, pipeline), headers=headers) as client:
        client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "hello"}]})
        said.send("answered")


def copy_and_die(said: Connection, source: str, target: str, inserts: int) -> None:
    """Move an installation, a few rows at a time, and be killed in the middle of a transaction of the target."""
    import os

    from sqlalchemy import Engine, event

    from api.storage import copying

    copying.PAGE = 3
    made: list[str] = []

    @event.listens_for(Engine, "after_cursor_execute")
    def shoot(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO") and "alembic" not in statement:
            made.append(statement)
            if len(made) == inserts:
                os.kill(os.getpid(), signal.SIGKILL)

    said.send([each.table for each in copying.copy_all(Database(source), Database(target))])
