"""Turns at writing: the processes that share one SQLite file write in the order in which they came.

SQLite lets one write at a time and has the others look again after pauses that grow: under load the last to come is often the first,
somebody waits a second, and meanwhile nobody writes. Here who waits sleeps until the one before is done. It is a courtesy, not a
safeguard: who does not queue, or cannot, is kept apart by SQLite all the same.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class Turns:
    """The queue of one database file; share one between the threads of a process."""

    def __init__(self, path: Path | None) -> None:
        """
        Args:
            path: A file beside the database that nothing else opens; None where there is nobody to wait for.
        """
        self._path = path
        self._here = _Here()

    @contextmanager
    def queueing(self) -> Iterator[None]:
        """For one transaction; the turn that ``take`` takes in it ends with it."""
        self._here.is_queueing = True
        try:
            yield
        finally:
            self._here.is_queueing = False
            held, self._here.held = self._here.held, None
            if held is not None:
                held.close()

    def take(self) -> None:
        """Wait for the turn: in the last moment, so that nobody waits for what could have been done before."""
        if self._path is None or not self._here.is_queueing or self._here.held is not None:
            return
        with suppress(OSError):  # a disk that is full or read-only: the database will say so itself
            held = self._path.open("ab")
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
            except BaseException:
                held.close()
                raise
            self._here.held = held


class _Here(threading.local):
    """What this thread does; a lock belongs to the file as this thread opened it."""

    is_queueing = False
    held: IO[bytes] | None = None
