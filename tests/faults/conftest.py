"""Real processes to kill, a shop that keeps what arrives, and an auditor that compares the two."""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import create_engine
from sqlmodel import select

from api.delivery.engine import _system_url
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import Delivery, OutboxEvent, ReviewCase, Screening, WebhookEndpoint
from tests.conftest import PostgresServer
from tests.delivery.conftest import Shop, make_shop
from tests.delivery.receiver import Receiver, wait_until
from tests.faults import processes

#: Real processes with an interpreter of their own, without two seconds of imports for each.
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.faults.processes", "tests.faults.servers"])


class Process:
    """A writer or a worker, to be killed."""

    def __init__(self, role: Callable[..., None], *arguments: object) -> None:
        ours, theirs = NURSERY.Pipe(duplex=False)
        self._process = NURSERY.Process(target=role, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()
        #: What it said; for a writer the ids of committed events.
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, args=(ours,), daemon=True)
        self._listener.start()

    def _listen(self, connection: Connection) -> None:
        with contextlib.suppress(EOFError, OSError):  # a word cut short by the kill was not said
            while True:
                self.said.append(connection.recv())

    def wait_until_at_work(self) -> None:
        wait_until(lambda: bool(self.said), 60, lambda: f"exit status {self._process.exitcode}")

    def kill(self) -> None:
        """As the kernel does when memory runs out: no handler runs, nothing is flushed."""
        self._process.kill()
        self._process.join(30)
        self._listener.join(5)

    def wait(self) -> int | None:
        """Wait until it ends by itself; its exit status, less than 0 for the signal that killed it."""
        self._process.join(60)
        self._listener.join(5)
        return self._process.exitcode

    def end(self) -> int | None:
        """Ask it to stop; its exit status, or None when it does not."""
        self._process.terminate()
        self._process.join(60)
        return self._process.exitcode

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def pause(self) -> None:
        os.kill(self._process.pid or 0, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._process.pid or 0, signal.SIGCONT)

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()


class Site:
    """One installation: a database, the processes around it, a shop, and its receiver."""

    def __init__(self, url: str, receiver: Receiver) -> None:
        self.url = url
        self.receiver = receiver
        self.database = Database(url)
        self.shop: Shop = make_shop(self.database)
        self.endpoint: WebhookEndpoint = self.shop.listen(receiver.url)
        self.processes: list[Process] = []

    def start_writer(self) -> Process:
        self.processes.append(Process(processes.write, self.url, self.shop.merchant_id))
        return self.processes[-1]

    def start_worker(self, timeout: float = 5.0, *, is_next_release: bool = False) -> Process:
        self.processes.append(Process(processes.work, self.url, timeout, is_next_release))
        return self.processes[-1]

    def start_clock(self, *, is_slow: bool = False) -> Process:
        self.processes.append(Process(processes.keep_time, self.url, is_slow))
        return self.processes[-1]

    def chores_under_way(self) -> set[str]:
        """Ids of the chores by the clock that were begun and are not ended."""
        engine = create_engine(_system_url(self.database))
        place = "dbos.workflow_status" if self.url.startswith("postgresql") else "workflow_status"
        with engine.connect() as connection:
            begun = connection.exec_driver_sql(
                f"SELECT workflow_uuid FROM {place} WHERE name = 'by_the_clock' AND status IN ('PENDING', 'ENQUEUED')"
            )
            ids = set(begun.scalars())
        engine.dispose()
        return ids

    def close(self) -> None:
        for process in self.processes:
            if process.is_alive:
                process.kill()
        self.database.close()

    def open_overdue_case(self) -> str:
        """An order that a person should have decided an hour ago."""
        with self.database.writing() as session:
            screening = Screening(merchant_id=self.shop.merchant_id, status="in_review")
            session.add(screening)
            session.flush()
            due = {
                "due_at": now() - timedelta(hours=1),
                "queue": "general",
                "state": "open",
                "severity": 1,
                "risk": 0.5,
            }
            session.add(ReviewCase(merchant_id=self.shop.merchant_id, screening_id=screening.id, **due))
        return screening.id

    def wait_until_all_is_delivered(self, seconds: float = 90) -> None:
        wait_until(lambda: not self._open(), seconds, lambda: f"{len(self._open())} events are not delivered")

    def _open(self) -> set[str]:
        with self.database.reading() as session:
            events = set(session.exec(select(OutboxEvent.id)))
            delivered = set(session.exec(select(Delivery.event_id).where(Delivery.status == "delivered")))
        return events - delivered

    def audit(self, committed: list[str]) -> int:
        """Compare what was promised with what is stored and what arrived.

        Args:
            committed: Ids of events whose transaction is known to have been committed.

        Returns:
            How many arrivals were repeats.
        """
        with self.database.reading() as session:
            events = {event.id: event for event in session.exec(select(OutboxEvent))}
            screenings = set(session.exec(select(Screening.id)))
        assert set(committed) <= set(events), "a committed event is not in the store"
        assert {event.screening_id for event in events.values()} == screenings, "a change without event, or reverse"
        assert len(events) == len(screenings)
        arrived: dict[str, set[bytes]] = {}
        for received in self.receiver.received:
            received.verified(self.endpoint.secrets[0])
            arrived.setdefault(received.id, set()).add(received.body)
        assert set(arrived) == set(events), "skipped, or sent without being stored"
        assert all(len(bodies) == 1 for bodies in arrived.values()), "a repeat says something else"
        return len(self.receiver.received) - len(arrived)


@pytest.fixture
def chance() -> random.Random:
    """Chance, with a seed that a failing run prints and the environment can give back."""
    seed = int(os.environ.get("FAULTS_SEED", time.time_ns() % 1_000_000))
    sys.stderr.write(f"FAULTS_SEED={seed}\n")
    return random.Random(seed)


@pytest.fixture(scope="session")
def sturdy_postgres() -> Iterator[PostgresServer]:
    """A server that may be killed: what it has committed, it keeps."""
    server = PostgresServer(survives_kills=True)
    server.run("CREATE DATABASE migrated")
    database = Database(server.url_of("migrated"))
    database.upgrade()
    database.close()
    yield server
    server.stop()


def new_database(server: PostgresServer) -> str:
    """The address of a migrated, empty database."""
    name = f"site_{time.time_ns()}"
    server.run(f"CREATE DATABASE {name} TEMPLATE migrated")
    return server.url_of(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, new_sqlite_url: Callable[[], str]) -> Iterator[Site]:
    """An installation on either database."""
    url = new_sqlite_url() if request.param == "sqlite" else new_database(request.getfixturevalue("sturdy_postgres"))
    receiver = Receiver()
    opened = Site(url, receiver)
    yield opened
    opened.close()
    receiver.close()
