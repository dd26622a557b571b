"""Databases for the tests: always fresh, always migrated; what runs on SQLite runs on PostgreSQL too.

``api`` and the driver are imported where a fixture needs them: tests of the core must not wait for either.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Several test processes share few cores: threads of a numeric library would only wait for each other.
# Set before anything brings such a library in.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from tests.chromium import CHROMIUM, CHROMIUM_FLAGS
from tests.groups import turn_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from api.storage.database import Database
    from moderation.pipeline import Pipeline

INSTALL_HINT = "PostgreSQL is missing: run `apt-get install postgresql` (the tests start their own server)."

#: One short-lived server among many tests; files survive the end of a process without any of these.
SMALL = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")
#: A commit may be lost with the server's process; only for servers that no test kills.
HASTY = ("synchronous_commit=off",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: turn_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.sharing import GroupScheduling

    return GroupScheduling(config, log)


def postgres_binary(name: str) -> str:
    """Debian keeps the servers of several versions apart, outside the search path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(places[-1]) if places else shutil.which(name)
    if found is None:
        pytest.fail(INSTALL_HINT, pytrace=False)
    return found


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root; the signal ends it with the tests, however they end."""
    command = ["setpriv", "--pdeathsig", "QUIT"]
    if os.getuid() == 0:
        command += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return [*command, "--"]


def find_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class PostgresServer:
    """A PostgreSQL server of our own in a temporary directory, trusting everybody on the loopback address."""

    def __init__(self, *, survives_kills: bool = False, options: tuple[str, ...] | None = None) -> None:
        self._options = options or (SMALL if survives_kills else (*SMALL, *HASTY))
        self._directory = Path(tempfile.mkdtemp(prefix="moderation-postgres-", dir="/tmp"))
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._directory, owner.pw_uid, owner.pw_gid)
        self._data = self._directory / "data"
        initdb = [postgres_binary("initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust"]
        made = subprocess.run(
            [*_as_postgres(), *initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd="/", capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            pytest.fail(f"initdb failed: {made.stderr}", pytrace=False)
        self.port = find_free_port()
        self.start()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start, or start again after a kill, and wait until it answers."""
        import psycopg

        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._directory}",
        ]
        settings = [part for option in (*options, *self._options) for part in ("-c", option)]
        command = [*_as_postgres(), postgres_binary("postgres"), "-D", str(self._data), *settings]
        deadline = time.monotonic() + 30
        self._launch(command)
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = (self._directory / "log").read_text("utf-8", "replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL does not start: {error}\n{log}") from None
                time.sleep(0.05)
                if self._process.poll() is not None:
                    # The children of a killed server take a moment to notice; until then the data is theirs.
                    self._launch(command)

    def _launch(self, command: list[str]) -> None:
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd="/", stdout=log, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        """As a power cut would end it; ``start`` recovers."""
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        shutil.rmtree(self._directory, ignore_errors=True)

    def run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each test process."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """Address of the server's ``postgres`` database, from which others can be created."""
    return postgres_server.url


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: PostgresServer) -> str:
    postgres_server.run("CREATE DATABASE moderation_template")
    _migrate(postgres_server.url_of("moderation_template"))
    return "moderation_template"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = _open(url)
    database.upgrade()
    # Also folds SQLite's log into its file: a template that is copied must be whole without it.
    database.close()


def _open(url: str) -> Database:
    from api.storage.database import Database

    return Database(url)


class Shelf:
    """Migrated PostgreSQL databases that tests take, use and give back: emptying one costs a tenth of making one."""

    #: What a test may have changed besides rows; a database that differs in it is not used again.
    _SHAPE = """SELECT md5(string_agg(t.t, chr(10) ORDER BY t.t)), (SELECT min(version_num) FROM alembic_version) FROM (
        SELECT format('%s.%s.%s %s %s', n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull) AS t
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')) AS t"""
    #: No foreign key is looked up and no trigger runs; a table without rows costs nothing.
    _EMPTY = """DO $$ DECLARE each record; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', each.tablename); END LOOP;
        FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
        LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', each.sequencename); END LOOP; END $$"""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._shape = self._ask(template, self._SHAPE)
        self._free: list[str] = []

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        name = f"test_{uuid.uuid4().hex}"
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def give_back(self, name: str) -> None:
        # What a test has left open must not write into the next test's database.
        self._server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        if self._is_as_made(name):
            self._ask(name, self._EMPTY)
            self._free.append(name)
        else:
            self._server.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_as_made(self, name: str) -> bool:
        import psycopg

        try:
            return self._ask(name, self._SHAPE) == self._shape
        except psycopg.Error:  # it lacks what was asked for
            return False

    def _ask(self, name: str, statement: str) -> object:
        import psycopg

        with psycopg.connect(self._server.url_of(name), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchone() if found.description else None


@pytest.fixture(scope="session")
def _shelf(postgres_server: PostgresServer, _postgres_template: str) -> Shelf:
    return Shelf(postgres_server, _postgres_template)


@pytest.fixture
def new_postgres_url(postgres_server: PostgresServer, _shelf: Shelf) -> Iterator[Callable[[], str]]:
    """Makes migrated, empty PostgreSQL databases, which are the test's own until its end."""
    taken: list[str] = []

    def take() -> str:
        taken.append(_shelf.take())
        return postgres_server.url_of(taken[-1])

    yield take
    for name in taken:
        _shelf.give_back(name)


@pytest.fixture
def new_sqlite_url(tmp_path: Path, _sqlite_template: Path) -> Callable[[], str]:
    """Makes migrated, empty SQLite files."""

    def make() -> str:
        path = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(_sqlite_template, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    fixture = "new_sqlite_url" if request.param == "sqlite" else "new_postgres_url"
    url: str = request.getfixturevalue(fixture)()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    opened = _open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(new_sqlite_url: Callable[[], str]) -> Iterator[Database]:
    """A fresh, migrated SQLite database, where the engine makes no difference to the test."""
    opened = _open(new_sqlite_url())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests of a process: Playwright starts only once in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def shipped() -> Pipeline:
    """Real lists, profiles and model, as a shop gets them."""
    from moderation.pipeline import build_pipeline

    whole = build_pipeline()
    assert whole.versions["model"] != "unavailable", "The model is missing; run: moderation models compile"
    return whole
