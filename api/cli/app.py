"""The ``moderation`` command: one module per group of commands; imports that cost time stay inside the commands."""

import sys

import typer
from pydantic import ValidationError

from api.cli import (
    audit,
    brands,
    db,
    demo,
    evaluate,
    holds,
    judged,
    keys,
    lists,
    models,
    policy,
    quality,
    reviewers,
    screen,
    serve,
)
from api.errors import BulkRefused, Problem, StartRefused, StoreRefused
from moderation.errors import ModerationError

app = typer.Typer(
    name="moderation",
    help="Moderates the words customers put on products: approve, reject for the one true reason, or review.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("screen")(screen.screen)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("evaluate")(evaluate.evaluate)
app.command("demo")(demo.demo)
lists.app.command("judged")(judged.judged)
for name, group in (
    ("db", db.app),
    ("keys", keys.app),
    ("holds", holds.app),
    ("audit", audit.app),
    ("reviewers", reviewers.app),
    ("quality", quality.app),
    ("lists", lists.app),
    ("brands", brands.app),
    ("policy", policy.app),
    ("models", models.app),
):
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command line; errors of ours are one sentence on standard error and exit status 1."""
    try:
        app()
    except ValidationError as error:
        from api.settings import PREFIX

        for each in error.errors():
            name = PREFIX + "_".join(map(str, each["loc"])).upper()
            typer.echo(f"moderation: set {name}: {each['msg']}. docs/settings.md lists all settings.", err=True)
        sys.exit(1)
    except (ModerationError, BulkRefused, Problem, StartRefused, StoreRefused) as error:
        typer.echo(f"moderation: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        from api.cli.store import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        typer.echo(f"moderation: {sentence}", err=True)
        sys.exit(1)
