"""Read every person and every day alike: what is said must weigh the same of whomever it is said, and whenever.

Names are what most orders differ in, and a model knows few of them: one that it has never seen makes it less sure of the
words beside it. The detector therefore asks about the text with one name in place of each person's and one day in place of
each date. What it says of one order then holds for all that differ in these alone, so most answers are given already.
The customer's text is never changed by it.
"""

import re
from collections.abc import Iterator

from moderation.matching.lexicon import GIVEN, MERE_NAME, Lexicon, load_lexicon
from moderation.reading.address import names_somebody, words_before
from moderation.reading.fold import fold_text

#: Well known to every model, and no word in the languages that matter most.
SOMEBODY = "Emma"
SOME_DAY, SOME_YEAR, SOME_TIME = "1.1.2000", "2000", "1st"

_WORD = re.compile(r"[^\W\d_]+")
#: Between the names of one person.
_WITHIN_A_NAME = frozenset({" ", "-"})
_DATE = re.compile(r"(?<![\w./-])\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![\w/-])")
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")
_ORDINAL = re.compile(r"(?<!\w)\d+(?:st|nd|rd|th)(?!\w)", re.IGNORECASE)


def anyone(text: str, lexicon: Lexicon | None = None) -> str:
    """The text with one name for each person's and one day for each date: ``"Ben & Elif 12.5.2019"`` -> ``"Emma & Emma 1.1.2000"``.

    Only what is written as a name is taken for one: with a capital, or in capitals, and either no word of a dictionary
    or where the text says whom it is for.
    """
    pieces: list[str] = []
    copied = 0
    for start, end in _persons(text, lexicon or load_lexicon()):
        shown = text[start:end]
        pieces += [text[copied:start], SOMEBODY.upper() if shown.isupper() and len(shown) > 1 else SOMEBODY]
        copied = end
    named = "".join(pieces) + text[copied:] if pieces else text
    return _ORDINAL.sub(SOME_TIME, _YEAR.sub(SOME_YEAR, _DATE.sub(SOME_DAY, named)))


def _persons(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Where a person is named, first names and surnames together."""
    begun: tuple[int, int] | None = None
    for word in _WORD.finditer(text):
        kinds = lexicon.kinds(fold_text(word.group())) if _is_written_so(word.group()) else 0
        if not kinds & MERE_NAME and not (
            kinds & GIVEN and names_somebody(fold_text(words_before(text, word.start())))
        ):
            continue
        if begun and text[begun[1] : word.start()] in _WITHIN_A_NAME:
            begun = begun[0], word.end()
            continue
        if begun:
            yield begun
        begun = word.span()
    if begun:
        yield begun


def _is_written_so(word: str) -> bool:
    return word[0].isupper() and (word[1:].islower() or word.isupper())
