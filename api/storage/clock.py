"""Time as the store keeps it: aware, UTC, and the same type back from SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def in_range(moment: datetime) -> datetime:
    """The moment in UTC. Raises ``ValueError`` for one that falls off the calendar there: some hours of years 1 and 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this moment is not in the calendar") from None


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp that is always aware UTC in Python; SQLite, which has no zones, stores it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone. Times in the store are aware; use clock.now().")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
