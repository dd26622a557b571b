"""``moderation db``: the schema, backups, and the move to PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The database: its schema, backups, moving.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Commands on the database of MODERATION_DATABASE_URL."""


@app.command()
def upgrade() -> None:
    """Bring the schema to the newest revision; data stays."""
    from api.settings import Settings
    from api.storage.database import Database

    Database(Settings().database_url).upgrade()
    typer.echo("The schema is current.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file; its hash is written beside it.")]) -> None:
    """Write a checked backup while servers and workers go on."""
    from api.cli.store import open_database
    from api.storage.backup import back_up

    with closing(open_database()) as database:
        digest = back_up(database, file)
    typer.echo(f"{file}: {file.stat().st_size:,} bytes, sha256 {digest}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `moderation db backup` wrote.")],
    replace: Annotated[bool, typer.Option(help="Also when the database holds data, which is then given up.")] = False,
) -> None:
    """Put a backup in the database's place; stop servers and workers first."""
    from api.settings import Settings
    from api.storage.backup import restore
    from api.storage.database import Database

    with closing(Database(Settings().database_url)) as database:
        restore(database, file, replace=replace)
        is_current = database.is_current()
    if is_current:
        typer.echo("Restored. Deliveries that were under way are made again, under the same ids.")
    else:
        typer.echo("Restored. It was made by another version; run next: moderation db upgrade")


@app.command()
def copy(
    source: Annotated[str, typer.Argument(help="sqlite:///FILE; nothing writes to it meanwhile.")],
    target: Annotated[str, typer.Argument(help="postgresql://USER:PASSWORD@HOST/NAME, empty or from a run before.")],
) -> None:
    """Move an installation from SQLite to PostgreSQL; run it again after an interruption and it goes on."""
    from api.storage.copying import check_addresses, copy_all
    from api.storage.database import Database

    check_addresses(source, target)
    with closing(Database(source)) as here, closing(Database(target)) as there:
        for copied in copy_all(here, there):
            typer.echo(f"{copied.table}: {copied.rows:,} rows ({copied.added:,} added), sha256 {copied.digest}")
    typer.echo("Both hold the same. Set MODERATION_DATABASE_URL to the new address and start servers and workers.")
