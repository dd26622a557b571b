"""Limits: how often somebody may ask, counted per process in windows of a fixed length.

Nothing is written for it: a counter in the store would cost every request a write. With several server processes
each counts for itself.
"""

import threading
import time
from dataclasses import dataclass

#: Windows that are over are swept out when so many are kept.
_SWEEP_AT = 10_000


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


class Limits:
    """Counts askers; share one between threads."""

    def __init__(self, window_seconds: int = 60) -> None:
        self._window = window_seconds
        self._counts: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def take(self, asker: str, limit: int, cost: int = 1) -> Allowance:
        """Count ``cost`` requests of the asker; what is refused is not counted."""
        moment = time.monotonic()
        window = int(moment // self._window)
        reset = int((window + 1) * self._window - moment) + 1
        with self._lock:
            if len(self._counts) >= _SWEEP_AT:
                self._counts = {key: value for key, value in self._counts.items() if value[0] == window}
            begun, used = self._counts.get(asker, (window, 0))
            used = used if begun == window else 0
            is_over = used + cost > limit
            if not is_over:
                used += cost
                self._counts[asker] = (window, used)
        return Allowance(
            is_over=is_over,
            limit=limit,
            remaining=limit - used,
            reset_seconds=reset,
            window_seconds=self._window,
        )
