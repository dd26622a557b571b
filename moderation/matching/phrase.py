"""Phrases with gaps: ``kill ... all``: each part in its own disguise, up to three words between."""

from collections.abc import Iterable
from dataclasses import dataclass

from moderation.matching.letters import GAP, letters_of
from moderation.matching.skeleton import key_of
from moderation.terms.term import Term

WORDS_BETWEEN = 3


@dataclass(frozen=True, slots=True)
class GappedPhrase:
    """A phrase with its parts between the gaps, as letters."""

    term: Term
    parts: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key_of(part) for part in self.parts)


class Phrases:
    """The gapped phrases of a list; found by their parts, of which the index tells where they stand."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.phrases = [GappedPhrase(term, parts) for term in terms if (parts := _parts(term.term))]

    def find(self, text: str) -> Iterable[tuple[Term, int, int]]:
        """Phrases in a text of plain letters; ``(term, start, end)`` offsets, half-open."""
        if not self.phrases:
            return
        words = _words(text)
        for phrase in self.phrases:
            for begin in range(len(words)):
                end = _follow(phrase.parts, words, begin)
                if end:
                    yield phrase.term, words[begin][1], words[end - 1][2]
                    break


def _parts(term: str) -> tuple[str, ...]:
    return tuple(letters for part in term.split(GAP) if (letters := letters_of(part)))


def _words(text: str) -> list[tuple[str, int, int]]:
    from re import finditer

    return [
        (key_of(letters_of(word.group())), *word.span()) for word in finditer(r"\S+", text) if letters_of(word.group())
    ]


def _follow(parts: tuple[str, ...], words: list[tuple[str, int, int]], begin: int) -> int:
    """Index after the last word when the parts stand in order from ``begin``; 0 when they do not."""
    at = begin
    for number, part in enumerate(parts):
        reach = WORDS_BETWEEN + 1 if number else 1
        for first in range(at, min(at + reach, len(words))):
            after = _part_ends(key_of(part), words, first)
            if after:
                at = after
                break
        else:
            return 0
    return at


def _part_ends(key: str, words: list[tuple[str, int, int]], first: int) -> int:
    joined = ""
    for index in range(first, len(words)):
        joined = key_of(joined + words[index][0])
        if joined == key:
            return index + 1
        if not key.startswith(joined):
            return 0
    return 0
