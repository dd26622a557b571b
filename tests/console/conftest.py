"""A server in its own process and a headless browser; every test has its own shop in the server's database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page

from api.main import create_app
from api.reviewing import claims
from api.reviewing.conversation import Party, ask
from api.reviewing.roles import Role
from api.reviewing.views import save_view
from api.settings import Settings
from api.storage.clock import now
from api.storage.database import Database
from moderation.evidence import Category
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.reviewing.shop import PASSWORD, Shop, found
from tests.reviewing.test_opinions import APPROVE, BY_CATEGORY, REJECT, rule, say

ROOT = Path(__file__).parents[2]
SECRET = "only-for-the-tests-" * 3


class Server:
    """The application in a process of its own, on a free loopback port."""

    def __init__(self, database_url: str, log: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MODERATION_DATABASE_URL": database_url,
            "MODERATION_SECRET_KEY": SECRET,
            "MODERATION_RUN_WORKER": "false",
        }
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.console.server", str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 180
        while True:
            try:
                if httpx.get(f"{self.url}/console/sign-in").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start:\n{self._log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would end it; ``start`` goes on where it was."""
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="session")
def database(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("console") / "console.sqlite3"
    path.write_bytes(_sqlite_template.read_bytes())
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(database.url, tmp_path_factory.mktemp("log") / "server.log")
    yield running
    running.kill()


@pytest.fixture(scope="session")
def _applications(database: Database):
    """The application in this process, one for each choice of settings, on the same database."""
    made: dict[str, FastAPI] = {}

    def application(**settings: object) -> FastAPI:
        given = {"database_url": database.url, "secret_key": SECRET, "run_worker": False, **settings}
        key = repr(sorted(given.items()))
        if key not in made:
            made[key] = create_app(Settings(**given), Pipeline((), load_policies(), {}))
        return made[key]

    yield application
    for each in made.values():
        each.state.moderation.database.close()


@pytest.fixture
def app_client(_applications):
    """Makes browsers without a browser, for servers with these settings: quick, and with settings of one's own."""
    return lambda **settings: TestClient(_applications(**settings), "http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture
def start():
    return now()


@pytest.fixture
def shop(database: Database, request: pytest.FixtureRequest) -> Shop:
    opened = Shop.open(database, f"{request.node.name} {time.monotonic_ns()}")
    opened.hire("Heron")
    opened.hire("Plover")
    opened.hire("Wren", Role.LEAD)
    opened.hire("Owl", Role.AUDITOR)
    return opened


@pytest.fixture
def sign_in(browser: Browser, server: Server, shop: Shop):
    """Opens a browser of its own for a reviewer. A page that logs an error (a refused script, say) fails the test."""
    contexts, complaints = [], []

    def enter(pseudonym: str = "Heron", *, width: int = 1440, height: int = 900, **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto("/console/sign-in")
        page.fill("[name=email]", shop.address_of(pseudonym))
        page.fill("[name=password]", PASSWORD)
        page.click("button")
        page.wait_for_url("**/console")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []


def seconds_to_next(page: Page, key: str) -> float:
    """From the key that decides to the next case on the screen, by the browser's own clock."""
    before = page.url
    page.keyboard.press(key)
    painted = (
        "before => location.href !== before && performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    )
    return float(page.wait_for_function(painted, arg=before).json_value()) / 1000


def differing(shop: Shop, at):
    """One order that two people, not knowing of each other, saw differently; it waits for a lead."""
    case_id = shop.open_case(at, due_in=claims.CLAIM_FOR * 6)
    rule(shop, BY_CATEGORY)
    say(shop, "Heron", case_id, REJECT, at)
    say(shop, "Plover", case_id, APPROVE, at)
    rule(shop, {})
    return case_id


@pytest.fixture
def cases(shop, start):
    """One case of every kind that looks different."""
    from tests.console.test_talk import appealed

    severe = (found(Category.HATE, ("text", 0, 4), severity=4), found(Category.UNCLEAR, ("text", 2, 9), severity=1))
    made = {
        "mine": shop.open_case(start, customer="c-1"),
        "free": shop.open_case(start, customer="c-1"),
        "severe": shop.open_case(start, texts={"text": "hate \u200bhidden\nsecond line"}, evidence=severe),
        "theirs": shop.open_case(start, due_in=-claims.CLAIM_FOR, product="ring"),
        "appeal": appealed(shop, start),
        "differ": differing(shop, start),
        "bare": shop.open_case(start, texts={"text": ""}, evidence=(), brand=None, product=None, reference=None),
    }
    with shop.database.writing() as session:
        talked = claims.claim(session, shop.people["Wren"], made["mine"], start)
        soon = start + claims.CLAIM_FOR
        ask(session, shop.people["Wren"], talked.id, talked.version, Party.SHOP, "Is it a team's name?", soon, start)
        claims.claim(session, shop.people["Wren"], made["appeal"], start)
        claims.claim(session, shop.people["Wren"], made["severe"], start)
        claims.claim(session, shop.people["Plover"], made["theirs"], start)
        save_view(session, shop.people["Wren"], "Rings", "product=ring")
    return made


class Form:
    """A signed-in client without a browser, for what a browser would not send."""

    def __init__(self, server: Server, shop: Shop, pseudonym: str) -> None:
        self.client = httpx.Client(base_url=server.url, follow_redirects=False)
        page = self.client.get("/console/sign-in").text
        token = page.split('name="csrf" value="')[1].split('"')[0]
        form = {"email": shop.address_of(pseudonym), "password": PASSWORD, "csrf": token}
        assert self.client.post("/console/sign-in", data=form).status_code == 303
        self.csrf = self.get("/console").text.split('data-csrf="')[1].split('"')[0]

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, **data: str | int) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf, **data})


@pytest.fixture
def form(server: Server, shop: Shop):
    return lambda pseudonym="Heron": Form(server, shop, pseudonym)
