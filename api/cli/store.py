"""The store as commands need it: the settings' database, current or refused."""

from __future__ import annotations

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
