"""Leet: letters drawn with digits and signs.

One sign for one letter is a table that reading and matching share; letters drawn with several signs are a reading
of their own. Digits that are a number (a year, a date, a serial) have no such reading.
"""

import re

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
    r"(?<![^\W_])(?<![^\W_][$@!|])(?<![$@!|][$@!|])\d+(?:[.,:/x-]\d+)*(?:st|nd|rd|th|s|er|ers|am|pm|h|hr|hrs|k|g|kg|m|cm|mm|km|ml|l|cl|lb|lbs|oz|ft|in|mph|x|y|yr|yrs|d|v|w|gb|tb)?(?![^\W_])(?![$@!|]+[^\W_])"
)
#: Signs that end a word as punctuation far more often than as a letter.
_REACH = 16
_PUNCTUATION = frozenset("!([{<&^%#°|")


def numbers(text: str) -> list[tuple[int, int]]:
    """Where numbers stand: runs of digits that are no part of a word, with an ordinary ending or none."""
    return [found.span() for found in _NUMBER.finditer(text)]


def is_letter_sign(text: str, at: int) -> bool:
    """Whether the sign at ``at`` may stand for a letter: it touches a word and does not merely punctuate it."""
    low = at
    while low > 0 and at - low < _REACH and not text[low - 1].isspace():
        low -= 1
    high = at + 1
    while high < len(text) and high - at < _REACH and not text[high].isspace():
        high += 1
    before, after = text[low:at], text[at + 1 : high].rstrip("!.?,;:")
    if any(c.isalnum() for c in after):
        return True
    if not any(c.isalnum() for c in before):
        return False
    is_coded = any(c in LEET and not c.isalnum() for c in before + after)
    return is_coded and (text[at] != "!" or after != "") or text[at] not in _PUNCTUATION


def decoded(folded: Reading) -> Reading | None:
    """Digits and signs among letters as the likeliest letter; None where there are none."""
    text = folded.text
    if text.replace(" ", "").isalpha():
        return None
    kept = {at for low, high in numbers(text) for at in range(low, high)}
    letters = [
        LEET[c][0] if c in LEET and at not in kept and (c.isdigit() or is_letter_sign(text, at)) else c
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
    for found in drawn.finditer(text):
        pieces += [(text[k], k, k + 1) for k in range(at, found.start())]
        pieces.append((DRAWN[found.group()], *found.span()))
        at = found.end()
    pieces += [(text[k], k, k + 1) for k in range(at, len(text))]
    return pieces
