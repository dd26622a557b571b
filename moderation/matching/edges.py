"""Where words may begin and end in one view of an order, remembered, for every candidate asks."""

import re

from moderation.matching.lexicon import Lexicon
from moderation.matching.script import begins_word, ends_word
from moderation.matching.skeleton import View

_WORD = re.compile(r"\S+")


class Edges:
    """Word boundaries of a view, by unit of its key and by offset in its reading."""

    def __init__(self, view: View, lexicon: Lexicon) -> None:
        self._view, self._lexicon = view, lexicon
        self._text = view.reading.text
        self._begins: dict[int, bool] = {}
        self._ends: dict[int, bool] = {}
        #: Per unit the number of its word, or -1 where the word is known: nothing is cut out of a known word.
        self._words: list[int] = []

    def begins_at(self, at: int) -> bool:
        """Whether a word may begin at this offset."""
        known = self._begins.get(at)
        if known is None:
            known = self._begins[at] = begins_word(self._text, at)
        return known

    def ends_at(self, at: int) -> bool:
        """Whether a word may end before this offset."""
        known = self._ends.get(at)
        if known is None:
            known = self._ends[at] = ends_word(self._text, at)
        return known

    def are_open(self, first: int, last: int) -> bool:
        """Whether a term may be read from unit ``first`` to ``last``: between words, or within one unknown word."""
        view = self._view
        begins = self.begins_at(view.starts[first]) or self._is_broken(first)
        if begins and (self.ends_at(view.ends[last]) or self._is_broken(last)):
            return True
        if not self._words:
            self._number()
        return self._words[first] == self._words[last] != -1

    def start(self, unit: int, needed: int) -> int:
        """Where a term begins in its first run: the last word beginning that leaves enough letters, else the run's."""
        text, low, high = self._text, self._view.starts[unit], self._view.ends[unit]
        if text[low:high].isalnum():
            return low
        for at in range(high - needed, low, -1):
            if not text[at - 1 : at + 1].isalnum() and self.begins_at(at) and _letters(text[at:high]) >= needed:
                return at
        return low

    def end(self, unit: int, needed: int) -> int:
        """Where a term ends in its last run, likewise."""
        text, low, high = self._text, self._view.starts[unit], self._view.ends[unit]
        if text[low:high].isalnum():
            return high
        for at in range(low + needed, high):
            if not text[at].isalnum() and self.ends_at(at) and _letters(text[low:at]) >= needed:
                return at
        return high

    def _is_broken(self, unit: int) -> bool:
        """The run of one letter has gaps in it, so that words begin and end within."""
        low, high = self._view.starts[unit], self._view.ends[unit]
        return high > low + 1 and not self._text[low:high].isalnum()

    def _number(self) -> None:
        view = self._view
        self._words = [-1] * len(view.key)
        unit = 0
        for number, word in enumerate(_WORD.finditer(self._text)):
            is_known = bool(self._lexicon.kinds(word.group()))
            while unit < len(view.key) and view.starts[unit] < word.end():
                if not is_known and view.starts[unit] >= word.start():
                    self._words[unit] = number
                unit += 1


def _letters(stretch: str) -> int:
    return sum(c.isalnum() for c in stretch)
