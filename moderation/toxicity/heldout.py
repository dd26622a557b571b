"""Rows that training never saw, scored by the very engine that serves: for calibration and for the report.

Generated families are split by sentence pattern. Of the labelled test files, half calibrates and half is
reported on; the Wikipedia and ConvAbuse test sets are only ever reported on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.scores import CLASSES, Scores
from moderation.toxicity.train import families
from moderation.toxicity.train.rows import TEST_FILE, Row, read_rows, share

#: What fits on a product; longer rows say nothing about false alarms there.
SHORT = 60
#: Sources that are neither trained nor calibrated on.
UNTOUCHED = ("wiki_toxicity", "convabuse")
#: Rows of one generated sentence pattern that count.
ROWS_OF_A_PATTERN = 6
#: Rows of one source that are scored at most; enough for two digits.
MOST_ROWS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Rows with their scores, by class."""

    rows: Sequence[Row]
    scores: Mapping[str, NDArray[np.float64]]

    def where(self, keep: Callable[[Row], bool]) -> "Scored":
        """The rows that satisfy a condition."""
        places = [at for at, row in enumerate(self.rows) if keep(row)]
        return Scored(
            rows=[self.rows[at] for at in places], scores={name: values[places] for name, values in self.scores.items()}
        )

    def of(self, source: str) -> "Scored":
        """The rows of one source or family."""
        return self.where(lambda row: row.source == source)

    @property
    def harmful(self) -> NDArray[np.bool_]:
        """Whether raters or the generator call the row toxic; unknown counts as not."""
        return np.array([row.labels.get("toxicity", 0.0) >= 0.5 for row in self.rows], bool)

    def labels(self, name: str) -> NDArray[np.float64]:
        """The label of a class, nan where unknown."""
        return np.array([row.labels.get(name, np.nan) for row in self.rows], np.float64)


def score(rows: Sequence[Row], answer: Callable[[str], Scores]) -> Scored:
    """Ask the model about every row."""
    answers = [answer(row.text) for row in rows]
    return Scored(rows=rows, scores={name: np.array([each[name] for each in answers]) for name in CLASSES})


def family_rows(part: families.Part) -> list[Row]:
    """The held-back rows of the generated families, at most ``ROWS_OF_A_PATTERN`` of one sentence pattern.

    Rows of one pattern stand or fall together: thirty of them are hardly more evidence than six. Patterns that are
    nothing but a name, a place or a word are exempt, because each of their rows is another question.
    """
    counts: Counter[str] = Counter()
    chosen = []
    for row in families.rows(part):
        counts[row.frame] += 1
        if counts[row.frame] <= ROWS_OF_A_PATTERN or families.is_bare(row.frame):
            chosen.append(row)
    return chosen


def labelled_rows(data: Path, part: families.Part) -> list[Row]:
    """The labelled test rows of one part, each source cut to ``MOST_ROWS``; rows without a toxicity label left out."""
    counts: dict[str, int] = {}
    chosen = []
    for row in read_rows(data / TEST_FILE):
        belongs = "report" if row.source in UNTOUCHED or share(row.text, "half") < 0.5 else "calibration"
        if belongs != part or "toxicity" not in row.labels:
            continue
        counts[row.source] = counts.get(row.source, 0) + 1
        if counts[row.source] <= MOST_ROWS or row.source in UNTOUCHED:
            chosen.append(row)
    return chosen
