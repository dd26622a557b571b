"""``moderation policy``: what the effective policy says, and where each line comes from."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Policies: where evidence starts to matter.", no_args_is_help=True)

_HELP = "A directory of policies; the ones in force on this machine, or the shipped ones, by default."


@app.command()
def lint(
    directory: Annotated[Path | None, typer.Argument(help=_HELP, envvar="MODERATION_POLICIES")] = None,
) -> None:
    """Check every policy file and all overlays; exit status 1 with file and line when one cannot be used."""
    from moderation.policy import POLICY_DIRECTORY, load_policies

    book = load_policies(directory or POLICY_DIRECTORY)
    for name in book.names:
        typer.echo(f"{name}: whole. {book.describe(name)}")


@app.command()
def show(
    name: Annotated[str, typer.Argument()] = "balanced",
    brand: Annotated[str | None, typer.Option()] = None,
    product: Annotated[str | None, typer.Option()] = None,
    region: Annotated[str | None, typer.Option()] = None,
    directory: Annotated[Path | None, typer.Option(help=_HELP, envvar="MODERATION_POLICIES")] = None,
) -> None:
    """Print the effective policy; four scores per outcome, for severity 1 to 4, and the layer that wrote each."""
    from moderation.policy import NEVER, POLICY_DIRECTORY, load_policies

    policy = load_policies(directory or POLICY_DIRECTORY).effective(name, brand=brand, product=product, region=region)

    def scores(values: tuple[float, ...]) -> str:
        return " ".join("never" if value == NEVER else f"{value:5.2f}" for value in values)

    typer.echo(policy.version)
    typer.echo(f"{'category':18}{'review from':26}{'reject from':26}written by")
    for category, line in policy.thresholds.items():
        typer.echo(f"{category:18}{scores(line.review):26}{scores(line.reject):26}{line.origin}")
