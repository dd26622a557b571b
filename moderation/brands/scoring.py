"""Scoring: how sure a claim is, once its stance is taken; a logistic model small enough to be read."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moderation.brands.framing import Claim
from moderation.brands.stance import Stance

SHIPPED_WEIGHTS = Path(__file__).parent / "weights.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One number for each feature of a stance, and one for the strength of the frame."""

    bias: float
    strength: float
    stance: Mapping[str, float]

    def score(self, claim: Claim, stance: Stance) -> float:
        """0.0 to 1.0."""
        features = stance.features()
        total = self.bias + self.strength * logit(claim.frame.strength)
        total += sum(weight * features[name] for name, weight in self.stance.items())
        return 1.0 / (1.0 + math.exp(-total))


def logit(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def load_weights(path: Path = SHIPPED_WEIGHTS) -> Weights:
    """The reviewed coefficients that ship with the code."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Weights(bias=data["bias"], strength=data["strength"], stance=data["stance"])
