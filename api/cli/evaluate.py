"""``moderation evaluate``: how well the pipeline does on labelled requests."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer


def evaluate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines with an 'expected' key.")],
    policy: Annotated[str, typer.Option(metavar="NAME")] = "balanced",
    limit: Annotated[int, typer.Option(help="How many misses and false alarms are printed.")] = 20,
) -> None:
    """Compare decisions with labels: outcome table, misses, false alarms.

    Each line is a request with ``"expected"``: ``approve``, ``review``, ``reject``, or ``stop`` for either of the last
    two; optionally ``"reason"`` (the category that must be among the reasons) and ``"class"`` (rows of the matrix).
    """
    from api.cli.records import Unreadable, read_json_lines
    from moderation.pipeline import build_pipeline
    from moderation.request import parse_request

    pipeline = build_pipeline()
    table: Counter[tuple[str, str, str]] = Counter()
    wrong: dict[str, list[str]] = {"missed": [], "false alarm": [], "wrong reason": [], "unreadable": []}
    with file.open("rb") as lines:
        for number, record in enumerate(read_json_lines(lines), 1):
            if isinstance(record, Unreadable) or record.get("expected") not in ("approve", "review", "reject", "stop"):
                wrong["unreadable"].append(f"{file.name}:{number}: not a request with 'expected'")
                continue
            request = parse_request({k: v for k, v in record.items() if k not in ("expected", "reason", "class")})
            decision = pipeline.moderate(request, policy=policy)
            expected = record["expected"]
            table[str(record.get("class", "all")), expected, decision.outcome] += 1
            _judge(record, decision, f"{file.name}:{number}", wrong)
    _print(table, wrong, limit)
    if wrong["unreadable"]:
        raise typer.Exit(1)


def _judge(record: Any, decision: Any, where: str, wrong: dict[str, list[str]]) -> None:
    stopped, expected = decision.outcome != "approve", record["expected"]
    shown = f"{where}: {' | '.join(_texts(record))}  -> {decision.outcome} {', '.join(decision.reasons)}"
    if expected == "approve" and stopped:
        wrong["false alarm"].append(shown)
    elif expected != "approve" and not stopped:
        wrong["missed"].append(shown)
    elif stopped and record.get("reason") and record["reason"] not in decision.reasons:
        wrong["wrong reason"].append(f"{shown}, expected {record['reason']}")


def _texts(record: Any) -> list[str]:
    fields = record.get("fields")
    if isinstance(fields, dict):
        return [str(text) for text in fields.values()]
    return [str(each["text"]) for each in fields] if fields else [str(record.get("text"))]


def _print(table: Counter[tuple[str, str, str]], wrong: dict[str, list[str]], limit: int) -> None:
    typer.echo(f"{'class':32}{'expected':10}{'approve':>9}{'review':>9}{'reject':>9}")
    for name, expected in sorted({(name, expected) for name, expected, _ in table}):
        counts = "".join(f"{table[name, expected, outcome]:9}" for outcome in ("approve", "review", "reject"))
        typer.echo(f"{name:32}{expected:10}{counts}")
    harmless = sum(n for (_, expected, _), n in table.items() if expected == "approve")
    harmful = sum(table.values()) - harmless
    typer.echo(f"missed {len(wrong['missed'])} of {harmful}; false alarms {len(wrong['false alarm'])} of {harmless}")
    for kind, rows in wrong.items():
        if rows:
            typer.echo(f"\n{kind} ({len(rows)}):")
            typer.echo("\n".join(rows[:limit]))
