"""Words run together as on a number plate: ``SEX4U``, ``KILLALL``, ``HOTMILF``: cut where a short word was added to another.

The words that people add are few and always the same; what is left must be listed by itself, so that a rare name or
a product code is not cut into something. What stands in a dictionary, or is written as a name, is never cut.
"""

import csv
import re
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

from moderation.matching.lexicon import Lexicon
from moderation.reading import Reading

_ROWS = files("moderation.matching").joinpath("data/plates.csv").read_text("utf-8").splitlines()


def _added_words(stands: str) -> dict[str, str]:
    return {row["written"]: row["read"] for row in csv.DictReader(_ROWS) if row["stands"] == stands}


#: As written -> as read: ``4u`` for you.
_HARSH, _TAILS = _added_words("harsh"), _added_words("behind")
#: The harsh ones may be the harm themselves: before letters that are no word they are part of one (``cumulated``).
_HEADS = _added_words("before") | _HARSH
#: Whole words of messages typed in haste.
_ALONE = _added_words("alone")
_LONGEST_ADDED = max(map(len, (*_HEADS, *_TAILS)))
_WORD = re.compile(r"(?<![^\W_])[a-z0-9]{1,12}(?![^\W_])")
_LETTERS = re.compile(r"[a-z]{4,}")
#: What is left of a word must be as long as the shortest terms that stand alone.
_LEAST = 2
#: Unknown words of one order that may be cut; where there are more, it is no plate.
_MOST_CUT = 4
#: ``(start, end)`` of a piece of the order, and what it is read as.
_Piece = tuple[int, int, str]
#: Which of several words at one end is taken off; none where nothing is.
_Choice = Callable[[tuple[int, ...]], int] | None
#: Front and back, the likeliest first: mostly the longest word was added (``4u``), sometimes the shortest (``i``).
_WAYS: tuple[tuple[_Choice, _Choice], ...] = (
    (max, None), (None, max), (max, max), (min, max), (min, None), (max, min), (None, min), (min, min),
)  # fmt: skip


def plated(folded: Reading, lexicon: Lexicon) -> list[Reading]:
    """The order with its run-together words cut: behind the front word, before the last, and both; none where nothing is."""
    words = [found.span() for found in _WORD.finditer(folded.text)]
    alone = {low: _ALONE[word] for low, high in words if (word := folded.text[low:high]) in _ALONE}
    cut = {
        (low, high): _Cuts.of(folded.text, low, high, lexicon)
        for low, high in words
        if low not in alone and _may_be_cut(folded, low, high, lexicon)
    }
    if len(cut) > _MOST_CUT or not cut and all(folded.text[low].isdigit() for low in alone):
        return []  # digits alone are numbers; beside such words they are read as words
    made: dict[str, Reading] = {}
    for way in _WAYS:
        pieces: list[_Piece] = []
        for low, high in words:
            if low in alone:
                pieces.append((low, high, alone[low]))
            elif (low, high) in cut:
                pieces += _parts(folded.text, low, high, *way, cut[low, high], lexicon)
        if pieces:
            reading = _read(folded, pieces)
            made.setdefault(reading.text, reading)
    return list(made.values())


def _may_be_cut(folded: Reading, low: int, high: int, lexicon: Lexicon) -> bool:
    """Words that nobody knows, unless they are written as names are: a capital and small letters."""
    word = folded.text[low:high]
    if high - low < _LEAST + 1 or word.isdigit() or lexicon.kinds(word):
        return False
    request = folded.layout.request
    typed = "".join(request.text_of(span.field)[span.start : span.end] for span in folded.spans(low, high))
    return not (typed[:1].isupper() and typed[1:].islower())


class _Cuts(NamedTuple):
    """Where one word may be cut."""

    #: Letters of each word that may have been added at the front, and at the back.
    fronts: tuple[int, ...]
    backs: tuple[int, ...]
    #: Places inside a known word or name beside digits, ``Reichmann`` in ``reichmann4u``: nothing is cut there.
    whole: frozenset[int]

    @classmethod
    def of(cls, text: str, low: int, high: int, lexicon: Lexicon) -> "_Cuts":
        word = text[low:high]
        sizes = range(1, min(len(word) - 1, _LONGEST_ADDED) + 1)
        letters = () if word.isalpha() else (found.span() for found in _LETTERS.finditer(text, low, high))
        known = (span for span in letters if lexicon.kinds(text[slice(*span)]))
        return cls(
            tuple(size for size in sizes if word[:size] in _HEADS),
            tuple(size for size in sizes if word[-size:] in _TAILS),
            frozenset(at for start, end in known for at in range(start + 1, end)),
        )


def _parts(
    text: str, low: int, high: int, front: _Choice, back: _Choice, cuts: _Cuts, lexicon: Lexicon
) -> list[_Piece]:
    """The word cut behind its front, before its back, or at both; empty where it is not."""
    if (front and not cuts.fronts) or (back and not cuts.backs):
        return []
    first, last = low + (front(cuts.fronts) if front else 0), high - (back(cuts.backs) if back else 0)
    if cuts.whole & {first, last}:
        return []
    rest = text[first:last]
    if len(rest) < _LEAST and (rest or not (front and back)):
        return []
    if rest and text[low:first] in _HARSH and not lexicon.kinds(rest):
        return []
    parts = (
        (low, first, _HEADS.get(text[low:first])),
        (first, last, rest),
        (last, high, _TAILS.get(text[last:high])),
    )
    return [(start, end, words) for start, end, words in parts if words]


def _read(folded: Reading, pieces: list[_Piece]) -> Reading:
    """The order with these pieces read as what they stand for, parted by spaces where they touch."""
    text = folded.text
    made: list[tuple[str, int, int]] = []
    done = 0
    for low, high, words in pieces:
        made += [(text[at], at, at + 1) for at in range(done, low)]
        if made and made[-1][0].isalnum():
            made.append((" ", low, low + 1))
        if words == text[low:high]:
            made += [(text[at], at, at + 1) for at in range(low, high)]
        else:
            made += [(letter, low, high) for letter in words]
        done = high
    made += [(text[at], at, at + 1) for at in range(done, len(text))]
    return folded.rewritten("as on a plate", made)
