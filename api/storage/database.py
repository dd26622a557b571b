"""The database: an engine made safe for its dialect, and the two kinds of transaction.

SQLite runs in WAL mode with ``synchronous=FULL`` and foreign keys on. A writing transaction takes the write lock
at its beginning (``BEGIN IMMEDIATE``): two that read before they write would otherwise deadlock in the middle.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

from api.storage import driver
from api.storage.damage import refuse_when_damaged
from api.storage.turns import Turns

MIGRATIONS = Path(__file__).parent / "migrations"

#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT_MS = 10_000

#: How long a thread queues for its turn before it goes to SQLite without one, in seconds: longer than a crowd takes, and where somebody
#: holds the lock for good, nobody is told so much later than by SQLite alone.
PATIENCE = 2.0


class Database:
    """One database, shared by all threads of a process."""

    def __init__(self, url: str) -> None:
        """
        Args:
            url: ``sqlite:///file.sqlite3`` or ``postgresql://user:password@host/name``.
        """
        self.url = normalise_url(url)
        self.engine = _create_engine(self.url)
        self._turns = Turns(_file_of_turns(self.engine), patience=PATIENCE)
        event.listen(self.engine, "begin", self._begin)
        # PostgreSQL answers each question as things stand, in a transaction or not: two trips less without one.
        alone = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        self._reading = self.engine.execution_options(reading=True, **alone)
        self._asking = self.engine.execution_options(asking=True, **alone)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write; committed at the end, rolled back on any error."""
        with self._turns.queueing(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """For what only reads; on SQLite one transaction, which never waits for a writer."""
        with self._reading.connect() as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """For a few prepared questions: no session, and on SQLite each is answered as things stand when it is asked."""
        with self._asking.connect() as connection:
            yield connection

    @contextmanager
    def adding(self) -> Iterator[Connection]:
        """One transaction for rows that are new, without a session; it begins with the first of them, or when it reads."""
        with self._turns.queueing(), self.engine.connect() as connection:
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()  # a commit that failed leaves the transaction open
                raise

    def upgrade(self) -> None:
        """Bring the schema to the newest revision."""
        with self.engine.connect() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def is_current(self) -> bool:
        """Whether the schema is the one that this code was written for."""
        with self._reading.connect() as connection:
            have = MigrationContext.configure(connection).get_current_heads()
        return set(have) == set(ScriptDirectory.from_config(alembic_config()).get_heads())

    def ping(self) -> None:
        """Raises what the driver raises when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if self.engine.dialect.name != "sqlite" or options.get("asking", False):
            return
        if options.get("reading", False):
            driver.tell(connection, "BEGIN")
        else:
            self._turns.take()
            driver.tell(connection, "BEGIN IMMEDIATE")


def normalise_url(url: str) -> str:
    """Name the driver that we ship, whatever spelling of the PostgreSQL scheme was used."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _create_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=10,
            max_overflow=20,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
            pool_pre_ping=True,
            hide_parameters=True,
            # A host that has gone says nothing: without these a request would wait for minutes.
            connect_args={"connect_timeout": 5, "tcp_user_timeout": BUSY_TIMEOUT_MS},
        )
    # hide_parameters: an error message must not quote a customer's words into a log.
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    refuse_when_damaged(engine)
    return engine


def _file_of_turns(engine: Engine) -> Path | None:
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    # An address of SQLite's own kind (file:...?mode=ro) is no path, and mostly asks not to write.
    return Path(f"{file}-turn") if file and file != ":memory:" and not file.startswith("file:") else None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions on its own: Database._begin chooses the kind.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")
