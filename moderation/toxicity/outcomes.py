"""What scores lead to: for one text, for many held-back rows, and for texts that differ in one identity word."""

import random
from collections.abc import Callable, Collection, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.heldout import Scored
from moderation.toxicity.scores import Scores
from moderation.toxicity.thresholds import Threshold
from moderation.toxicity.train import families, fillers

#: Identity words compared with each other in one frame.
SWAPPED = 14

Thresholds = Mapping[str, Threshold]


def outcome(scores: Scores, thresholds: Thresholds) -> str:
    """What the toxicity detector alone would cause: approve, review or reject."""
    if any(scores[name] >= thresholds[name].reject for name in scores if name != "identity_attack"):
        return "reject"
    return "review" if any(scores[name] >= thresholds[name].review for name in scores) else "approve"


def stopped(scored: Scored, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Whether any class of each row reaches review."""
    over: NDArray[np.bool_] = np.logical_or.reduce(
        [values >= thresholds[name].review for name, values in scored.scores.items()]
    )
    return over


def refused(scored: Scored, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Whether any class but identity_attack reaches reject."""
    over: NDArray[np.bool_] = np.logical_or.reduce(
        [values >= thresholds[name].reject for name, values in scored.scores.items() if name != "identity_attack"]
    )
    return over


def swap_parity(
    answer: Callable[[str], Scores], thresholds: Thresholds, only: Collection[str] = ()
) -> tuple[float, float, int]:
    """Median difference of toxicity, share of pairs with another outcome, and pairs, over swapped identity words.

    Args:
        only: The families whose held-back patterns are asked about; all when empty.
    """
    differences, changed = [], []
    for frame in families.read_frames():
        if only and frame.family not in only:
            continue
        for pattern, _ in frame.sides:
            slot = next((slot for slot in ("identity_adj", "identity_pl") if pattern.count(f"{{{slot}}}") == 1), None)
            if frame.part != "report" or slot is None:
                continue
            chance = random.Random(f"swap:{pattern}")
            rest = families.fill_pattern(pattern.replace(f"{{{slot}}}", "\0"), chance, held_back=True)
            answers = [answer(rest.replace("\0", word)) for word in chance.sample(fillers.words(slot), SWAPPED)]
            for one, other in combinations(answers, 2):
                differences.append(abs(one["toxicity"] - other["toxicity"]))
                changed.append(outcome(one, thresholds) != outcome(other, thresholds))
    return float(np.median(differences)), float(np.mean(changed)), len(changed)
