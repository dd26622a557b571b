"""``moderation brands``: brand profiles checked and shown as people read them."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Brand profiles: what a brand is called, says, fears and allows.", no_args_is_help=True)

_Directory = Annotated[Path | None, typer.Argument(help="A directory of brand profiles; the shipped ones by default.")]


@app.command()
def lint(directory: _Directory = None) -> None:
    """Check every profile, theme and word file; exit status 1 with file and line when one cannot be used."""
    from moderation.brands import load_brands
    from moderation.brands.linting import lint_book

    book = load_brands(directory)
    remarks = lint_book(book)
    for remark in remarks:
        typer.echo(remark)
    counted = f"{len(book.profiles)} profiles, {len(book.themes.themes)} themes, {len(book.marks)} marks"
    typer.echo(f"{book.version}: {counted}, {len(remarks)} remarks. Every file can be used.")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The brand, as orders write it.")], directory: _Directory = None
) -> None:
    """Print the profile that an order for this brand is judged by."""
    from moderation.brands import load_brands

    book = load_brands(directory)
    profile = book.profile_for(name)
    if profile is None:
        raise typer.BadParameter("Give the name of a brand.")
    if profile not in book.profiles:
        typer.echo(f"No profile on file for {name!r}: the general themes and its own name hold.")
    for field in fields(profile):
        value = getattr(profile, field.name)
        if value:
            typer.echo(f"{field.name:12}{', '.join(value) if isinstance(value, tuple) else value}")
