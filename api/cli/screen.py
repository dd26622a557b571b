"""``moderation screen``: many requests from a file, or one sentence explained to a person. No database."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def screen(
    source: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="JSON Lines, CSV or Parquet; - reads JSON Lines.")
    ] = "-",
    output: Annotated[str, typer.Option(metavar="FILE|-", help="Where the decisions go; by ending as above.")] = "-",
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="balanced, family, adult-humour or one of yours.")
    ] = "balanced",
    brand: Annotated[str | None, typer.Option(metavar="NAME", help="Brand of requests that name none.")] = None,
    product: Annotated[str | None, typer.Option(metavar="NAME", help="Product of requests that name none.")] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="Explain this one text to a person.")] = None,
) -> None:
    """Decide on every request of a file, in order; or on one TEXT, explained.

    Exit status: 0 all read, 1 some lines could not be read (each has an error in its place), 2 wrong usage.
    """
    from moderation.messages import load_messages
    from moderation.pipeline import build_pipeline
    from moderation.request import PersonalizationRequest

    defaults = {key: value for key, value in (("brand", brand), ("product", product)) if value is not None}
    if text is not None:
        from api.cli.explain import explain

        request = PersonalizationRequest.of(text, **defaults)
        explain(request, build_pipeline().moderate(request, policy=policy), load_messages())
        return
    if source == "-" and sys.stdin.isatty():
        raise typer.BadParameter('Give a FILE, pipe JSON Lines in, or use --text "..." for one sentence.')
    if source != "-" and not Path(source).is_file():
        raise typer.BadParameter(f"There is no file {source}.")
    from api.cli.bulk import screen_records
    from api.cli.records import open_sink, open_source

    pipeline, messages = build_pipeline(), load_messages()
    pipeline.policies.effective(policy)  # an unknown policy is an error of the command, not of every line
    with open_source(source) as records, open_sink(output) as write:
        failed = screen_records(records, write, pipeline, messages, policy=policy, defaults=defaults)
    if failed:
        raise typer.Exit(1)
