"""Likeness: a short print of an order's words that stays the same for nearly the same words.

It finds what was decided before about "Sweatshop!", "SWEAT SHOP", "sw3atsh0p" and "sweatshoop" without keeping the
words twice.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from moderation.reading.fold import fold_character
from moderation.reading.leet import LEET

#: Beyond this many characters nobody orders "nearly the same" again; the words are compared exactly.
FOLDED_UP_TO = 1000

_WORD = re.compile(r"[^\W_]+")
_DIGITS = {ord(sign): letters[0] for sign, letters in LEET.items() if sign.isdigit()}
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1+")


def likeness(fields: Sequence[Mapping[str, str]]) -> str | None:
    """32 hex digits; None for an order without a letter or digit.

    Case, accents, spaces, punctuation, doubled letters and digits within words make no difference; the division into
    fields neither. Numbers stay what they are.
    """
    words = "".join(field["text"] for field in fields)
    if len(words) <= FOLDED_UP_TO:
        folded = "".join(map(fold_character, words))
        words = _REPEATED_LETTER.sub(r"\1", "".join(map(_letters, _WORD.findall(folded))))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32] if words else None


def _letters(word: str) -> str:
    return word if word.isdigit() or word.isalpha() else word.translate(_DIGITS)
