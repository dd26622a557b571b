"""The console of a large shop: ``python tests/bench/bench_console.py [--engine sqlite|postgresql] [--quick]``.

Seeds 1,000,000 screenings with their decisions and 50,000 open cases by bulk insert, then asks a real server for what
reviewers ask it for. The bars: queue page p95 under 150 ms, case page under 100 ms, claim under 30 ms; in a browser, from
the key that decides to the next case on the screen, under 250 ms; a page under 100 kB. Processor time of the server stands
beside the clock: it tells what the machine would do if nothing else ran on it. Exit status 1 when a bar is missed.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
from sqlalchemy import Table, insert, text

sys.path.insert(0, str(Path(__file__).parents[2]))

from api.customers.reviewers import passwords
from api.storage.clock import now
from api.storage.database import Database
from api.storage.likeness import likeness
from api.storage.searching import searchable
from api.storage.tables import CaseEventRecord, DecisionRecord, Merchant, ReviewCase, Reviewer, Screening
from moderation.evidence import Category
from moderation.routing import Subject, language_of, shipped_routing
from moderation.wire import evidence_to_json
from tests.chromium import CHROMIUM, CHROMIUM_FLAGS
from tests.conftest import PostgresServer, find_free_port
from tests.console.conftest import seconds_to_next
from tests.reviewing.shop import SWEATSHOP, found

ROOT = Path(__file__).parents[2]

#: Milliseconds at the 95th of a hundred.
BARS = {
    "queue page": 150,
    "queue, filtered": 150,
    "queue, searched": 150,
    "case page": 100,
    "claim": 30,
    "key to next": 250,
}
PAGE_BYTES = 100_000

PASSWORD = "correct horse battery"
BRANDS, PRODUCTS = ("Strider", "Aurelia", "Cocoa"), ("shoe", "ring", "bottle", "mug")
LOCALES = ("en", "en", "en", "en-GB", "de-AT", "fr", "tr", None)
WORDS = (
    "run free forever yours little star happy day made with love best team golden road sweet home brave heart".split()
)
FINDINGS = (
    SWEATSHOP,
    (found(Category.PROFANITY, ("text", 0, 4), severity=1),),
    (found(Category.HATE, ("text", 0, 4), severity=4),),
    (found(Category.PUBLIC_FIGURE, ("text", 0, 4)), found(Category.UNCLEAR, ("text", 0, 4), severity=1)),
)


class Seed:
    """A shop with as many open cases as 10 times the different ones, and 190 times as many decided orders.

    The database multiplies them itself: a million rows made one by one would take an hour.
    """

    def __init__(self, database: Database, different: int) -> None:
        self.database, self._chance, self._start = database, random.Random(7), now()
        self.merchant = Merchant(name="Large shop")
        self._evidence = [[evidence_to_json(each) for each in findings] for findings in FINDINGS]
        with database.writing() as session:
            session.add(self.merchant)
        self._add(self._person("senior"))
        self._add(*(row for number in range(2 * different) for row in self._order(number, is_open=number >= different)))
        self._multiply("in_review", 9)
        self._multiply("approved", 189)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As PostgreSQL's own housekeeping would; of SQLite nobody keeps statistics.
            if database.engine.dialect.name == "postgresql":
                connection.execute(text("VACUUM ANALYZE"))
            waiting = text("SELECT id FROM review_case WHERE state = 'open' ORDER BY id")
            self.cases = list(connection.execute(waiting).scalars())

    def _person(self, role: str) -> Reviewer:
        hashed = passwords.hash(PASSWORD)
        address = f"{role}@shop.example"
        return Reviewer(merchant_id=self.merchant.id, email=address, pseudonym=role, role=role, password_hash=hashed)

    def _order(self, number: int, *, is_open: bool) -> Iterator[Any]:
        chance, number_of = self._chance, f"{number:021d}"
        # A tenth are wishes that many have; the rest are one of a kind.
        usual = " ".join(chance.choices(WORDS, k=3))
        fields = [{"name": "text", "text": usual if number % 10 == 0 else f"{usual} {number}"}]
        locale, findings = chance.choice(LOCALES), FINDINGS[number % len(FINDINGS)]
        common = {"merchant_id": self.merchant.id, "created_at": self._start - timedelta(hours=chance.randrange(1, 72))}
        screening = Screening(
            id=f"scr_99999{number_of}",
            reference=f"order-{number}",
            fields=fields,
            likeness=likeness(fields),
            brand=BRANDS[number % 3],
            product=PRODUCTS[number % 4],
            locale=locale,
            customer=f"c-{number % 20_000}",
            status="in_review" if is_open else "approved",
            decision_id=f"dec_99999{number_of}",
            **common,
        )
        yield screening
        yield DecisionRecord(
            id=screening.decision_id,
            screening_id=screening.id,
            decided_by="machine",
            outcome="review" if is_open else "approve",
            reasons=[findings[0].category.value] if is_open else [],
            risk=0.6,
            evidence=self._evidence[number % len(FINDINGS)] if is_open else [],
            versions={"policy": "balanced@0"},
        )
        if is_open:
            yield (case := self._case(number, screening, findings[0].category, findings[0].severity))
            opened = f"cev_99999{number_of}"
            yield CaseEventRecord(
                id=opened, case_id=case.id, kind="opened", actor="machine", created_at=case.created_at
            )

    def _case(self, number: int, screening: Screening, reason: Category, severity: int) -> ReviewCase:
        return ReviewCase(
            id=f"case_99999{number:021d}",
            merchant_id=screening.merchant_id,
            screening_id=screening.id,
            queue=shipped_routing().queue_for(Subject(reasons=(reason,), locale=screening.locale)),
            state="escalated" if number % 50 == 1 else "open",
            severity=severity,
            risk=0.6,
            language=language_of(screening.locale),
            searched=searchable(screening),
            due_at=self._start + timedelta(seconds=self._chance.randrange(-86_400, 4 * 86_400)),
            waits_until=self._start + timedelta(hours=5) if number % 20 == 0 else None,
            created_at=screening.created_at,
        )

    def _add(self, *rows: Any) -> None:
        with self.database.writing() as session:
            connection = session.connection()
            for kind in dict.fromkeys(map(type, rows)):
                table: Table = kind.__table__
                keys = {column.name: kind.__mapper__.get_property_by_column(column).key for column in table.columns}
                values = [{name: getattr(row, key) for name, key in keys.items()} for row in rows if type(row) is kind]
                connection.execute(insert(table), values)

    def _multiply(self, status: str, copies: int) -> None:
        """Each order of the status once more per copy, under ids that are older, most with words of its own."""
        numbers = " UNION ALL ".join(f"SELECT '{number:05d}' AS n" for number in range(copies))
        orders = f"SELECT id FROM screening WHERE status = '{status}' AND id LIKE 'scr_99999%'"
        own = "CASE WHEN substr(t.id, 30) = '0' THEN t.likeness ELSE c.n || substr(t.likeness, 6) END"
        of_orders = f"t.screening_id IN ({orders})"
        wheres = {
            Screening: f"t.id IN ({orders})",
            DecisionRecord: of_orders,
            ReviewCase: of_orders,
            CaseEventRecord: f"t.case_id IN (SELECT t.id FROM review_case t WHERE {of_orders})",
        }
        for kind, where in wheres.items():
            table: Table = kind.__table__
            names = [column.name for column in table.columns]
            copied = {n: f"replace(t.{n}, '_99999', '_' || c.n)" for n in names if n == "id" or n.endswith("_id")}
            values = ", ".join({**copied, "likeness": own}.get(name, f't."{name}"') for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            copy = (
                f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {table.name} t, ({numbers}) c WHERE {where}"
            )
            with self.database.writing() as session:
                session.connection().execute(text(copy))


class Console:
    """The real server on the loopback address, and somebody who is signed in."""

    def __init__(self, url: str) -> None:
        self.address = f"http://127.0.0.1:{(port := find_free_port())}"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MODERATION_DATABASE_URL": url,
            "MODERATION_SECRET_KEY": "only-for-the-bench-" * 2,
            "MODERATION_RUN_WORKER": "false",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.console.server", str(port)], env=environment, cwd=ROOT
        )
        self.client = httpx.Client(base_url=self.address, timeout=60)
        while not self._answers():
            time.sleep(0.2)
        page = self.client.get("/console/sign-in").text
        form = {"email": "senior@shop.example", "password": PASSWORD, "csrf": _between(page, 'name="csrf" value="')}
        self.client.post("/console/sign-in", data=form)
        self.csrf = _between(self.client.get("/console").text, 'data-csrf="')

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise SystemExit("the server does not start")
        try:
            return self.client.get("/console/sign-in").status_code == 200
        except httpx.TransportError:
            return False

    def spent(self) -> float:
        """Processor seconds of the server so far."""
        ticks = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def _between(page: str, before: str) -> str:
    return page.split(before)[1].split('"')[0]


def measure(console: Console, name: str, requests: Callable[[int], httpx.Response], times: int) -> bool:
    """Print one line; whether it is under its bar."""
    took, heaviest, spent = [], 0, console.spent()
    for number in range(times):
        begin = time.perf_counter()
        answer = requests(number)
        took.append((time.perf_counter() - begin) * 1000)
        if answer.status_code not in (200, 303):
            raise SystemExit(f"{name}: {answer.status_code} {answer.text[:500]}")
        heaviest = max(heaviest, len(answer.content))
    spent = (console.spent() - spent) * 1000 / times
    return _tell(name, took, f"processor {spent:6.1f} ms   {heaviest / 1000:5.1f} kB") and heaviest < PAGE_BYTES


def _tell(name: str, took: list[float], more: str) -> bool:
    cuts = quantiles(took, n=20)
    is_good = cuts[18] < BARS[name]
    print(
        f"{name:16} p50 {cuts[9]:6.1f}   p95 {cuts[18]:6.1f} ms   bar {BARS[name]:3}   {more}   {'' if is_good else 'MISSED'}"
    )
    return is_good


def ask(console: Console, cases: list[str], times: int) -> Iterator[bool]:
    chance, get, post = random.Random(11), console.client.get, console.client.post
    filters = (
        "queue=brand",
        "queue=language:tr",
        "queue=waiting",
        "queue=escalated",
        "brand=Aurelia&severity=3",
        "only=overdue",
    )
    searches = ("golden road", "order-9", "c-77", "never written", cases[-1])
    yield measure(console, "queue page", lambda _n: get("/console"), times)
    yield measure(console, "queue, filtered", lambda n: get(f"/console?{filters[n % len(filters)]}"), times)
    yield measure(
        console, "queue, searched", lambda n: get("/console", params={"search": searches[n % len(searches)]}), times
    )
    yield measure(console, "case page", lambda _n: get(f"/console/cases/{chance.choice(cases)}"), times)

    def claim(number: int) -> httpx.Response:
        begin_here = f"/console/cases/{mine[number]}"
        return post(f"{begin_here}/claim", data={"csrf": console.csrf, "version": 1})

    mine = chance.sample(cases, times)
    yield measure_claims(console, claim, mine)


def measure_claims(console: Console, claim: Callable[[int], httpx.Response], mine: list[str]) -> bool:
    """Like ``measure``; each claimed case is released out of the measured time: three is the most that one may hold."""
    took, spent = [], 0.0
    for number, case in enumerate(mine):
        begin, before = time.perf_counter(), console.spent()
        answer = claim(number)
        took.append((time.perf_counter() - begin) * 1000)
        spent += console.spent() - before
        if answer.status_code != 303:
            raise SystemExit(f"claim: {answer.status_code} {answer.text[:500]}")
        console.client.post(f"/console/cases/{case}/release", data={"csrf": console.csrf, "version": 2})
    return _tell("claim", took, f"processor {spent * 1000 / len(mine):6.1f} ms")


def press_keys(console: Console, times: int) -> bool:
    """From the key that decides to the next case on the screen, in a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=console.address, viewport={"width": 1440, "height": 900})
        page.goto("/console/sign-in")
        page.fill("[name=email]", "senior@shop.example")
        page.fill("[name=password]", PASSWORD)
        page.click("button")
        page.wait_for_url("**/console")
        page.keyboard.press("n")
        page.wait_for_selector("[data-mine]", state="attached")
        took = [seconds_to_next(page, "a") * 1000 for _ in range(times)]
        browser.close()
    return _tell("key to next", took, "")


@contextmanager
def databases(engine: str, keep: Path | None) -> Iterator[Database]:
    """An empty, migrated database."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            path = keep or Path(folder) / "bench.sqlite3"
            yield Database(f"sqlite:///{path}")
    else:
        server = PostgresServer()
        try:
            yield Database(server.url)
        finally:
            server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--quick", action="store_true", help="A twentieth of the orders and cases.")
    parser.add_argument("--no-browser", action="store_true", help="Without the browser's measurement.")
    given = parser.parse_args()
    different = 250 if given.quick else 5000
    good = True
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        with databases(engine, None) as database:
            database.upgrade()
            begin = time.monotonic()
            seed = Seed(database, different)
            print(
                f"== {engine}: {different * 200:,} screenings, {different * 10:,} open; {time.monotonic() - begin:.0f} s"
            )
            console = Console(database.url)
            try:
                good = all([*ask(console, seed.cases, 40 if given.quick else 100)]) and good
                good = (given.no_browser or press_keys(console, 20)) and good
            finally:
                console.stop()
                database.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
