"""Ids: a prefix that says what it is and a ULID, so that ids sort by creation time."""

from collections.abc import Callable

from ulid import ULID


def new_id(prefix: str) -> str:
    """``new_id("scr")`` -> ``"scr_01JD..."``; sorts by time, to the millisecond."""
    return f"{prefix}_{ULID()}"


def id_factory(prefix: str) -> Callable[[], str]:
    """A default factory for a primary key."""
    return lambda: new_id(prefix)
