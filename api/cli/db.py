"""``moderation db``: the schema."""

import typer

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


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
