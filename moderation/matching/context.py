"""Words one of which must stand near an entry, so that it means what it is listed for."""

import re
from collections import defaultdict
from functools import lru_cache

from moderation.reading import Reading
from moderation.reading.fold import fold_text

_WORD = re.compile(r"[^\W_]+")


class Company:
    """The words of one reading of an order and where they stand, gathered once: every number of an order may ask."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._words: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for word in _WORD.finditer(reading.text):
            self._words[word.group()].append(reading.place(*word.span()))

    def holds(self, context: tuple[str, ...], low: int, high: int) -> bool:
        """Whether a word of the context stands outside ``layout[low:high]``; a phrase, when all its words do."""
        return any(
            all(self._has(part, low, high) for part in parts) if parts else self._shows(sign, low, high)
            for sign, parts in _folded(context)
        )

    def _has(self, word: str, low: int, high: int) -> bool:
        return any(end <= low or high <= start for start, end in self._words.get(word, ()))

    def _shows(self, sign: str, low: int, high: int) -> bool:
        """Signs and pictures stand anywhere, in words too."""
        at = self._reading.text.find(sign)
        while at >= 0:
            start, end = self._reading.place(at, at + len(sign))
            if end <= low or high <= start:
                return True
            at = self._reading.text.find(sign, at + 1)
        return False


@lru_cache(maxsize=4096)
def _folded(context: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each word folded, and its parts; none for signs and pictures."""
    return tuple((folded, tuple(_WORD.findall(folded))) for folded in map(fold_text, context) if folded)
