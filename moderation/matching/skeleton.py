"""The index alphabet: what stays of a text when everything that a disguise may change is taken away.

Letters that are taken for each other share a class (``i l 1 ! |``, ``o 0``, ``u v``), a repeated letter counts once,
separators go. One key per term and one view per text: no product of alternatives is ever built. What the disguise
cost is found by ``align`` when a key is met.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from unicodedata import category

from moderation.reading import Reading
from moderation.reading.leet import LEET, is_letter_sign, numbers

_SAME = {"l": "i", "v": "u"}
#: Stands for a number in a view: no key holds it, so no term is read across it.
WALL = "\x1f"


def class_of(letter: str) -> str:
    return _SAME.get(letter, letter)


_DIGIT_CLASS = {c: class_of(letters[0]) for c, letters in LEET.items()}
_OTHER_CLASS = _DIGIT_CLASS | {c: class_of(letters[1]) for c, letters in LEET.items() if len(letters) > 1}


@cache
def classes_of(character: str) -> str:
    """Every class that the character may stand for."""
    return "".join(class_of(c) for c in LEET.get(character, character))


_CLASS_TABLE = str.maketrans({c: class_of(letters[0]) for c, letters in LEET.items()} | _SAME)
_REPEATED = re.compile(r"(.)\1+")


def key_of(letters: str) -> str:
    """The key of a term's letters, signs read as the likeliest letter: ``"asshole"`` -> ``"ashoie"``."""
    return _REPEATED.sub(r"\1", letters.translate(_CLASS_TABLE))


@dataclass(frozen=True, slots=True)
class View:
    """The letters of one reading in the index alphabet, glued, each with its stretch of the reading."""

    reading: Reading
    #: One character per run of letters of one class.
    key: str
    #: Offsets in ``reading.text``, one pair per character of ``key``; half-open.
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)
    #: Signs that could be letters were taken for separators.
    drops_signs: bool = False


def views_of(reading: Reading) -> list[View]:
    """The views of a reading: signs as letters; where signs or ambiguous digits stand, other ways as well."""
    text = reading.text
    if text.replace(" ", "").isalpha():
        return [_view(reading, _DIGIT_CLASS, frozenset(), ())]
    walls = numbers(text)
    signs = frozenset(at for at, c in enumerate(text) if c in LEET and not c.isdigit() and is_letter_sign(text, at))
    found = [_view(reading, _DIGIT_CLASS, signs, walls)]
    if signs:
        found.append(replace(_view(reading, _DIGIT_CLASS, frozenset(), walls), drops_signs=True))
    if any(c in "679<|!1" for c in text):
        other = _view(reading, _OTHER_CLASS, signs, walls)
        if other.key != found[0].key:
            found.append(other)
    return found


def _view(reading: Reading, classes: dict[str, str], signs: frozenset[int], walls: Sequence[tuple[int, int]]) -> View:
    key: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = ""
    walled = dict(walls)
    skip = 0
    for at, character in enumerate(reading.text):
        if at < skip:
            continue
        if at in walled:
            skip = walled[at]
            key.append(WALL)
            starts.append(at)
            ends.append(skip)
            last = ""
            continue
        if character.isalpha():
            found = _SAME.get(character, character)
        elif at in signs or character.isdigit():
            found = classes.get(character, character)
        elif ord(character) > 0x7F and not character.isspace() and character not in LEET and _is_sign(character):
            found = character
        else:
            continue
        if found == last:
            ends[-1] = at + 1
            continue
        last = found
        key.append(found)
        starts.append(at)
        ends.append(at + 1)
    return View(reading, "".join(key), starts, ends)


def _is_sign(character: str) -> bool:
    """Marks that are half of a word (Indic and Thai vowel signs) and pictures; not punctuation."""
    return category(character) in ("Mn", "Mc", "So", "Lm", "Nl", "Sk")
