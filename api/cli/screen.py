"""``moderation screen``: many requests from files, or one sentence explained to a person. No database."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Runner(StrEnum):
    NATIVE = "native"
    RAY = "ray"


def screen(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILES...|-]",
            help="JSON Lines, CSV or Parquet; patterns and addresses such as s3://bucket/*.csv too. - reads JSON Lines.",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option(metavar="FILE|DIR|-", help="Where the decisions go; a file by ending, a directory in parts.")
    ] = "-",
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="balanced, family, adult-humour or one of yours.")
    ] = "balanced",
    brand: Annotated[str | None, typer.Option(metavar="NAME", help="Brand of requests that name none.")] = None,
    product: Annotated[str | None, typer.Option(metavar="NAME", help="Product of requests that name none.")] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="Explain this one text to a person.")] = None,
    runner: Annotated[
        Runner, typer.Option(help="With a directory: this machine's processes, or a Ray cluster.")
    ] = Runner.NATIVE,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of the Ray cluster; without it one is begun on this machine.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; by default one for each core.", show_default=False)
    ] = None,
    written: Annotated[
        Format, typer.Option("--format", help="How decisions are written into a directory.")
    ] = Format.JSONL,
) -> None:
    """Decide on every request of a file, in order; of many files, in parts, by many workers; or on one TEXT, explained.

    With a directory as output (no file ending) a run that was stopped is continued by the same command.

    Exit status: 0 all read, 1 some lines could not be read (each has an error in its place), 2 wrong usage.
    """
    defaults = {key: value for key, value in (("brand", brand), ("product", product)) if value is not None}
    files = sources or ["-"]
    if text is not None:
        _explain(text, policy, defaults)
    elif _is_directory(output):
        from api.cli.bulk.command import screen_files

        screen_files(
            files,
            output,
            policy=policy,
            written=written.value,
            defaults=defaults,
            runner=runner.value,
            address=address,
            workers=workers,
        )
    elif len(files) > 1 or runner is Runner.RAY:
        raise typer.BadParameter("Many files, and a cluster, need a directory for what they decide: --output DIR.")
    else:
        _screen_one(files[0], output, policy, defaults)


def _is_directory(output: str) -> bool:
    path = Path(output)
    return output != "-" and (path.is_dir() or "://" in output or not (path.suffix or path.exists()))


def _explain(text: str, policy: str, defaults: dict[str, str]) -> None:
    from api.cli.explain import explain
    from moderation.messages import load_messages
    from moderation.pipeline import build_pipeline
    from moderation.request import PersonalizationRequest

    request = PersonalizationRequest.of(text, **defaults)
    explain(request, build_pipeline().moderate(request, policy=policy), load_messages())


def _screen_one(source: str, output: str, policy: str, defaults: dict[str, str]) -> None:
    if source == "-" and sys.stdin.isatty():
        raise typer.BadParameter('Give a FILE, pipe JSON Lines in, or use --text "..." for one sentence.')
    if source != "-" and not Path(source).is_file():
        raise typer.BadParameter(f"There is no file {source}. Patterns and addresses need a directory: --output DIR.")
    from api.cli.bulk.answers import Answerer, screen_records
    from api.cli.records import open_sink, open_source
    from moderation.messages import load_messages
    from moderation.pipeline import build_pipeline

    pipeline = build_pipeline()
    pipeline.policies.effective(policy)  # an unknown policy is an error of the command, not of every line
    answerer = Answerer(pipeline, load_messages(), policy=policy, defaults=defaults)
    with open_source(source) as records, open_sink(output) as write:
        failed = screen_records(records, write, answerer)
    if failed:
        raise typer.Exit(1)
