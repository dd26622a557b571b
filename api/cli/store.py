"""The store as commands need it: the settings' database, current or refused."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from api.errors import StartRefused

if TYPE_CHECKING:
    from api.storage.database import Database


def open_database() -> Database:
    """The database of the settings.

    Raises:
        StartRefused: Its schema is not the one that this version needs.
    """
    from api.settings import Settings
    from api.storage.database import Database

    database = Database(Settings().database_url)
    if not database.is_current():
        raise StartRefused("The database's schema is not the one this version needs. Run: moderation db upgrade")
    return database


def open_sound_database() -> Database:
    """The same for processes that stay, which first look for damage. Raises ``StartRefused`` when they find it."""
    from api.settings import Settings
    from api.storage.damage import look_for_damage

    look_for_damage(Settings().database_url)
    return open_database()


def sentence_of(error: Exception) -> str | None:
    """What an operator is told of an error of the database or its disk; None for any other, which is a fault of ours."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

    from api.storage.damage import StoreDamaged

    if isinstance(error, StoreDamaged):
        return str(error.orig)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    cause = error.orig if isinstance(error, DBAPIError) else error
    # These say what the database or its driver could not do, and quote no row; 42501 is PostgreSQL's "permission denied".
    is_of_the_place = isinstance(error, InterfaceError | InternalError | OperationalError | sqlite3.OperationalError)
    if not is_of_the_place and getattr(cause, "sqlstate", None) != "42501":
        return None
    said = str(cause).strip().splitlines()[0].rstrip(".")
    return (
        f"The database refuses: {said}. Check the address in MODERATION_DATABASE_URL, that the database runs and may be written, "
        "and that there is room on its disk and on a backup's."
    )
