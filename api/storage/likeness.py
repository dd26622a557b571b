"""Likeness: a short print of an order's words that stays the same for nearly the same words.

It finds what was decided before about "Sweatshop!", "SWEAT SHOP" and "sweatshoop" without keeping the words twice.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import groupby

from moderation.reading.fold import fold_character

#: Beyond this many characters nobody orders "nearly the same" again; the words are compared exactly.
FOLDED_UP_TO = 1000


def likeness(fields: Sequence[Mapping[str, str]]) -> str | None:
    """32 hex digits; None for an order without a letter or digit.

    Case, accents, spaces, punctuation and doubled letters make no difference; the division into fields neither.
    """
    words = "".join(field["text"] for field in fields)
    if len(words) <= FOLDED_UP_TO:
        folded = (letter for character in words for letter in fold_character(character) if letter.isalnum())
        words = "".join(letter for letter, _run in groupby(folded))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32] if words else None
