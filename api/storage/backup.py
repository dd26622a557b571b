"""Backup and restore: one file that stands alone, with its SHA-256 beside it in the form that ``sha256sum -c`` reads.

A backup is checked before it gets its name, and again before it replaces anything.
"""

import hashlib
import os
from pathlib import Path

from api.errors import StoreRefused
from api.storage import backup_postgres, backup_sqlite
from api.storage.database import Database

_KINDS = {"sqlite": backup_sqlite, "postgresql": backup_postgres}


def back_up(database: Database, file: Path) -> str:
    """Write everything that is committed now into a file, while servers and workers go on.

    Returns:
        The file's SHA-256, hex.

    Raises:
        StoreRefused: The file is there already, the database is damaged, or a program is missing.
    """
    if file.exists():
        raise StoreRefused(f"{file} is there already. Name a new file; a backup never replaces another.")
    if not file.parent.is_dir():
        raise StoreRefused(f"There is no directory {file.parent}. Make it first.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)  # it holds customers' words and the secrets of webhooks
    try:
        _KINDS[database.engine.dialect.name].write(database, unfinished)
        digest = digest_of(unfinished)
        _last(unfinished)
        _hash_file(file).write_text(f"{digest}  {file.name}\n")
        _last(_hash_file(file))
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return digest


def restore(database: Database, file: Path, *, replace: bool = False) -> None:
    """Put a backup in the database's place. Servers and workers must be stopped.

    Args:
        replace: Give up what the database holds now; without it a database that holds anything is left alone.

    Raises:
        StoreRefused: The file is not the one that was written, or the database holds something.
    """
    check(file)
    kind = database.engine.dialect.name
    with file.open("rb") as content:
        if not content.read(16).startswith(_KINDS[kind].BEGINS):
            raise StoreRefused(f"{file} is no backup of {kind}. Name one, or set MODERATION_DATABASE_URL to its kind.")
    _KINDS[kind].read(database, file, replace=replace)


def check(file: Path) -> None:
    """Raises ``StoreRefused`` unless the file is, byte for byte, the one that was written."""
    if not file.is_file():
        raise StoreRefused(f"There is no backup {file}. Name a file that `moderation db backup` wrote.")
    told = _hash_file(file)
    if not told.is_file():
        raise StoreRefused(f"{told} is missing, so {file.name} cannot be checked. Copy both files of the backup.")
    if told.read_text().split()[:1] != [digest_of(file)]:
        raise StoreRefused(f"{file} is not what was written: its hash differs from {told.name}. Take another backup.")


def digest_of(file: Path) -> str:
    """SHA-256 of the file, hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _hash_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _last(file: Path) -> None:
    """Have the disk keep the file before anything relies on it."""
    with file.open("rb") as content:
        os.fsync(content.fileno())
