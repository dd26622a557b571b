"""``moderation audit``: the sealed log of every decision and of everything that happened around it."""

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
    explained: Annotated[
        list[int] | None,
        typer.Option(
            help="An entry that tells of damage with a known cause, such as a new secret key; repeat for several."
        ),
    ] = None,
) -> None:
    """Follow the whole chain; exit status 1 when anything was changed, removed or reordered."""
    from api.reviewing import audit
    from api.settings import Settings

    settings, database = Settings(), open_database()
    audit.seal_all(database, settings.secret_key, within=float("inf"))
    known = [*audit.known_heads(settings.audit_anchor), *([head] if head else [])]
    with database.reading() as session:
        verified = audit.verify(session, settings.secret_key, known, explained or ())
    for fault in verified.faults:
        typer.echo(fault, err=True)
    if verified.faults:
        typer.echo("The log is not whole. Keep the database as it is, and compare it with a backup.", err=True)
        raise typer.Exit(1)
    typer.echo(f"The log is whole: {verified.head.number} entries. Keep this head for the next time: {verified.head}")


@app.command()
def export() -> None:
    """Write every entry with what the store says of it now, one JSON object a line, to standard output."""
    from api.reviewing import audit
    from api.storage.happened import OPERATOR, happened

    database = open_database()
    with database.writing() as session:
        happened(session, "export", OPERATOR, what="log")
    with database.reading() as session:
        for entry in audit.export(session):
            typer.echo(json.dumps(entry))
