"""Write the training text made for this product: seed patterns, filled, dressed and disguised.

A family is one file of ``seeds/families``: lines with slots such as ``{name}``, under directives:

    @labels insult        the label set of the lines that follow (see LABEL_SETS)
    @pair hate            lines ``clean || harmful`` that share their fillers; the right side has this label set
    @per_frame 12         how many rows one line becomes

Lines are split by their text into train, calibration and report parts, so a held-back row never shares
its sentence pattern with a training row.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train import fillers
from moderation.toxicity.train.disguise import CARRIERS, disguised, dressed
from moderation.toxicity.train.rows import Row, share

Part = Literal["train", "calibration", "report"]
PARTS: tuple[Part, ...] = get_args(Part)

_NOTHING = dict.fromkeys(CLASSES, 0.0)


def _known(*, unknown: tuple[str, ...] = (), **scores: float) -> Mapping[str, float]:
    return {name: score for name, score in (_NOTHING | scores).items() if name not in unknown}


#: What is known about a text of each kind; a class left out is unknown.
LABEL_SETS: Mapping[str, Mapping[str, float]] = {
    "clean": _NOTHING,
    "insult": _known(toxicity=1, insult=1, unknown=("severe_toxicity", "obscene", "sexual_explicit")),
    "obscene": _known(toxicity=1, obscene=1, unknown=("insult", "severe_toxicity", "sexual_explicit", "identity_attack")),
    "sexual": _known(toxicity=1, sexual_explicit=1, unknown=("obscene", "insult", "severe_toxicity", "threat")),
    "threat": _known(toxicity=1, threat=1, unknown=("severe_toxicity", "insult", "obscene", "sexual_explicit")),
    "selfharm": _known(toxicity=1, threat=1, unknown=("severe_toxicity", "insult")),
    "hate": _known(toxicity=1, identity_attack=1, unknown=("severe_toxicity", "insult", "obscene", "threat", "sexual_explicit")),
    "hate_severe": _known(toxicity=1, identity_attack=1, severe_toxicity=0.7, unknown=("insult", "obscene", "threat", "sexual_explicit")),
    "hate_threat": _known(toxicity=1, identity_attack=1, threat=1, severe_toxicity=1, unknown=("insult", "obscene")),
}  # fmt: skip

_SLOT = re.compile(r"\{(\w+)\}")

#: Rows of a pattern with a group in it, as a multiple: what is said must count alike whichever group it is said of.
GROUPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One line of a family file."""

    family: str
    #: Pattern and label set; two of them for a pair.
    sides: tuple[tuple[str, str], ...]
    count: int

    @property
    def key(self) -> str:
        return " || ".join(pattern for pattern, _ in self.sides)

    @property
    def part(self) -> Part:
        """Eight in a hundred patterns calibrate thresholds, twelve are only ever reported on."""
        at = share(self.key, "frame")
        return "report" if at < 0.12 else "calibration" if at < 0.20 else "train"


def read_frames() -> Iterator[Frame]:
    """Every line of every family file, in the order of the files' names."""
    for path in sorted((fillers.SEEDS / "families").glob("*.txt")):
        labels, pair, count = "clean", "", 10
        for line in path.read_text(encoding="utf-8").splitlines():
            directive, _, value = line.partition(" ")
            if directive == "@labels":
                labels, pair = value, ""
            elif directive == "@pair":
                pair = value
            elif directive == "@per_frame":
                count = int(value)
            elif line.strip() and not line.startswith("#"):
                sides = (
                    tuple(zip((side.strip() for side in line.split("||")), ("clean", pair), strict=True))
                    if pair
                    else ((line.strip(), labels),)
                )
                yield Frame(family=path.stem, sides=sides, count=count)


def rows(part: Part, seed: int = 20, scale: float = 1.0) -> Iterator[Row]:
    """The generated rows of one part, pairs side by side.

    Args:
        seed: Fixed in the model card; the same seed and seed files give the same rows.
        scale: Multiplies the number of rows of each pattern.
    """
    for frame in read_frames():
        if frame.part == part:
            yield from _rows_of(frame, part, seed, scale)


def is_bare(pattern: str) -> bool:
    """Whether the pattern is nothing but slots."""
    return not _SLOT.sub("", pattern).strip()


def _rows_of(frame: Frame, part: Part, seed: int, scale: float) -> Iterator[Row]:
    has_slots = "{" in frame.key
    count = frame.count if has_slots else min(frame.count, 3)
    if part == "train" and "{identity_" in frame.key:
        count *= GROUPS
    seen: set[str] = set()
    for number in range(max(1, round(count * scale))):
        for side, (pattern, labels) in enumerate(frame.sides):
            chance = random.Random(f"{seed}:{frame.key}:{number}")
            text = fill_pattern(pattern, chance, held_back=part != "train")
            if number or has_slots:
                text = _vary(text, random.Random(f"{seed}:{frame.key}:{number}:{side}"))
            if text not in seen:
                seen.add(text)
                kind = labels if len(frame.sides) == 1 else f"{frame.family}_{labels}"
                yield Row(text=text, source=f"{frame.family}/{kind}", labels=LABEL_SETS[labels], frame=frame.key)


def fill_pattern(pattern: str, chance: random.Random, *, held_back: bool) -> str:
    """The pattern with every slot filled, in order, by the chances given."""
    return _SLOT.sub(lambda slot: fillers.fill(slot[1], chance, held_back=held_back), pattern)


def _vary(text: str, chance: random.Random) -> str:
    """Mostly as ordered; now and then inside a carrier phrase or disguised, clean and harmful alike."""
    at = chance.random()
    if at < 0.08:
        return disguised(text, chance)
    if at < 0.16 and len(text) < 24:
        return dressed(chance.choice(CARRIERS).format(text), chance)
    return dressed(text, chance)
