"""Tables of what generated batteries showed: disguises by technique, category and language; false alarms by class."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moderation.battery import Sample, choose_terms, disguise, innocents
from moderation.battery.tally import Judged, Share, Tally, judge
from moderation.pipeline import Pipeline
from moderation.terms import load_lists


class BatteryReport:
    """The tally of one run, and how it is told."""

    def __init__(self, tally: Tally, versions: dict[str, str], seed: int) -> None:
        self._tally, self._versions, self._seed = tally, versions, seed

    @classmethod
    def of(
        cls, pipeline: Pipeline, *, policy: str, seed: int, terms: int, innocents: int, held: bool
    ) -> "BatteryReport":  # fmt: skip
        """Generate the orders of ``seed`` and judge them, watched by a progress bar on a terminal."""
        tally = Tally()
        samples = [each for each in _samples(seed, terms, innocents) if each.is_held or not held]
        for judged in judge(_watched(samples), pipeline, policy=policy):
            tally.add(judged)
        return cls(tally, dict(pipeline.versions), seed)

    def as_text(self, limit: int) -> str:
        parts = [f"seed {self._seed}, " + ", ".join(f"{name} {value}" for name, value in self._versions.items())]
        if self._tally.names("kind", harmful=True):
            parts += [self._matrix("category"), self._matrix("language")]
        if self._tally.names("kind", harmful=False):
            parts.append(self._alarms())
        parts += [_told(name, wrong, limit) for name, wrong in self._wrong().items() if wrong and limit]
        return "\n\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        cells = [
            {"technique": kind, "category": category, "language": language, **_counts(share, held)}
            for kind, category, language, held, share in self._tally.cells(harmful=True)
        ]
        classes = [
            {"class": kind, "language": language, **_counts(share, held)}
            for kind, _, language, held, share in self._tally.cells(harmful=False)
        ]
        wrong = {name: [_as_record(each) for each in found] for name, found in self._wrong().items()}
        return {"seed": self._seed, "versions": self._versions, "disguises": cells, "innocents": classes, **wrong}

    def _wrong(self) -> dict[str, list[Judged]]:
        return {
            "misses": [each for each in self._tally.wrong if each.sample.is_harmful],
            "false_alarms": [each for each in self._tally.wrong if not each.sample.is_harmful],
        }

    def _matrix(self, column: str) -> str:
        names = self._tally.names(column, harmful=True)
        head = f"disguises stopped, % by {column}; held: what nothing was fitted on"
        return _table(head, names, self._tally.names("kind", harmful=True), self._row(column, names))

    def _row(self, column: str, names: list[str]) -> Callable[[str | None], str]:
        def row(kind: str | None) -> str:
            cells = [self._tally.stopped(harmful=True, kind=kind, **{column: name}) for name in names]  # type: ignore[arg-type]
            every = self._tally.stopped(harmful=True, kind=kind)
            held = self._tally.stopped(harmful=True, kind=kind, held=True)
            return f"{_of(every)}{_of(held)} " + "".join(f"{_percent(cell):>7}" for cell in cells)

        return row

    def _alarms(self) -> str:
        def row(kind: str | None) -> str:
            every = self._tally.stopped(harmful=False, kind=kind)
            held = self._tally.stopped(harmful=False, kind=kind, held=True)
            return f"{_of(every)}{_of(held)}"

        told = _table("innocent orders stopped", [], self._tally.names("kind", harmful=False), row)
        causes = ", ".join(f"{name} {count}" for name, count in self._tally.causes.most_common())
        return f"{told}\nstopped by: {causes or 'nothing'}"


def _samples(seed: int, terms: int, each: int) -> Iterator[Sample]:
    lists = load_lists()
    yield from disguise(choose_terms(lists.blocked, each=terms, seed=seed), seed=seed)
    if each:
        yield from innocents(lists.blocked, each=each, seed=seed)


def _watched(samples: list[Sample]) -> Iterable[Sample]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(samples, "Judging", console=console) if console.is_terminal else samples


def _table(head: str, names: list[str], kinds: list[str], row: Callable[[str | None], str]) -> str:
    columns = "".join(f"{name[:6]:>7}" for name in names)
    lines = [head, f"{'':36}{'all':>18}{'held':>18} {columns}".rstrip()]
    lines += [f"{kind[:35]:36}{row(kind)}" for kind in kinds]
    return "\n".join([*lines, f"{'together':36}{row(None)}"])


def _of(share: Share) -> str:
    return f"{f'{share.count}/{share.of}':>12}{_percent(share):>6}"


def _percent(share: Share) -> str:
    return f"{100 * share.ratio:.1f}" if share.of else "·"


def _counts(share: Share, held: bool) -> dict[str, Any]:
    return {"held": held, "stopped": share.count, "of": share.of}


def _told(name: str, wrong: list[Judged], limit: int) -> str:
    lines = [f"{name.replace('_', ' ')} ({len(wrong)}):"]
    for each in wrong[:limit]:
        reasons = ", ".join(each.decision.reasons) or each.sample.source
        lines.append(f"  {each.sample.kind}: {' | '.join(each.sample.texts)!r} -> {each.decision.outcome} {reasons}")
    return "\n".join(lines)


def _as_record(judged: Judged) -> dict[str, Any]:
    sample, decision = judged.sample, judged.decision
    return {
        "texts": sample.texts, "kind": sample.kind, "language": sample.language, "held": sample.is_held,
        "source": sample.source, "outcome": decision.outcome, "reasons": decision.reasons,
        "evidence": [each.source for each in decision.evidence],
    }  # fmt: skip
