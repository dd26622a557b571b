"""``moderation audit``: the sealed log of everything that happened to cases and holds."""

import json
from typing import Annotated

import typer

from api.cli.store import open_database

app = typer.Typer(help="Check and export the sealed log of who did what, when.", no_args_is_help=True)


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A head that an earlier run printed; the log must go through it.")
    ] = None,
) -> None:
    """Follow the whole chain; exit status 1 when anything was changed, removed or reordered."""
    from api.reviewing import audit

    database = open_database()
    while audit.seal(database):
        pass
    with database.reading() as session:
        verified = audit.verify(session, head)
    for fault in verified.faults:
        typer.echo(fault, err=True)
    if verified.faults:
        typer.echo("The log is not whole. Keep the database as it is, and compare it with a backup.", err=True)
        raise typer.Exit(1)
    typer.echo(f"The log is whole: {verified.head.number} entries. Keep this head for the next time: {verified.head}")


@app.command()
def export() -> None:
    """Write every entry with what its event says now, one JSON object a line, to standard output."""
    from api.reviewing import audit

    with open_database().reading() as session:
        for entry in audit.export(session):
            typer.echo(json.dumps(entry))
