"""Errors of the outside world that every part may raise; light, so that the command line can name them at once."""

from typing import Any


class Problem(Exception):
    """An error that belongs to the HTTP contract: a status, a stable code, and a sentence that says what to do."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.more = more


class StartRefused(RuntimeError):
    """A process is half-configured and does not start; the message says what to do."""


class StoreRefused(RuntimeError):
    """A backup, a restore or a copy was not made, and nothing was replaced; the message says what to do."""


class BulkRefused(RuntimeError):
    """Files cannot be screened, or not into this directory; what was finished before is kept."""
