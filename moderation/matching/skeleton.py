"""The index alphabet: what stays of a text when everything that a disguise may change is taken away.

Letters that are taken for each other share a class (``i l 1 ! |``, ``o 0``, ``u v``), a repeated letter counts once,
separators go. One key per term and one view per text: no product of alternatives is ever built. What the disguise
cost is found by ``align`` when a key is met.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import itemgetter
from unicodedata import category

from moderation.reading import Reading
from moderation.reading.leet import LEET, letter_signs, numbers

_SAME = {"l": "i", "v": "u"}
#: Stands for a number in a view: no key holds it, so no term is read across it.
WALL = "\x1f"


def class_of(letter: str) -> str:
    return _SAME.get(letter, letter)


@cache
def classes_of(character: str) -> str:
    """Every class that the character may stand for."""
    return "".join(class_of(c) for c in LEET.get(character, character))


_CLASS_TABLE = str.maketrans({c: class_of(letters[0]) for c, letters in LEET.items()} | _SAME)
_REPEATED = re.compile(r"(.)\1+")
#: Of a match of ``_REPEATED``; a template such as ``\\1`` takes four times as long.
_ONCE = itemgetter(1)


def key_of(letters: str) -> str:
    """The key of a term's letters, signs read as the likeliest letter: ``"asshole"`` -> ``"ashoie"``."""
    return once(letters.translate(_CLASS_TABLE))


def once(key: str) -> str:
    """Each run of one class as one: keys of words, put together, are the key of the phrase."""
    return _REPEATED.sub(_ONCE, key)


@dataclass(frozen=True, slots=True)
class View:
    """The letters of one reading in the index alphabet, glued, each with its stretch of the reading."""

    reading: Reading
    #: One character per run of letters of one class.
    key: str
    #: Offsets in ``reading.text``, one pair per character of ``key``; half-open.
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)
    #: Letters before each unit, and one more for all: ``reach[b] - reach[a]`` of them stand in ``key[a:b]``.
    reach: Sequence[int] = field(repr=False)
    #: Signs that could be letters were taken for separators.
    drops_signs: bool = False


def views_of(reading: Reading) -> list[View]:
    """The views of a reading: signs as letters; where signs or ambiguous digits stand, other ways as well."""
    text = reading.text
    if text.replace(" ", "").isalpha():
        return [_view(reading, text, _LIKELIEST)]
    for low, high in numbers(text):
        text = text[:low] + WALL * (high - low) + text[high:]
    signs = letter_signs(reading.text)
    drawn = _without_signs(text, signs)
    found = [_view(reading, drawn, _LIKELIEST)]
    if signs:
        plain = _view(reading, _without_signs(text, frozenset()), _LIKELIEST)
        found += [replace(plain, drops_signs=True)] if plain.key != found[0].key else []
    if _AMBIGUOUS.search(text):
        found.append(_view(reading, drawn, _OTHER))
    return found


def _view(reading: Reading, text: str, classes: "_Classes") -> View:
    key: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    reach: list[int] = []
    letters = 0
    last = ""
    for at, character in enumerate(text):
        found = classes[character]
        if not found:
            continue
        letters += 1
        if found == last:
            ends[-1] = at + 1
            continue
        last = found
        key.append(found)
        starts.append(at)
        ends.append(at + 1)
        reach.append(letters - 1)
    reach.append(letters)
    return View(reading, "".join(key), starts, ends, reach)


def _without_signs(text: str, kept: frozenset[int]) -> str:
    """The text with a gap for every sign that is no letter."""
    return _SIGN.sub(lambda sign: sign.group() if sign.start() in kept else " ", text)


class _Classes(dict[str, str]):
    """Character -> its class, empty for a separator; worked out when first met."""

    def __init__(self, likeliest: int) -> None:
        super().__init__()
        self._likeliest = likeliest

    def __missing__(self, character: str) -> str:
        letters = LEET.get(character, "")
        if character.isalpha() or character == WALL:
            found = class_of(character)
        elif letters:
            found = class_of(letters[min(self._likeliest, len(letters) - 1)])
        elif character.isdigit() or (not character.isspace() and _is_sign(character)):
            found = character
        else:
            found = ""
        self[character] = found
        return found


_LIKELIEST, _OTHER = _Classes(0), _Classes(1)
_SIGN = re.compile("[" + "".join(re.escape(c) for c in LEET if not c.isalnum()) + "]")
#: Digits whose two letters are of different classes.
_AMBIGUOUS = re.compile("[" + "".join(c for c, own in LEET.items() if len(set(map(class_of, own))) > 1) + "]")


def _is_sign(character: str) -> bool:
    """Marks that are half of a word (Indic and Thai vowel signs) and pictures; not punctuation."""
    return ord(character) > 0x7F and category(character) in ("Mn", "Mc", "So", "Lm", "Nl", "Sk")
