"""Damage: an SQLite file of which a page is not what it was. Once seen, nothing is read from it or written to it any more.

What is left of a damaged file may look sound and say something else than what was decided, so every order is refused until
an operator has put a sound file in its place (docs/operating.md).
"""

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import OperationalError

from api.errors import StartRefused

log = logging.getLogger(__name__)

#: SQLITE_CORRUPT and SQLITE_NOTADB.
_DAMAGED = (11, 26)
#: How long a start may look for damage; a file too large for that is looked at as far as the time goes.
LOOK_SECONDS = 5.0
WHAT_TO_DO = "Stop servers and workers and put the last sound backup in place: moderation db restore FILE --replace"


class StoreDamaged(OperationalError):
    """The database is damaged; it is refused until it has been replaced."""

    def __init__(self) -> None:
        super().__init__(None, None, RuntimeError(f"The database is damaged. {WHAT_TO_DO}"))


def refuse_when_damaged(engine: Engine) -> None:
    """From the first damaged page on, every transaction of the engine raises ``StoreDamaged``."""
    seen: list[ExceptionContext] = []

    def notice(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            log.critical("the database is damaged; nothing is read or written any more. %s", WHAT_TO_DO)
            seen.append(context)
            raise StoreDamaged from error

    def refuse(_connection: Connection) -> None:
        if seen:
            raise StoreDamaged

    event.listen(engine, "handle_error", notice)
    event.listen(engine, "begin", refuse)


def look_for_damage(url: str) -> None:
    """Raises ``StartRefused`` when a page of an SQLite file is found damaged in the time there is."""
    file = Path(make_url(url).database or "")
    if make_url(url).get_backend_name() != "sqlite" or not file.is_file():
        return
    ends_at = time.monotonic() + LOOK_SECONDS
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > ends_at, 10_000)
            found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            return  # it took too long, or is in use: no sign of damage
        found = [str(error)]
    if found != ["ok"]:
        raise StartRefused(f"The database {file} is damaged ({'; '.join(found)}). {WHAT_TO_DO}")
