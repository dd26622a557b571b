"""``moderation quality``: how a shop checks its own reviewers: its rules, its controls, and how alike people read."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.store import open_database

app = typer.Typer(help="Second opinions, double reviews, controls and care.", no_args_is_help=True)

MerchantOption = Annotated[str, typer.Option(help="The shop.")]


@app.command("rules")
def rules_(
    file: Annotated[
        Path | None, typer.Argument(help="YAML with the new rules; shows those in force when empty.")
    ] = None,
    merchant: MerchantOption = "default",
) -> None:
    """Show or set the review rules. They hold for verdicts from now on; running servers need no restart."""
    import yaml

    from api.customers.merchants import find_merchant
    from api.reviewing.rules import set_rules

    with open_database().writing() as session:
        shop = find_merchant(session, merchant)
        if file is not None:
            for warning in set_rules(session, shop, _read(file), file.name):
                typer.echo(f"warning: {warning}", err=True)
        text = yaml.safe_dump(shop.review_rules, sort_keys=False, allow_unicode=True).strip()
        typer.echo(text if shop.review_rules else "No rules: every verdict stands alone.")


@app.command()
def controls(
    file: Annotated[Path, typer.Argument(help="YAML: a list of texts with outcome, reason and why.")],
    merchant: MerchantOption = "default",
) -> None:
    """Add cases with a known answer. Each is screened now, so that it looks as it would in the queue."""
    from api.customers.merchants import find_merchant
    from api.intake.policy import policy_of
    from api.main import build_state
    from api.reviewing.known import add_control, parse_known
    from api.settings import Settings
    from api.storage.clock import now

    known = parse_known(_read(file), file.name)
    database, state = open_database(), build_state(Settings())
    with database.writing() as session:
        shop = find_merchant(session, merchant)
        policy, own_lines = policy_of(shop)
        for each in known:
            add_control(
                session, shop, each, state.pipeline.moderate(each.request, policy=policy, merchant=own_lines), now(),
                state.routing,
            )  # fmt: skip
    typer.echo(f"{len(known)} controls added. The review rules say how often reviewers meet one.")


@app.command()
def agreement(merchant: MerchantOption = "default") -> None:
    """How far two people read the rules alike, by category, from blind double reviews of the last 90 days."""
    from api.customers.merchants import find_merchant
    from api.reviewing.quality import look_at_quality
    from api.storage.clock import now

    with open_database().reading() as session:
        report = look_at_quality(session, find_merchant(session, merchant).id, now())
    typer.echo(f"{'category':20}{'pairs':>6}{'alike':>7}{'kappa':>7}")
    for each in (*report.categories, *((report.overall,) if report.overall else ())):
        kappa = "–" if each.kappa is None else f"{each.kappa:.2f}"
        typer.echo(f"{each.name:20}{each.pairs:6}{each.alike:7.0%}{kappa:>7}")


def _read(file: Path) -> Any:
    import yaml

    from moderation.errors import PolicyError
    from moderation.yaml_text import error_line, load_yaml

    try:
        return load_yaml(file.read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be opened ({error.strerror}). Give a YAML file.") from error
    except yaml.YAMLError as error:
        raise PolicyError(f"{file.name}:{error_line(error)}: not valid YAML. Mend this line.") from error
