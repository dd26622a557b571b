"""A shop's own labelled orders against the decisions: outcome table, misses, false alarms, wrong reasons."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.records import Record, Unreadable, open_source
from moderation.decision import Decision
from moderation.errors import InvalidRequest
from moderation.evidence import Outcome
from moderation.pipeline import Pipeline
from moderation.request import parse_request

#: What a label may say; ``stop`` is met by review and by reject.
EXPECTED = ("approve", "review", "reject", "stop")
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_LABELS = ("id", "expected", "reason", "class")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One order on which the label and the decision differ."""

    #: ``missed``, ``false alarm``, ``other outcome`` or ``wrong reason``.
    kind: str
    line: int
    texts: tuple[str, ...]
    expected: str
    outcome: str
    reasons: tuple[str, ...]
    #: The category that the label names; empty when it names none.
    reason: str
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        found = ", ".join(self.reasons)
        wanted = f", expected {self.reason}" if self.kind == "wrong reason" else ""
        return f"line {self.line}: {' | '.join(self.texts)}  -> {self.outcome} {found}{wanted}".rstrip()


class LabelledReport:
    """How the decisions on one file compare with its labels, and how that is told."""

    def __init__(self) -> None:
        self.table: Counter[tuple[str, str, str]] = Counter()
        self.disagreements: list[Disagreement] = []
        self.unreadable: list[str] = []

    @classmethod
    def of(cls, pipeline: Pipeline, file: Path, *, policy: str) -> "LabelledReport":
        """Judge every record of the file; lines that are no labelled order are named and left out."""
        report = cls()
        with open_source(str(file)) as records:
            for line, record in enumerate(records, 1):
                report._add(line, record, pipeline, policy)
        return report

    def _add(self, line: int, record: Record | Unreadable, pipeline: Pipeline, policy: str) -> None:
        if isinstance(record, Unreadable):
            self.unreadable.append(f"line {line}: {record.detail}")
            return
        expected = record.get("expected")
        if expected not in EXPECTED:
            self.unreadable.append(f'line {line}: "expected" is {expected!r}; write one of {", ".join(EXPECTED)}.')
            return
        try:
            # An empty cell of a table is a value that was not given, except for the text itself.
            given = {k: v for k, v in record.items() if k not in _LABELS and (k == "text" or v not in (None, ""))}
            decision = pipeline.moderate(parse_request(given), policy=policy)
        except InvalidRequest as error:
            self.unreadable.append(f"line {line}: {error}")
            return
        self.table[str(record.get("class") or "all"), expected, decision.outcome.value] += 1
        if kind := _disagrees(expected, str(record.get("reason") or ""), decision):
            self.disagreements.append(_disagreement(kind, line, record, decision))

    def as_text(self, limit: int) -> str:
        lines = [f"{'class':32}{'expected':10}" + "".join(f"{outcome:>9}" for outcome in _OUTCOMES)]
        for name, expected in sorted({(name, expected) for name, expected, _ in self.table}):
            counts = "".join(f"{self.table[name, expected, outcome]:9}" for outcome in _OUTCOMES)
            lines.append(f"{name[:31]:32}{expected:10}{counts}")
        innocent = sum(count for (_, expected, _), count in self.table.items() if expected == "approve")
        kinds = Counter(each.kind for each in self.disagreements)
        lines.append(
            f"missed {kinds['missed']} of {self.table.total() - innocent}; "
            f"false alarms {kinds['false alarm']} of {innocent}"
        )
        for kind, count in kinds.items():
            found = [str(each) for each in self.disagreements if each.kind == kind]
            lines += ["", f"{kind} ({count}):", *found[:limit]]
        if self.unreadable:
            lines += ["", f"unreadable ({len(self.unreadable)}):", *self.unreadable[:limit]]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        table = [
            {"class": name, "expected": expected, "outcome": outcome, "count": count}
            for (name, expected, outcome), count in sorted(self.table.items())
        ]
        found = [{name: getattr(each, name) for name in Disagreement.__slots__} for each in self.disagreements]
        return {"table": table, "disagreements": found, "unreadable": self.unreadable}


def _disagrees(expected: str, reason: str, decision: Decision) -> str:
    """The kind of disagreement; empty when the decision is what the label says."""
    is_stopped = decision.outcome is not Outcome.APPROVE
    if is_stopped != (expected != "approve"):
        return "false alarm" if is_stopped else "missed"
    if expected not in ("stop", decision.outcome.value):
        return "other outcome"
    return "wrong reason" if is_stopped and reason and reason not in decision.reasons else ""


def _disagreement(kind: str, line: int, record: Record, decision: Decision) -> Disagreement:
    return Disagreement(
        kind=kind, line=line, texts=_texts(record), expected=str(record["expected"]), outcome=decision.outcome.value,
        reasons=tuple(map(str, decision.reasons)), reason=str(record.get("reason") or ""),
        evidence=tuple(each.source for each in decision.evidence),
    )  # fmt: skip


def _texts(record: Record) -> tuple[str, ...]:
    fields = record.get("fields")
    if isinstance(fields, Mapping):
        return tuple(map(str, fields.values()))
    return tuple(str(each["text"]) for each in fields) if fields else (str(record.get("text")),)
