"""Repair: words as people hide them, set right before anything is heard.

Letters repeated (``sweeeatshop``), masked (``sw*atshop``), digits that the reading left over (``k1d5``) and words
written together (``madebykids``) become the words that a reader sees, so that phrases, frames and slogans hold for them
as for plain ones. Only words that nobody knows as they stand are touched.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from moderation.brands.lexicon import Lexicon
from moderation.brands.ordinary import is_common, is_ordinary
from moderation.brands.segmenting import segment
from moderation.brands.words import MASK, Word
from moderation.matching.lexicon import load_lexicon

#: Shorter words are not taken apart, longer ones neither: the work on a text made to be slow stays bounded.
_SHORTEST_RUN, _LONGEST_RUN = 6, 64
#: A run of letters without spaces stands for at most so many texts of repeated letters.
_MOST_RUNS = 3
_RUN = re.compile(r"(.)\1{2,}")
#: What a number alone may stand for beside other digits for letters: "4 l3m0n", "th15 15".
_SMALL_WORDS = frozenset({"a", "i", "is", "it", "as", "so"})
_DIGITS = str.maketrans("4310578", "aeiostb")


def repaired(words: Sequence[Word], lexicons: Sequence[Lexicon], *, digits: bool) -> tuple[list[Word], dict[int, str]]:
    """The words that a reader sees, and by position what was undone to see them.

    Args:
        digits: Whether the reading already takes digits for letters; then the rest of them are.
    """
    seen: list[Word] = []
    undone: dict[int, str] = {}
    for word in words:
        how, pieces = _undo(word, lexicons, digits=digits)
        for piece in pieces:
            if how:
                undone[len(seen)] = how
            seen.append(piece)
    return seen, undone


def _undo(word: Word, lexicons: Sequence[Lexicon], *, digits: bool) -> tuple[str, Iterable[Word]]:
    text = word.text
    if MASK.search(text):
        bases = (text, text[:-1]) if len(text) < word.end - word.start else (text,)
        found = next((hit for base in bases for lexicon in lexicons if (hit := lexicon.masked(base))), None)
        if found:
            return "letters masked", (word._replace(text=found),)
        return "", tuple(_parts(word))
    if digits and text.isdecimal() and (plain := text.translate(_DIGITS)) in _SMALL_WORDS:
        return "leet", (word._replace(text=plain),)
    if any(text in lexicon.words for lexicon in lexicons):
        return "", (word,)
    if _RUN.search(text):
        for plain in _without_runs(text):
            if _known(plain, lexicons):
                return "letters repeated", (word._replace(text=plain),)
        text = _RUN.sub(r"\1", text)
    if digits and not text.isalpha():
        plain = text.translate(_DIGITS)
        if plain.isalpha() and not text.isdecimal() and _known(plain, lexicons):
            return "leet", (word._replace(text=plain),)
    if len(text) == len(word.text) and (pieces := _apart(word, lexicons)):
        return "written together", pieces
    return "", (word,)


def _known(text: str, lexicons: Iterable[Lexicon]) -> bool:
    return any(lexicon.holds(text) for lexicon in lexicons) or is_common(text)


def _without_runs(text: str) -> Iterator[str]:
    """Each run of three letters or more as one letter or as two."""
    parts = _RUN.split(text)
    if len(parts) > 2 * _MOST_RUNS + 1:
        return
    letters = parts[1::2]
    for counts in itertools.product((1, 2), repeat=len(letters)):
        runs = [letter * count for letter, count in zip(letters, counts, strict=True)]
        yield "".join(piece for pair in itertools.zip_longest(parts[::2], runs, fillvalue="") for piece in pair)


def _parts(word: Word) -> Iterator[Word]:
    """The word cut at its masks."""
    for match in re.finditer(rf"(?:(?!{MASK.pattern}).)+", word.text):
        yield Word(match.group(), word.start + match.start(), word.start + match.end())


def _apart(word: Word, lexicons: Sequence[Lexicon]) -> list[Word]:
    """The words that one long word is made of, where they explain every letter of it."""
    text = word.text
    if not _SHORTEST_RUN <= len(text) <= _LONGEST_RUN or not text.isalnum():
        return []
    # The letters of a phrase are cut as well: its words say more than the phrase alone.
    if any(lexicon.is_word(text) for lexicon in lexicons) or is_ordinary(text) or load_lexicon().kinds(text):
        return []
    if not any(lexicon.may_hold(text) for lexicon in lexicons):
        return []
    # An apostrophe within is in the reading but not in the word: the places after it are off by it.
    pieces = segment(text, lexicons)
    return [
        Word(text[low:high], word.start + low, word.end if high == len(text) else word.start + high)
        for low, high in pieces
    ]
