"""Phrases with gaps: ``kill ... all``: each part in its own disguise, up to three words between."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderation.matching.letters import GAP, letters_of
from moderation.matching.skeleton import key_of
from moderation.terms.term import Term

WORDS_BETWEEN = 3
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class GappedPhrase:
    """A phrase and the keys of its parts between the gaps."""

    term: Term
    keys: tuple[str, ...]


class Phrases:
    """The gapped phrases of a list, found by their first parts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        phrases = [GappedPhrase(term, keys) for term in terms if (keys := _keys(term.term))]
        self._by_first: dict[str, list[GappedPhrase]] = defaultdict(list)
        for phrase in phrases:
            self._by_first[phrase.keys[0]].append(phrase)
        self._longest = max((len(key) for key in self._by_first), default=0)

    def find(self, text: str) -> Iterator[tuple[Term, int, int]]:
        """Phrases in a text of plain letters, each once; ``(term, start, end)`` offsets, half-open."""
        if not self._by_first:
            return
        words = _words(text)
        seen: set[str] = set()
        for begin in range(len(words)):
            for phrase, after in self._begun(words, begin):
                end = _follow(phrase.keys[1:], words, after)
                if end and phrase.term.id not in seen:
                    seen.add(phrase.term.id)
                    yield phrase.term, words[begin][1], words[end - 1][2]

    def _begun(self, words: list[tuple[str, int, int]], begin: int) -> Iterator[tuple[GappedPhrase, int]]:
        """Phrases whose first part is written from this word on, and the word after that part."""
        for joined, after in _joined(words, begin):
            if len(joined) > self._longest:
                return
            for phrase in self._by_first.get(joined, ()):
                yield phrase, after


def _keys(term: str) -> tuple[str, ...]:
    return tuple(key_of(letters) for part in term.split(GAP) if (letters := letters_of(part)))


def _words(text: str) -> list[tuple[str, int, int]]:
    found = ((letters_of(word.group()), *word.span()) for word in _WORD.finditer(text))
    return [(key_of(letters), start, end) for letters, start, end in found if letters]


def _follow(keys: tuple[str, ...], words: list[tuple[str, int, int]], at: int) -> int:
    """Index after the last word when the parts stand in order within reach from ``at``; 0 when they do not."""
    for key in keys:
        for first in range(at, min(at + WORDS_BETWEEN + 1, len(words))):
            after = _part_ends(key, words, first)
            if after:
                at = after
                break
        else:
            return 0
    return at


def _part_ends(key: str, words: list[tuple[str, int, int]], first: int) -> int:
    for joined, after in _joined(words, first):
        if joined == key:
            return after
        if not key.startswith(joined):
            return 0
    return 0


def _joined(words: list[tuple[str, int, int]], first: int) -> Iterator[tuple[str, int]]:
    """The key of this word, of it and the next, and so on, with the word after them.

    It ends where two in a row add nothing: ``00 00 00`` is one letter however long it goes on.
    """
    joined, vain = "", 0
    for index in range(first, len(words)):
        longer = key_of(joined + words[index][0])
        vain = vain + 1 if longer == joined else 0
        if vain == 2:
            return
        joined = longer
        yield joined, index + 1
