"""Turns at writing: the processes that share one SQLite file write in the order in which they came.

SQLite lets one write at a time and has the others look again after pauses that grow: under load the last to come is often the first,
somebody waits a second, and meanwhile nobody writes. Here who waits sleeps until the one before is done. It is a courtesy, not a
safeguard: who does not queue, cannot, or has waited too long is kept apart by SQLite all the same, and told by it what is wrong.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """The queue of one database file; share one between the threads of a process."""

    def __init__(self, path: Path | None, patience: float) -> None:
        """
        Args:
            path: A file beside the database that nothing else opens; None where there is nobody to wait for.
            patience: Seconds that a thread waits for those of its own process. One of them at a time waits for other processes, for
                as long as it takes: the kernel knows no other way. So whatever hangs, it has no more than one thread.
        """
        self._path = path
        self._patience = patience
        self._first = threading.Lock()
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
                self._give_back(held)

    def take(self) -> None:
        """Wait for the turn: in the last moment, so that nobody waits for what could have been done before."""
        if self._path is None or not self._here.is_queueing or self._here.held is not None:
            return
        if not self._first.acquire(timeout=self._patience):
            return
        try:
            self._here.held = _locked(self._path)
        finally:
            if self._here.held is None:
                self._first.release()

    def _give_back(self, held: int) -> None:
        try:
            # Said, not left to the closing: a process that was forked meanwhile has the file open too, and with it the turn.
            fcntl.flock(held, fcntl.LOCK_UN)
            os.close(held)
        finally:
            self._first.release()


class _Here(threading.local):
    """What this thread does."""

    is_queueing = False
    #: The open file that has the turn.
    held: int | None = None


def _locked(path: Path) -> int | None:
    """The file, open and locked; None where that cannot be: on a disk that is full or read-only the database will say so itself."""
    try:
        # For its owner alone: who may open it may keep everybody waiting.
        opened = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
    except BaseException as error:
        os.close(opened)
        if isinstance(error, OSError):
            return None
        raise
    return opened
