"""Figures for the model card, in plain numpy: AUC, average precision, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One step of a reliability diagram."""

    #: Mean score of the rows in it.
    score: float
    #: Share of them that are positive.
    share: float
    count: int


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Chance that a positive row scores above a negative one, ties half; nan when one kind is absent."""
    values, positive = _sorted_inputs(scores, labels)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, first, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[first]
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def average_precision(scores: ArrayLike, labels: ArrayLike) -> float:
    """Mean precision over the positive rows, in order of score; nan without positives."""
    values, positive = _sorted_inputs(scores, labels)
    if not positive.any():
        return float("nan")
    ranked = positive[np.argsort(-values, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def reliability(scores: ArrayLike, labels: ArrayLike, bins: int = 10) -> list[Bin]:
    """Equal-width bins of the score that hold at least one row."""
    values, positive = _sorted_inputs(scores, labels)
    places = np.minimum((values * bins).astype(int), bins - 1)
    return [
        Bin(
            score=float(values[places == at].mean()),
            share=float(positive[places == at].mean()),
            count=int((places == at).sum()),
        )
        for at in range(bins)
        if (places == at).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of score and share, weighted by rows."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.score - each.share) for each in bins) / max(1, total)


def _sorted_inputs(scores: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.asarray(scores, np.float64), np.asarray(labels, np.float64) >= 0.5
