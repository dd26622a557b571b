"""What a toxicity model answers: seven classes, each with a score between 0 and 1.

The classes are Detoxify's, so that its checkpoints and ours are interchangeable.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from moderation.toxicity.thresholds import Threshold

if TYPE_CHECKING:
    from moderation.toxicity.cache import CacheCounts

#: In the order of Detoxify's ``unbiased`` checkpoints.
CLASSES: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "identity_attack",
    "insult",
    "threat",
    "sexual_explicit",
)

Scores = Mapping[str, float]


class ToxicityModel(Protocol):
    """Gives scores for one text; the answer depends on that text alone, never on its neighbours."""

    @property
    def version(self) -> str:
        """Short hash of the very file that answers; recorded with every decision."""
        ...

    @property
    def thresholds(self) -> Mapping[str, Threshold]:
        """Of every class of the model, calibrated on the file that answers."""
        ...

    def scores(self, text: str) -> Scores:
        """One score, 0.0 to 1.0, for each class of the model.

        Text longer than the model's window is scored in overlapping windows and the maximum counts.

        Raises:
            DetectorUnavailable: The model cannot answer now.
        """
        ...

    def cache_counts(self) -> "CacheCounts":
        """How often this text or its like had been answered before."""
        ...


def maximum(several: Iterable[Scores]) -> dict[str, float]:
    """The highest score of each class; nothing in gives nothing out."""
    highest: dict[str, float] = {}
    for scores in several:
        for name, score in scores.items():
            highest[name] = max(score, highest.get(name, 0.0))
    return highest
