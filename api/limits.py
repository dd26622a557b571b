"""Limits: how often somebody may ask, counted in windows of a fixed length.

Nothing is written to the store for it: that would cost every request a write. The server processes of one machine share
their counts in a small file that they map into their memory; each machine counts for itself.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

#: Windows that are over are swept out when so many are kept.
_SWEEP_AT = 10_000

#: Askers for whom a shared file has room, and how many places are tried for one. When all of them are taken in the
#: window, the one who asked least begins anew.
PLACES = 16_384
_TRIED = 8

#: Hash of the asker, number of the window, requests counted.
_PLACE = struct.Struct("<QQQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How one asker stands after asking."""

    is_over: bool
    limit: int
    remaining: int
    #: Whole seconds until the window ends and the count begins anew.
    reset_seconds: int
    window_seconds: int

    def headers(self, policy: str) -> dict[str, str]:
        """``RateLimit-Policy`` and ``RateLimit``; when it is over also ``Retry-After``.

        Source: IETF draft "RateLimit header fields for HTTP" (structured fields with q, w, r and t).
        """
        headers = {
            "RateLimit-Policy": f'"{policy}";q={self.limit};w={self.window_seconds}',
            "RateLimit": f'"{policy}";r={self.remaining};t={self.reset_seconds}',
        }
        return {**headers, "Retry-After": str(self.reset_seconds)} if self.is_over else headers


class Counts(Protocol):
    """Where it is kept how much each asker has used of a window."""

    def take(self, asker: str, window: int, cost: int, limit: int) -> tuple[int, bool]:
        """What is used now, and whether ``cost`` went beyond the limit; what is refused is not counted."""
        ...


class OwnCounts:
    """Of this process alone."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def take(self, asker: str, window: int, cost: int, limit: int) -> tuple[int, bool]:
        with self._lock:
            if len(self._kept) >= _SWEEP_AT:
                self._kept = {key: value for key, value in self._kept.items() if value[0] == window}
            begun, used = self._kept.get(asker, (window, 0))
            used = used if begun == window else 0
            if used + cost > limit:
                return used, True
            self._kept[asker] = (window, used + cost)
        return used + cost, False


class SharedCounts:
    """Of all processes of a machine that name the same file; the lock of one that dies is free at once."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.ftruncate(self._file, PLACES * _PLACE.size)
        self._places = mmap.mmap(self._file, PLACES * _PLACE.size)
        self._lock = threading.Lock()

    def take(self, asker: str, window: int, cost: int, limit: int) -> tuple[int, bool]:
        hashed = int.from_bytes(hashlib.blake2b(asker.encode("utf-8", "replace"), digest_size=8).digest())
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                place, used = self._find(hashed, window)
                is_over = used + cost > limit
                if not is_over:
                    used += cost
                    _PLACE.pack_into(self._places, place, hashed, window, used)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        return used, is_over

    def _find(self, hashed: int, window: int) -> tuple[int, int]:
        """The asker's place and what is used there; else a free one, or that of whoever asked least."""
        best, least = 0, float("inf")
        for step in range(_TRIED):
            place = (hashed + step) % PLACES * _PLACE.size
            holder, begun, used = _PLACE.unpack_from(self._places, place)
            if begun == window and holder == hashed:
                return place, used
            used = used if begun == window else -1
            if used < least:
                best, least = place, used
        return best, 0


class Limits:
    """Counts askers; share one between threads."""

    def __init__(self, window_seconds: int = 60, counts: Counts | None = None) -> None:
        """
        Args:
            counts: None for those of this process alone.
        """
        self._window = window_seconds
        self._counts = counts or OwnCounts()

    def take(self, asker: str, limit: int, cost: int = 1) -> Allowance:
        """Count ``cost`` requests of the asker; what is refused is not counted."""
        moment = time.monotonic()  # the same for all processes of a machine
        window = int(moment // self._window)
        used, is_over = self._counts.take(asker, window, cost, limit)
        return Allowance(
            is_over=is_over,
            limit=limit,
            remaining=max(limit - used, 0),
            reset_seconds=int((window + 1) * self._window - moment) + 1,
            window_seconds=self._window,
        )


def limits_in(directory: Path | None, name: str, window_seconds: int) -> Limits:
    """Limits whose counts are shared with everybody who names the same directory; None shares with nobody."""
    if directory is None:
        return Limits(window_seconds)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Limits(window_seconds, SharedCounts(directory / name))
