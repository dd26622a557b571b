"""Backups of PostgreSQL, by its own programs: a snapshot of everything, background work included."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from sqlalchemy import inspect, text

from api.errors import StoreRefused
from api.storage.database import Database

#: The first bytes of every backup of this kind.
BEGINS = b"PGDMP"


def write(database: Database, file: Path) -> None:
    """Dump the database into the file, and read the dump's table of contents back."""
    _run(database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    if " TABLE DATA public screening " not in _run(None, "pg_restore", "--list", str(file)):
        raise StoreRefused("The dump holds no orders' table. Run `moderation db upgrade` first, then back up again.")


def read(database: Database, file: Path, *, replace: bool) -> None:
    """Restore the dump in one transaction: all of it, or nothing."""
    _run(None, "pg_restore", "--list", str(file))
    if not replace and inspect(database.engine).has_table("screening"):
        raise StoreRefused("The database has tables. Restore into an empty one, or say --replace to give them up.")
    _make_sure_that_nobody_works(database)
    drop = ("--clean", "--if-exists") if replace else ()
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", *drop)
    _run(database, "pg_restore", *options, str(file))


def _make_sure_that_nobody_works(database: Database) -> None:
    """Servers and workers keep sessions open. One that has just been closed may show for a moment."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    for _ in range(20):
        with database.engine.connect() as connection:
            if not (count := connection.execute(others).scalar_one()):
                return
        time.sleep(0.1)
    raise StoreRefused(
        f"{count} sessions of this user are in the database. Stop servers and workers, then restore again."
    )


def _run(database: Database | None, name: str, *arguments: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise StoreRefused(
            f"{name} is missing. Install PostgreSQL's client programs, of the server's version or newer."
        )
    environment = dict(os.environ)
    if database is not None:
        url = database.engine.url
        if url.password is not None:
            environment["PGPASSWORD"] = str(url.password)  # other users of the machine can read a command line
        bare = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
        arguments = (f"--dbname={bare}", *arguments)
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        said = " ".join(done.stderr.split())[:500]
        raise StoreRefused(f"{name} failed and nothing was replaced: {said}")
    return done.stdout
