"""A listed word inside a longer one: with an ordinary ending, or run together with other words."""

from moderation.matching.inflection import endings
from moderation.matching.letters import Entry
from moderation.matching.lexicon import Lexicon
from moderation.matching.segment import likelihood
from moderation.reading.leet import LEET
from moderation.terms.term import MatchKind

#: Digits and signs as letters, in the two ways in which people read them: ``1`` is ``i`` or ``l``.
_DECODED = tuple(
    str.maketrans({sign: letters[min(choice, len(letters) - 1)] for sign, letters in LEET.items()}) for choice in (0, 1)
)
#: Zipf frequency of the commonest words.
_EVERYDAY = 5.0
#: That of common words, which are read beside a term of another language when they are whole.
_WHOLE = 4.3
#: Frequency that a listed word is given in a split: about that of a common word.
_LISTED = 4.6 - 9


def inside_word(text: str, start: int, end: int, entry: Entry, lexicon: Lexicon) -> dict[str, float]:
    """What it takes to read the term in ``text[start:end]``, within a longer word; empty when nobody reads it there."""
    letters = entry.letters
    if entry.term.match == MatchKind.PHRASE and len(letters) < 6 or len(letters) < 4 or not letters.isascii():
        return {}
    low, high = _word_around(text, start, end)
    word = text[low:high]
    if word.isalpha():
        return _in_plain(word, start - low, end - low, entry, lexicon)
    for table in _DECODED:
        plain = word.translate(table)
        if plain.isalpha() and (found := _in_plain(plain, start - low, end - low, entry, lexicon)):
            return found
    return {}


def _in_plain(word: str, start: int, end: int, entry: Entry, lexicon: Lexicon) -> dict[str, float]:
    before, after, letters = word[:start], word[end:], entry.letters
    if lexicon.kinds(word):
        return {}
    if not before and after in endings(entry.term.language):
        return {"inflected": 1.0}
    if len(after) == 1 or not _may_stand_in(letters, before, after, entry.term.severity >= 3, lexicon):
        return {}
    if entry.term.language not in ("en", "any") and not _are_everyday(before, after, lexicon, _WHOLE):
        return {}  # a split into English words says little of a term of another language
    left = likelihood(before, lexicon) if before else 0.0
    right = likelihood(after, lexicon) if after else 0.0
    if left is None or right is None:
        return {}
    innocent = likelihood(before + letters + after, lexicon, without=letters)
    if innocent is not None and innocent >= left + _LISTED + right:
        return {}
    return {"compound": 1.0}


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def _may_stand_in(letters: str, before: str, after: str, is_strong: bool, lexicon: Lexicon) -> bool:
    """Short terms are met only beside the commonest words (``you``, ``the``, ``big``), the shortest only if strong and
    beside those of three letters."""
    if len(letters) >= (5 if is_strong else 6):
        return True
    if len(letters) < (4 if is_strong else 5):
        return False
    return _are_everyday(before, after, lexicon, _EVERYDAY, least=3 if len(letters) == 4 else 1)


def _are_everyday(before: str, after: str, lexicon: Lexicon, frequency: float, least: int = 1) -> bool:
    return all(not part or (len(part) >= least and lexicon.english(part) >= frequency) for part in (before, after))
