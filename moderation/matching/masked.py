"""Words with letters behind marks: ``b*tch``, ``b****``, ``b***h``, ``b*st*rd``."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from moderation.matching.hit import Hit
from moderation.matching.index import Index, consonants_of
from moderation.matching.letters import Entry
from moderation.matching.lexicon import Lexicon
from moderation.matching.script import is_gapless
from moderation.matching.words import MOST_WORDS, hit_of
from moderation.reading import Reading
from moderation.terms.term import MatchKind

_MASKED = re.compile(r"(?<![^\W_])[^\W\d_][^\W\d_]*(?:[*#_.?•●■█▪~=+×°^\-–—…⁎∗✱✶✻❤♥%]+[^\W\d_]*)+(?![^\W_])")
#: A letter or two, three marks or more of one kind, and the last letter, an ending or nothing; ``A***`` is a rating.
_BARE = re.compile(
    r"(?<![\w*#•●-])([b-z]|[a-z]{2}|a(?=\W+[a-z]))(\*{3,12}|#{3,12}|•{3,12}|●{3,12}|-{3,7})"
    r"([a-z]{0,4})(?![\w*#•●-])"
)
_ENDINGS = ("", "s", "es", "ed", "er", "ers", "ing", "in")
#: Review: nobody knows for sure what was meant.
_BARE_SCORE = 0.6
_LETTER = re.compile(r"[^\W\d_]")
#: Marks that are hardly punctuation; with others, a mask has two letters side by side, for ``P.M.S.`` is no mask.
_CLEAR = frozenset("*#_•●■█")
_PARTS = re.compile(r"[\W_]+")
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_VOWELS = frozenset("aeiou")


def find_masked(reading: Reading, index: Index, lexicon: Lexicon) -> Iterator[Hit]:
    """Terms behind masks: every mark between letters stands for one letter, and at most half are marked, or vowels."""
    for word in islice(_MASKED.finditer(reading.text), MOST_WORDS):
        text = word.group()
        parts = _PARTS.split(text)
        if not set(text) & _CLEAR and all(lexicon.english(part) >= 3.5 for part in parts):
            continue
        yield from _unmasked(reading, word.start(), text.rstrip(".?-–—…~+=×°^%"), index)


def find_bare_masked(reading: Reading, index: Index) -> Iterator[Hit]:
    """Words of which little is left, ``f***``, ``b***h``: worth a look where a well-known term is as long."""
    for word in islice(_BARE.finditer(reading.text), MOST_WORDS):
        begins, marks, tail = word.groups()
        lasts = [tail[: len(tail) - len(ending)] for ending in _ENDINGS if tail.endswith(ending)]
        keys = (f"{begins}{len(begins + marks + last)}{last}" for last in lasts if len(last) < 2)
        number = next((index.bare_masks[key] for key in keys if key in index.bare_masks), None)
        if number is not None:
            term = index.entries[number].term
            yield Hit(term, reading, *word.span(), {"mask": 1.0}, "masked letters", fixed=_BARE_SCORE)


def _unmasked(reading: Reading, start: int, text: str, index: Index) -> Iterator[Hit]:
    seen = [c if _LETTER.match(c) else None for c in text]
    hidden = seen.count(None)
    if not (set(text) & _CLEAR or _TWO_LETTERS.search(text)):
        return
    if not hidden or len(seen) < (4 if seen[0] and not is_gapless(seen[0]) else 3):
        return
    for entry in _candidates(seen, hidden, index):
        if entry.term.match != MatchKind.PHRASE and _fits(seen, entry):
            yield hit_of(entry, reading, (start, start + len(text)), {"mask": hidden / len(seen)}, "masked letters")


def _candidates(seen: list[str | None], hidden: int, index: Index) -> Iterator[Entry]:
    """By length, first letter and last or second one; or by the consonants where every vowel may be marked."""
    numbers: Iterable[int] = ()
    if hidden * 2 <= len(seen):
        key = f"{len(seen)}{seen[0]}{seen[-1]}" if seen[-1] else f"{len(seen)}{seen[0]}{seen[1]}?"
        numbers = index.masks.get(key, ())
    for number in numbers or index.skeletons.get(consonants_of("".join(filter(None, seen))), ()):
        entry = index.entries[number]
        if numbers or _hides_vowels(seen, entry):
            yield entry


def _fits(seen: list[str | None], entry: Entry) -> bool:
    return len(seen) == len(entry.letters) and all(
        c is None or c == letter for c, letter in zip(seen, entry.letters, strict=True)
    )


def _hides_vowels(seen: list[str | None], entry: Entry) -> bool:
    """Every marked letter is a vowel, wherever it stands, and no vowel but the first letter is seen."""
    return len(seen) == len(entry.letters) and all(
        (letter in _VOWELS) == (c is None) for c, letter in zip(seen[1:], entry.letters[1:], strict=True)
    )
