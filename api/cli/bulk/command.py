"""``moderation screen FILES... --output DIR``: a job from the command line, with its progress and its sum."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.bulk.folder import Folder
from api.cli.bulk.plan import Job, plan_parts
from api.cli.bulk.run import Run, count_outcomes, find_files, start


def screen_files(
    patterns: Sequence[str],
    output: str,
    *,
    policy: str,
    written: str,
    defaults: dict[str, str],
    runner: Literal["native", "ray"],
    address: str | None,
    workers: int | None,
) -> None:
    """Screen all files into the directory; exit status 1 when a record of any of them could not be read."""
    from moderation.policy import load_policies

    if "-" in patterns:
        raise typer.BadParameter("Standard input cannot be read in parts. Give files, or --output FILE.")
    load_policies().effective(policy)
    wanted = start(runner, workers, address)
    folder = Folder(output)
    job = Job(policy=policy, format=written, defaults=defaults, parts=plan_parts(find_files(patterns)))
    run = Run(job, folder)
    before = sorted(set(range(len(job.parts))) - set(run.open))
    with _progress() as progress:
        total, finished = sum(part.rows for part in job.parts), sum(job.parts[number].rows for number in before)
        task = progress.add_task("Screening", total=total, completed=finished)
        counts = count_outcomes(folder, job, before)
        for number, counted in run.screen(runner, wanted):
            counts += counted
            progress.advance(task, job.parts[number].rows)
    typer.echo(_sum(counts, output), err=True)
    if counts["error"]:
        raise typer.Exit(1)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _sum(counts: Counter[str], output: str) -> str:
    told = ", ".join(f"{counts[name]:,} {words}" for name, words in _WORDS.items())
    faults = f" Each error stands in its place in {output}." if counts["error"] else ""
    return f"{told}.{faults}"


_WORDS = {"approve": "approved", "review": "to review", "reject": "rejected", "error": "could not be read"}
