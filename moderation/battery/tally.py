"""What came of a battery: counts by technique, category, language and class, and what went wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderation.battery.sample import Sample
from moderation.decision import Decision
from moderation.evidence import Outcome
from moderation.pipeline import Pipeline
from moderation.policy import DEFAULT_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sample and what the pipeline made of it."""

    sample: Sample
    decision: Decision

    @property
    def is_stopped(self) -> bool:
        return self.decision.outcome is not Outcome.APPROVE

    @property
    def is_right(self) -> bool:
        """A harmful order was stopped, or an innocent one passed."""
        return self.is_stopped == self.sample.is_harmful

    @property
    def causes(self) -> tuple[str, ...]:
        """The detectors whose findings reached the reasons that were given."""
        found = (each.detector for each in self.decision.evidence if each.category in self.decision.reasons)
        return tuple(dict.fromkeys(found))


def judge(samples: Iterable[Sample], pipeline: Pipeline, *, policy: str = DEFAULT_POLICY) -> Iterator[Judged]:
    """Every sample through the whole pipeline, in order."""
    for sample in samples:
        yield Judged(sample=sample, decision=pipeline.moderate(sample.request, policy=policy))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def ratio(self) -> float:
        return self.count / self.of if self.of else 0.0


class Tally:
    """Shares of stopped orders, by any of the ways in which a battery is told apart."""

    def __init__(self) -> None:
        self._stopped: Counter[tuple[bool, str, str, str, bool]] = Counter()
        self._all: Counter[tuple[bool, str, str, str, bool]] = Counter()
        self.causes: Counter[str] = Counter()
        self.wrong: list[Judged] = []

    def add(self, judged: Judged) -> None:
        sample = judged.sample
        key = (sample.is_harmful, sample.kind, str(sample.category or ""), sample.language, sample.is_held)
        self._all[key] += 1
        self._stopped[key] += judged.is_stopped
        if not judged.is_right:
            self.wrong.append(judged)
            self.causes.update(() if sample.is_harmful else judged.causes)

    def stopped(
        self, *, harmful: bool, kind: str | None = None, category: str | None = None, language: str | None = None,
        held: bool | None = None,
    ) -> Share:  # fmt: skip
        """How many were stopped of those that are meant; None means all."""
        wanted = (harmful, kind, category, language, held)
        keys = [key for key in self._all if all(w is None or w == k for w, k in zip(wanted, key, strict=True))]
        return Share(sum(self._stopped[key] for key in keys), sum(self._all[key] for key in keys))

    def cells(self, *, harmful: bool) -> Iterator[tuple[str, str, str, bool, Share]]:
        """Kind, category, language, whether held back, and how many were stopped; only what occurs, in order."""
        for key in sorted(self._all):
            if key[0] is harmful:
                yield *key[1:], Share(self._stopped[key], self._all[key])

    def names(self, column: str, *, harmful: bool) -> list[str]:
        """The kinds, categories or languages that occur, in order."""
        at = ("kind", "category", "language").index(column) + 1
        return list(dict.fromkeys(str(key[at]) for key in sorted(self._all) if key[0] is harmful))
