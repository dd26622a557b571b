"""Where words may begin and end in one view of an order, remembered, for every candidate asks."""

import re

from moderation.matching.lexicon import Lexicon
from moderation.matching.script import begins_word, ends_word
from moderation.matching.skeleton import View

#: The only spaces of a folded reading.
_SPACE = re.compile("[ \n]")


class Edges:
    """Word boundaries of a view, by unit of its key and by offset in its reading."""

    def __init__(self, view: View, lexicon: Lexicon) -> None:
        self._view, self._lexicon = view, lexicon
        self._text = view.reading.text
        self._begins: dict[int, bool] = {}
        self._ends: dict[int, bool] = {}
        #: By where a word begins: whether somebody knows it. Nothing is cut out of a known word.
        self._known: dict[int, bool] = {}

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
        return self._is_within_unknown(view.starts[first], view.ends[last])

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

    def _is_within_unknown(self, low: int, high: int) -> bool:
        """Whether the stretch lies in one word and nobody knows that word."""
        text = self._text
        if text.find(" ", low, high) >= 0 or text.find("\n", low, high) >= 0:
            return False
        start = max(text.rfind(" ", 0, low), text.rfind("\n", 0, low)) + 1
        known = self._known.get(start)
        if known is None:
            space = _SPACE.search(text, high)
            known = bool(self._lexicon.kinds(text[start : space.start() if space else len(text)]))
            self._known[start] = known
        return not known


def _letters(stretch: str) -> int:
    return sum(c.isalnum() for c in stretch)
