"""Choose each class's review and reject thresholds on rows that training never saw, by cost.

The general class may stop a small share of clean messages and each kind of harm an eighth of it, so that one number,
the share, decides everything; the curve over that share is in the model card. A message counts as caught when any
class reaches review.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.thresholds import Threshold

#: A missed harmful message costs as much as this many needless reviews: it ends up on a product, and in the news.
COST_OF_A_MISS = 20.0
#: Of a hundred orders, about this many are harmful; what makes the two mistakes comparable.
HARMFUL_SHARE = 0.03
#: The promise is three in a hundred; half of it is left for texts that were not foreseen.
MOST_FALSE_ALARMS = 0.015
#: The class that stands for harm of any kind, and what part of its share each other class gets. On calibration rows the
#: general class sees most; equal shares for all seven spend the same false alarms for a tenth fewer catches.
GENERAL = "toxicity"
SHARE_OF_A_KIND = 1 / 8
#: Rejection begins beyond every clean row, by three quarters of what is left to certainty: a false rejection is
#: worse than a needless review, and a few thousand rows cannot show the one in ten thousand that matters.
BEYOND_CLEAN = 0.75
LEAST_REJECT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One choice of review thresholds."""

    #: Share of clean rows that the general class alone may stop.
    share: float
    false_alarms: float
    caught: float

    @property
    def cost(self) -> float:
        """Cost of a thousand orders, in reviews."""
        missed = HARMFUL_SHARE * (1 - self.caught) * COST_OF_A_MISS
        return 1000 * (missed + (1 - HARMFUL_SHARE) * self.false_alarms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The choice and the curve that shows it."""

    thresholds: Mapping[str, Threshold]
    chosen: Point
    curve: Sequence[Point]


def calibrate(scores: Mapping[str, NDArray[np.float64]], harmful: NDArray[np.bool_]) -> Calibration:
    """Thresholds from the scores of held-back rows, as the serving file gives them.

    Args:
        scores: By class, one score for each row.
        harmful: Whether each row is harmful.
    """
    curve = [_point(scores, harmful, share) for share in np.geomspace(0.0005, 0.06, 40)]
    allowed = [point for point in curve if point.false_alarms <= MOST_FALSE_ALARMS] or curve[:1]
    chosen = min(allowed, key=lambda point: point.cost)
    thresholds = {}
    for name, values in scores.items():
        review = _quantile(values[~harmful], _share_of(name, chosen.share))
        highest = float(values[~harmful].max())
        reject = max(LEAST_REJECT, review, highest + BEYOND_CLEAN * (1 - highest))
        thresholds[name] = Threshold(review=review, reject=min(0.999, reject))
    return Calibration(thresholds=thresholds, chosen=chosen, curve=curve)


def is_over(scores: Mapping[str, NDArray[np.float64]], thresholds: Mapping[str, float]) -> NDArray[np.bool_]:
    """Rows in which any class reaches its threshold."""
    reached: NDArray[np.bool_] = np.logical_or.reduce([scores[name] >= limit for name, limit in thresholds.items()])
    return reached


def _point(scores: Mapping[str, NDArray[np.float64]], harmful: NDArray[np.bool_], share: float) -> Point:
    over = is_over(
        scores, {name: _quantile(values[~harmful], _share_of(name, share)) for name, values in scores.items()}
    )
    return Point(share=float(share), false_alarms=float(over[~harmful].mean()), caught=float(over[harmful].mean()))


def _share_of(name: str, share: float) -> float:
    return share if name == GENERAL else share * SHARE_OF_A_KIND


def _quantile(clean: NDArray[np.float64], share: float) -> float:
    """The score that at most this share of the clean rows reaches; kept off the ends of the scale."""
    return float(np.clip(np.nextafter(np.quantile(clean, 1 - share, method="higher"), 2.0), 0.02, 0.995))
