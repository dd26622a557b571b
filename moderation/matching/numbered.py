"""Phrases that hold a number (``gott mit uns 88``, ``trump 2028``): found as they are written, word by word.

Numbers have no letter reading, so no disguise crosses them; case, accents and punctuation between words do not matter.
"""

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.matching.letters import GAP
from moderation.reading.fold import fold_text
from moderation.reading.text import Reading
from moderation.terms.term import MatchKind, Term

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")


def holds_number(term: Term) -> bool:
    """Whether the phrase has a word of digits alone."""
    if term.match is not MatchKind.PHRASE or not _DIGIT.search(term.term) or GAP in term.term:
        return False
    return any(word.isdecimal() for word in _WORD.findall(term.term))


class NumberedPhrases:
    """The phrases with numbers of a list, in one automaton."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = [term for term in terms if holds_number(term)]
        self._automaton = AhoCorasick(
            [f" {' '.join(_WORD.findall(fold_text(term.term)))} " for term in self._terms],
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def find(self, folded: Reading) -> Iterator[tuple[Term, int, int]]:
        """``(term, start, end)`` offsets into the reading, half-open."""
        if not any(character.isdecimal() for character in folded.text):
            return
        text, begins, ends = " ", {}, {}
        for word in _WORD.finditer(folded.text):
            begins[len(text) - 1] = word.start()
            text += f"{word.group()} "
            ends[len(text)] = word.end()
        for number, low, high in self._automaton.find_matches_as_indexes(text, overlapping=True):
            yield self._terms[number], begins[low], ends[high]
