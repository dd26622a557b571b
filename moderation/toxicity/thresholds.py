"""Where each class of a model starts to matter, and how its raw score becomes the product's common score.

The numbers ship with the model as ``thresholds.json``: they are calibrated on the very file that serves
and mean nothing for another one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moderation.errors import ModelError

#: On the common scale of evidence: worth a person's minute, and sure enough to act alone.
REVIEW_SCORE = 0.5
REJECT_SCORE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Raw scores of one class. A missed slur ends up engraved; a needless review costs a minute."""

    review: float
    reject: float

    def __post_init__(self) -> None:
        if not 0.0 < self.review <= self.reject <= 1.0:
            raise ValueError(f"review {self.review} and reject {self.reject} must satisfy 0 < review <= reject <= 1")

    def common(self, raw: float) -> float:
        """The raw score on the common scale, piecewise linear: review is 0.5, reject is 0.9."""
        if raw >= self.reject:
            return _between(raw, self.reject, 1.0, REJECT_SCORE, 1.0)
        if raw >= self.review:
            return _between(raw, self.review, self.reject, REVIEW_SCORE, REJECT_SCORE)
        return _between(raw, 0.0, self.review, 0.0, REVIEW_SCORE)


#: For checkpoints that bring no calibration of their own, such as the official ones: review what the model
#: calls more likely than not, and leave rejection to near certainty.
UNCALIBRATED = Threshold(review=0.5, reject=0.97)


def read_thresholds(path: Path, classes: tuple[str, ...]) -> Mapping[str, Threshold]:
    """The thresholds of each class; an absent file gives the uncalibrated ones.

    Raises:
        ModelError: The file names a class that the model lacks, lacks one that it has, or holds impossible numbers.
    """
    if not path.exists():
        return dict.fromkeys(classes, UNCALIBRATED)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found = {
            name: Threshold(review=float(pair["review"]), reject=float(pair["reject"])) for name, pair in data.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{path}: not a table of class to review and reject ({error}). Compile the model again."
        ) from error
    if set(found) != set(classes):
        raise ModelError(
            f"{path}: thresholds for {sorted(found)}, but the model's classes are {sorted(classes)}. "
            "Give each class of the model a review and a reject number."
        )
    return found


def write_thresholds(path: Path, thresholds: Mapping[str, Threshold]) -> None:
    """Write ``{class: {review, reject}}``."""
    data = {
        name: {"review": round(each.review, 4), "reject": round(each.reject, 4)} for name, each in thresholds.items()
    }
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _between(value: float, low: float, high: float, low_score: float, high_score: float) -> float:
    if high <= low:
        return high_score
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return low_score + share * (high_score - low_score)
