"""Leet: letters drawn with digits and signs.

One sign for one letter is a table that reading and matching share; letters drawn with several signs are a reading
of their own. Digits that are a number (a year, a date, a serial) have no such reading.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from moderation.reading.characters import SYMBOL
from moderation.reading.text import Reading

#: The letter that a reader takes a digit or sign for, the likeliest first.
LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "tl", "8": "b", "9": "gq",
    "@": "a", "$": "s", "!": "il", "|": "li", "+": "t", "(": "c", "{": "c", "[": "c", "<": "c", "€": "e", "£": "l",
    "¢": "c", "¥": "y", "&": "a", "^": "a", "%": "x", "§": "s", "†": "t", "°": "o", "#": "h",
} | {sign: letters for sign, letters in SYMBOL.items() if len(letters) == 1 and letters.isalpha()}  # fmt: skip

#: Letters drawn with several signs, longest first.
DRAWN = {
    "|\\/|": "m", "/\\/\\": "m", "|v|": "m", "[v]": "m", "(v)": "m", "^^": "m", "|\\|": "n", "/\\/": "n", "[\\]": "n",
    "|_|": "u", "\\_\\": "u", "(_)": "u", "[_]": "u", "\\_/": "u", "(_": "c", "|-|": "h", "/-/": "h", "]-[": "h", ")-(": "h", "}{": "h",
    "#": "h", "\\/\\/": "w", "\\^/": "w", "vv": "w", "uu": "w", "\\/": "v", "/\\": "a", "/-\\": "a", "|3": "b",
    "13": "b", "|)": "d", "|]": "d", "[)": "d", "cl": "d", "|=": "f", "|<": "k", "|{": "k",
    "|(": "k", "1<": "k", "|_": "l", "1_": "l", "()": "o", "[]": "o", "<>": "o", "{}": "o", "|o": "p", "|>": "p",
    "|*": "p", "|°": "p", "()_": "q", "0_": "q", "|2": "r", "|?": "r", "|~": "r", "rn": "m", "nn": "m", "><": "x",
    ")(": "x", "}{ ": "x", "`/": "y", "'/": "y", "j_": "z", "¥": "y", "~|~": "t", "-|-": "t", "']['": "t", "7_": "z",
    "_|": "j", "_/": "j", "iii": "m", "|\\": "n", "ii": "u",
}  # fmt: skip
_DRAWN = re.compile("|".join(map(re.escape, sorted(DRAWN, key=len, reverse=True))))
#: The drawings made of letters alone are read so only inside a word; they are ordinary letters too.
_SIGNS = re.compile(
    "|".join(re.escape(drawn) for drawn in sorted(DRAWN, key=len, reverse=True) if not drawn.isalpha() and drawn != "#")
)
_LETTERS = re.compile("|".join(drawn for drawn in DRAWN if drawn.isalpha()))


#: Numbers with an ordinary ending are numbers: ``1st``, ``80s``, ``10k``, ``4x4``; not where a sign ties them to a word.
_NUMBER = re.compile(
    r"(?<![^\W_])(?<![^\W_][$@!|€£¢¥§])(?<![$@!|][$@!|])\d+(?:[.,:/x-]\d+)*(?:st|nd|rd|th|s|er|ers|am|pm|h|hr|hrs|k|g|kg|m|cm|mm|km|ml|l|cl|lb|lbs|oz|ft|in|mph|x|y|yr|yrs|d|v|w|gb|tb)?(?![^\W_])(?![$@!|]+[^\W_])"
)
#: Signs that end a word as punctuation far more often than as a letter.
_PUNCTUATION = frozenset("!([{<&^%#°|")
_CHUNK = re.compile(r"\S+")
_SIGN = re.compile("[" + "".join(re.escape(c) for c in LEET if not c.isalnum()) + "]")
_TAIL = "!.?,;:"


def numbers(text: str) -> list[tuple[int, int]]:
    """Where numbers stand: runs of digits that are no part of a word, with an ordinary ending or none."""
    return [found.span() for found in _NUMBER.finditer(text)]


@lru_cache(maxsize=256)
def letter_signs(text: str) -> frozenset[int]:
    """Where signs stand that may be letters: each touches a word and does not merely punctuate it."""
    if text.isalnum() or not _SIGN.search(text):
        return frozenset()
    return frozenset(chunk.start() + at for chunk in _CHUNK.finditer(text) for at in _signs_in(chunk.group()))


def _signs_in(chunk: str) -> Iterator[int]:
    """Signs that may be letters in a stretch without gaps."""
    signs = [found.start() for found in _SIGN.finditer(chunk)]
    letters = [at for at, c in enumerate(chunk) if c.isalnum()] if signs else []
    if not letters:
        return
    last, end = letters[-1], len(chunk.rstrip(_TAIL))
    for at in signs:
        sign = chunk[at]
        if (
            at < last
            or sign not in _PUNCTUATION
            or (signs[0] < at or any(at < other < end for other in signs))
            and (sign != "!" or at + 1 < end)
        ):
            yield at


def decoded(folded: Reading, choice: int = 0) -> Reading | None:
    """Digits and signs among letters as the letters they stand for; None where there are none.

    Args:
        choice: 0 for the likeliest letter, 1 for the next: ``1`` is ``i``, then ``l``.
    """
    text = folded.text
    if text.replace(" ", "").isalpha():
        return None
    kept = {at for low, high in numbers(text) for at in range(low, high)}
    signs = letter_signs(text)
    letters = [
        LEET[c][min(choice, len(LEET[c]) - 1)] if c in LEET and at not in kept and (c.isdigit() or at in signs) else c
        for at, c in enumerate(text)
    ]
    plain = "".join(letters)
    return Reading(folded.layout, "leet", plain, folded.starts, folded.ends) if plain != text else None


def drawn_letters(folded: Reading) -> list[Reading]:
    """Readings with letters drawn with several signs put back: the signs alone, and pairs of letters as well."""
    found = []
    if not folded.text.isalnum() and _SIGNS.search(folded.text):
        found.append(folded.rewritten("letters drawn with signs", _replaced(folded.text, _SIGNS)))
    if _LETTERS.search(folded.text):
        found.append(folded.rewritten("letters drawn with letters", _replaced(folded.text, _DRAWN)))
    return found


def _replaced(text: str, drawn: re.Pattern[str]) -> list[tuple[str, int, int]]:
    pieces: list[tuple[str, int, int]] = []
    at = 0
    kept = {place for low, high in numbers(text) for place in range(low, high)}
    for found in drawn.finditer(text):
        if found.start() in kept and found.group().isdigit():
            continue  # a year is no letter
        pieces += [(text[k], k, k + 1) for k in range(at, found.start())]
        pieces.append((DRAWN[found.group()], *found.span()))
        at = found.end()
    pieces += [(text[k], k, k + 1) for k in range(at, len(text))]
    return pieces
