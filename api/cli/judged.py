"""``moderation lists judged``: what people made of each entry's findings."""

from datetime import timedelta
from typing import Annotated

import typer

from api.cli.store import open_database


def judged(
    merchant: Annotated[str, typer.Option(help="The shop.")] = "default",
    days: Annotated[int, typer.Option(min=1, help="Verdicts of so many days.")] = 30,
    detectors: Annotated[bool, typer.Option("--detectors", help="By detector instead of by entry.")] = False,
) -> None:
    """How often people upheld or cleared what each entry found; those most often cleared first.

    An entry that is mostly cleared stops innocent orders: give it 'unless' phrases, or a milder action.
    """
    from api.customers.merchants import find_merchant
    from api.reviewing.sources import judge_sources
    from api.storage.clock import now

    with open_database().reading() as session:
        found = judge_sources(session, find_merchant(session, merchant).id, now(), timedelta(days=days))
    typer.echo(f"{'source':40}{'category':20}{'upheld':>7}{'cleared':>8}{'precision':>10}")
    for each in found.detectors if detectors else found.sources:
        typer.echo(f"{each.source:40}{each.category:20}{each.upheld:7}{each.cleared:8}{each.precision:10.2f}")
