"""What an operator meets sooner or later: a full disk, a file that cannot be written, a database that is away or slow, a wrong
clock, a damaged page, an order to stop. Nothing is answered that is not stored, nothing is approved, and all of it heals.
"""

import contextlib
import resource
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import select

from api.customers import merchants
from api.errors import StartRefused
from api.main import create_app
from api.settings import Settings
from api.storage import backup
from api.storage.damage import look_for_damage
from api.storage.tables import IdempotencyKey
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.conftest import PostgresServer, find_free_port
from tests.delivery.receiver import wait_until
from tests.faults import servers
from tests.faults.auditor import Told, audit
from tests.faults.conftest import Process, Site

on_sqlite = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("site", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


class Served:
    """A site's server, and a checkout that keeps every good answer."""

    def __init__(self, site: Site, clock: Path | None = None) -> None:
        self.site = site
        self._clock = str(clock) if clock else None
        with site.database.writing() as session:
            self._token = merchants.create_key(session, site.shop.merchant_id, "checkout", ["admin"])[1]
        self.answers: dict[str, list[bytes]] = {}
        self._count = 0
        self.start()

    def start(self) -> None:
        port = find_free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.process = Process(servers.serve, self.site.url, port, self._clock, 2_000)
        self.site.processes.append(self.process)
        self.process.wait_until_at_work()

    def order(self, words: str = "hello", key: str | None = None) -> httpx.Response:
        self._count += 1
        key = key or f"key {self._count}"
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        body = {"fields": [{"name": "a", "text": words}]}
        answer = httpx.post(f"{self.address}/v1/screenings", json=body, headers=headers, timeout=60)
        if answer.is_success:
            self.answers.setdefault(key, []).append(answer.content)
        return answer

    def refuses(self) -> None:
        """An order is told to come back, by the error's one shape."""
        answer = self.order()
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable"), answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert "approved" not in answer.text.replace("nothing was approved", "")

    def works_again(self, seconds: float = 30) -> None:
        wait_until(lambda: self.order().is_success, seconds)

    def is_told(self) -> None:
        """The shop has heard of everything."""
        wait_until(lambda: not self.site._open(), 90, lambda: "webhooks are missing")

    def is_whole(self) -> None:
        """Every good answer is kept, and everything kept is told to the shop, once each."""
        self.is_told()
        with self.site.database.reading() as session:
            kept = {each.key: each.answer for each in session.exec(select(IdempotencyKey))}
        assert {key: {body.decode() for body in bodies} for key, bodies in self.answers.items()} == {
            key: {answer} for key, answer in kept.items()
        }


@pytest.fixture
def served(site: Site) -> Served:
    return Served(site)


@on_sqlite
def test_a_full_disk_refuses_orders_until_there_is_room(served: Served) -> None:
    assert served.order().status_code == 201
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    for _ in range(3):
        served.refuses()
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    served.works_again()
    served.is_whole()


@on_sqlite
def test_a_file_that_cannot_be_written_refuses_orders(site: Site) -> None:
    with site.database.writing() as session:
        token = merchants.create_key(session, site.shop.merchant_id, "checkout", ["admin"])[1]
        merchants.authenticate(session.connection(), token)
    pipeline = Pipeline((), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    read_only = site.url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    settings = Settings(database_url=read_only, secret_key="k" * 32, run_worker=False)
    with TestClient(create_app(settings, pipeline), headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in range(2):
            answer = client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "hello"}]})
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")


@on_postgres
def test_a_database_that_is_away_for_a_moment_refuses_orders_and_heals(
    served: Served, sturdy_postgres: PostgresServer
) -> None:
    _go_away(served, sturdy_postgres, seconds=2)


@on_postgres
@pytest.mark.slow
def test_a_database_that_is_away_for_half_a_minute_refuses_orders_and_heals(
    served: Served, sturdy_postgres: PostgresServer
) -> None:
    _go_away(served, sturdy_postgres, seconds=30)


def _go_away(served: Served, server: PostgresServer, *, seconds: float) -> None:
    assert served.order().status_code == 201
    server.kill()
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        served.refuses()
        assert httpx.get(f"{served.address}/readyz", timeout=20).status_code == 503
    server.start()
    served.works_again()
    served.is_whole()


def test_a_slow_database_makes_orders_wait_and_sheds_the_rest(served: Served) -> None:
    assert served.order().status_code == 201
    with ThreadPoolExecutor(40) as shop, _held_up(served.site):
        orders = [shop.submit(served.order, "hello", f"slow {number}") for number in range(40)]
        wait_until(lambda: sum(order.done() for order in orders) >= 24)
        shed = [order.result() for order in orders if order.done()]
        assert {(each.status_code, each.json()["error"]["code"]) for each in shed} == {(503, "overloaded")}
        assert httpx.get(f"{served.address}/healthz", timeout=5).is_success
    told = Counter(order.result().status_code for order in orders)
    assert set(told) == {201, 503}, told
    served.works_again()
    served.is_whole()


@contextlib.contextmanager
def _held_up(site: Site) -> Iterator[None]:
    """Nobody else can write an order inside the block."""
    with site.database.engine.connect() as connection:  # SQLite's begins with the write lock
        connection.execute(text("SELECT 1"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE screening IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


@on_sqlite
def test_a_clock_that_jumps_decides_nothing_anew_and_approves_nothing_early(site: Site, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    served = Served(site, clock)
    first = served.order(key="first")
    for hours in (-3, 3, 0):
        served.is_told()  # what is due by the clock waits as long as the clock has jumped, as operating.md says
        clock.write_text(str(hours * 3600))
        assert served.order().status_code == 201
        again = served.order(key="first")
        assert (again.status_code, again.content) == (200, first.content)
        assert served.order("rejectme").json()["status"] == "rejected"
    served.is_whole()


@on_sqlite
def test_a_damaged_page_is_noticed_refused_and_mended_by_the_last_backup(served: Served, tmp_path: Path) -> None:
    first = served.order(key="first")
    served.is_whole()
    backup.back_up(served.site.database, tmp_path / "sound.backup")
    assert served.process.end() is not None
    served.site.database.close()
    _damage(served.site.url.removeprefix("sqlite:///"), "idempotency_key")

    with pytest.raises(StartRefused, match="is damaged"):
        look_for_damage(served.site.url)
    served.start()  # a process that runs when it happens
    for _ in range(2):
        served.refuses()
    ready = httpx.get(f"{served.address}/readyz", timeout=20)
    assert (ready.status_code, "is damaged" in ready.json()["parts"]["database"]["detail"]) == (503, True)
    assert served.process.end() is not None

    backup.restore(served.site.database, tmp_path / "sound.backup", replace=True)
    look_for_damage(served.site.url)
    served.start()
    again = served.order(key="first")
    assert (again.status_code, again.content) == (200, first.content)
    assert served.order().status_code == 201


def _damage(file: str, table: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with Path(file).open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xff" * size)


@on_sqlite
def test_a_server_told_to_stop_answers_what_it_has_begun(served: Served) -> None:
    with ThreadPoolExecutor(6) as shop:
        begun = [shop.submit(served.order, f"slowme {number}") for number in range(6)]
        wait_until(lambda: served.process.said.count("slow") == 6)
        stopping = threading.Thread(target=served.process.end)
        stopping.start()
        assert [each.result().status_code for each in begun] == [201] * 6
        stopping.join()
    assert not served.process.is_alive
    served.start()
    served.is_whole()
    audit(served.site.database, Told(answers=served.answers))
