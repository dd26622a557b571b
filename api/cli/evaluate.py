"""``moderation evaluate``: how well the pipeline does, on generated batteries or on a shop's own labelled orders."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="Labelled orders (JSON Lines, CSV or Parquet with an 'expected' column); none: generated batteries.",
        ),
    ] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy that decides.")] = "balanced",
    seed: Annotated[int, typer.Option(help="Of the generated batteries; the same seed makes the same orders.")] = 1,
    terms: Annotated[
        int, typer.Option(min=0, help="Listed terms that are disguised, of each category and language.")
    ] = 2,
    innocents: Annotated[int, typer.Option(min=0, help="Innocent orders of each generated class.")] = 100,
    held: Annotated[bool, typer.Option("--held", help="Only the part that nothing was fitted on.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="How many misses and false alarms are printed.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Measure what is caught and what is stopped in error.

    Without FILE, orders are generated: the terms of the lists in every disguise, as a table of technique by category
    and by language; and innocent names, places, words and phrases by class. With FILE, decisions are compared with
    labels: ``"expected"`` is ``approve``, ``review``, ``reject``, or ``stop`` for either of the last two; optional
    ``"reason"`` is the category that must be among the reasons, ``"class"`` a row of the table.

    Exit status: 0 measured, 1 some lines of FILE could not be read, 2 wrong usage.
    """
    from api.cli.evaluate_battery import BatteryReport
    from api.cli.evaluate_labelled import LabelledReport
    from moderation.pipeline import build_pipeline

    pipeline = build_pipeline()
    pipeline.policies.effective(policy)  # an unknown policy is an error of the command, not of every line
    report: BatteryReport | LabelledReport
    if file is None:
        report = BatteryReport.of(pipeline, policy=policy, seed=seed, terms=terms, innocents=innocents, held=held)
    else:
        report = LabelledReport.of(pipeline, file, policy=policy)
    _print(report.as_json() if as_json else report.as_text(limit))
    if isinstance(report, LabelledReport) and report.unreadable:
        raise typer.Exit(1)


def _print(said: str | dict[str, Any]) -> None:
    # Escaped, so that a lone surrogate in an order cannot break the output.
    typer.echo(said if isinstance(said, str) else json.dumps(said))
