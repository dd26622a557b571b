"""How sure a match is: a logistic regression over what the disguise cost; coefficients in ``data/weights.csv``."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import exp

#: Readings that ask more of a reader than letters in order, and the feature each adds.
READING_FEATURES = {
    "reversed": "reversed", "upside down": "upside_down", "mirrored": "mirrored", "turned letters": "look_alikes",
    "look-alikes": "look_alikes", "as displayed": "displayed", "hidden letters": "hidden_letters", "letters apart": "apart",
    "letters drawn with signs": "drawn", "letters drawn with letters": "drawn_letters", "read aloud": "spoken",
    "transliterated": "transliterated", "calculator": "calculator", "filler letters": "filler", "pig latin": "pig_latin",
    "emoji as words": "emoji", "emoji as slang": "emoji", "first letters of words": "word_initials",
    "first letters of lines": "line_initials", "name and number": "numbered", "words by capitals": "humped",
    "as on a plate": "plate",
}  # fmt: skip


@cache
def weights() -> Mapping[str, float]:
    """Feature -> weight, ``bias`` among them."""
    rows = files("moderation.matching").joinpath("data/weights.csv").read_text("utf-8").splitlines()
    return {row["feature"]: float(row["weight"]) for row in csv.DictReader(rows)}


def score(features: Mapping[str, float]) -> float:
    """The probability that a person reads the term; ``features`` without an entry of their own weigh nothing."""
    table = weights()
    total = table["bias"] + sum(table[name] * value for name, value in features.items())
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
