"""Backups of SQLite: the online copy that SQLite itself makes, checked page by page.

The file beside the database in which background work is kept is not part of it: whatever was unfinished is asked for
again when the backup is put in place.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from api.errors import StoreRefused
from api.storage.database import Database
from api.storage.unfinished import ask_again

#: The first bytes of every backup of this kind.
BEGINS = b"SQLite format 3\0"


def write(database: Database, file: Path) -> None:
    """Copy the database into the file and check the copy."""
    with closing(_open(_path(database))) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
    check(file)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing of it in a second one


def check(file: Path) -> None:
    """Raises ``StoreRefused`` unless every page and every reference of the file is sound."""
    try:
        with closing(_open(file)) as copy:
            found = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
            strays = copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        found, strays = [str(error)], []
    if found != ["ok"] or strays:
        where = "; ".join(found) if found != ["ok"] else f"{len(strays)} rows refer to rows that are missing"
        raise StoreRefused(f"The database is damaged ({where}). Restore the last backup that was sound.")


def read(database: Database, file: Path, *, replace: bool) -> None:
    """Put the file where the database is; what was there is kept beside it under another name."""
    check(file)
    place = _path(database)
    if place.exists():
        if not replace and _holds_anything(place):
            raise StoreRefused(f"{place} holds data. Say --replace to put the backup in its place; it is kept aside.")
        _make_sure_that_nobody_works(place)
    new = place.with_name(f"{place.name}.restoring")
    with closing(_open(file)) as source, closing(sqlite3.connect(new)) as copy:
        source.backup(copy)
    _ask_again(new)
    _set_aside(place)
    new.rename(place)


def _ask_again(file: Path) -> None:
    restored = Database(f"sqlite:///{file}")
    try:
        if restored.is_current():  # else the upgrade comes first; an older version's tables are not ours to change
            with Session(restored.engine) as session, session.begin():  # alone with the file: nobody to take turns with
                ask_again(session)
    finally:
        restored.close()
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")


def _make_sure_that_nobody_works(place: Path) -> None:
    """Leaving the write-ahead log needs the file alone, so it fails while any process has it open."""
    try:
        with closing(sqlite3.connect(place, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise StoreRefused(f"{place} is in use. Stop servers and workers, then restore again.") from None
    except sqlite3.DatabaseError:
        return  # damaged: that is what the restore is for


def _holds_anything(place: Path) -> bool:
    try:
        with closing(_open(place)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'merchant'").fetchone():
                return False
            return connection.execute("SELECT 1 FROM merchant LIMIT 1").fetchone() is not None
    except sqlite3.DatabaseError:
        return True


def _set_aside(place: Path) -> None:
    """Rename the database, and the work that was begun for it, with their logs."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    for each in (place, place.with_name(f"{place.stem}.work{place.suffix}")):
        for log in ("", "-wal", "-shm"):
            if (found := each.with_name(each.name + log)).exists():
                found.rename(each.with_name(f"{each.name}.replaced-{stamp}{log}"))


def _path(database: Database) -> Path:
    return Path(database.engine.url.database or "")


def _open(file: Path) -> sqlite3.Connection:
    if not file.is_file():
        raise StoreRefused(f"There is no database {file}. Check MODERATION_DATABASE_URL.")
    return sqlite3.connect(file)
