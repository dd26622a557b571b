"""Read every group of people alike: what is said must weigh the same whichever group it is said of.

A model learns from texts in which some groups are insulted more often than others, and answers accordingly. The detector
therefore asks about the text with each group's name put in place by one stand-in of the same grammar, so that two messages
which differ in the group alone get one answer by construction. The customer's text is never changed by it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from moderation.toxicity.names import anyone
from moderation.toxicity.scores import Scores, ToxicityModel

FILE = Path(__file__).with_name("groups.txt")

#: The longest name has this many words.
MOST_WORDS = 3

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@cache
def stand_ins() -> Mapping[tuple[str, ...], str]:
    """Names of groups, as case-folded words, to the stand-in; from ``groups.txt``."""
    found: dict[tuple[str, ...], str] = {}
    stand_in = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            stand_in = line[1:].strip()
        elif line.strip() and not line.startswith("#"):
            for name in line.split(","):
                found[tuple(name.casefold().split())] = stand_in
    return found


def impartial(text: str) -> str:
    """The text with each group's name replaced by its stand-in; the same text when it names none."""
    known = stand_ins()
    words = list(_WORD.finditer(text))
    folded = [word.group().casefold() for word in words]
    pieces: list[str] = []
    at = copied = 0
    while at < len(words):
        for count in range(min(MOST_WORDS, len(words) - at), 0, -1):
            stand_in = known.get(tuple(folded[at : at + count]))
            if stand_in is not None:
                pieces += [text[copied : words[at].start()], stand_in]
                copied = words[at + count - 1].end()
                at += count
                break
        else:
            at += 1
    return "".join(pieces) + text[copied:] if pieces else text


def impartial_scores(model: ToxicityModel) -> Callable[[str], Scores]:
    """How the product asks a model, whoever is meant: calibration, report and detector ask alike."""
    return lambda text: model.scores(anyone(impartial(text)))
