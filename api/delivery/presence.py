"""Which worker processes are alive, asked of something that notices a death by itself.

Every worker holds a lock in its name: an advisory lock of its PostgreSQL session, or a lock on a file beside the
SQLite database. The server and the kernel release it when the process ends, however it ends; whoever can take
another worker's lock therefore knows that it is dead. No clock is compared and no heartbeat is missed.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from api.storage.database import Database
from api.storage.ids import new_id


class Presence(Protocol):
    """This process among the workers of one database."""

    #: The name under which its unfinished work is found.
    id: str

    def keep(self) -> None:
        """Take our place, or make sure that we still have it."""

    def place_of(self, other: str) -> AbstractContextManager[bool]:
        """Hold another worker's place for the length of a block, if that worker is dead; yields whether it is."""

    def leave(self) -> None:
        """Give our place up."""


def presence_in(database: Database) -> Presence:
    """A new place, of the kind that fits the database."""
    if database.engine.dialect.name == "postgresql":
        return SessionPresence(database)
    return FilePresence(Path(database.engine.url.database or ""))


class SessionPresence:
    """Advisory locks; they end with the session, and the session with the process or its network."""

    def __init__(self, database: Database) -> None:
        self.id = new_id("wrk")
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._session: Connection | None = None

    def keep(self) -> None:
        try:
            if self._session is not None:
                self._session.execute(text("SELECT 1"))
                return
        except DBAPIError:
            self.leave()
        session = self._engine.connect()
        # Waits only while another worker looks whether we are dead, which is short.
        session.execute(text("SELECT pg_advisory_lock(:place)"), {"place": _number(self.id)})
        self._session = session

    @contextmanager
    def place_of(self, other: str) -> Iterator[bool]:
        place = {"place": _number(other)}
        with self._engine.connect() as session:
            is_dead = bool(session.execute(text("SELECT pg_try_advisory_lock(:place)"), place).scalar_one())
            try:
                yield is_dead
            finally:
                if is_dead:
                    session.execute(text("SELECT pg_advisory_unlock(:place)"), place)

    def leave(self) -> None:
        if self._session is not None:
            # Not back into the pool: a lock belongs to the session, and so would our place.
            self._session.invalidate()
            self._session.close()
            self._session = None


class FilePresence:
    """Locked files beside the database; the workers of an SQLite database are on one machine."""

    def __init__(self, database: Path) -> None:
        self.id = new_id("wrk")
        self._database = database
        self._held: int | None = None

    def keep(self) -> None:
        if self._held is None:
            descriptor = os.open(self._path(self.id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._held = descriptor

    @contextmanager
    def place_of(self, other: str) -> Iterator[bool]:
        path = self._path(other)
        with held_alone(path) as is_dead:
            yield is_dead
            if is_dead:
                path.unlink(missing_ok=True)

    def leave(self) -> None:
        if self._held is not None:
            self._path(self.id).unlink(missing_ok=True)
            os.close(self._held)
            self._held = None

    def _path(self, worker: str) -> Path:
        return self._database.with_name(f"{self._database.name}.{worker}.lock")


@contextmanager
def held_alone(path: Path) -> Iterator[bool]:
    """Hold a lock on a file for the length of a block, if nobody else holds it; yields whether it is ours."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _number(worker: str) -> int:
    """A lock's number: 64 bits of the name's hash, signed, as PostgreSQL counts them."""
    return int.from_bytes(hashlib.sha256(worker.encode()).digest()[:8], "big", signed=True)
