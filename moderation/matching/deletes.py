"""Candidates for a misspelled word: entries that share what is left of both after dropping a letter or two.

Two words one edit apart (a wrong, missing, added or swapped letter) meet after one deletion from each, two edits
apart after two; the first seven letters are enough to meet in. Deletions are kept as sorted 64-bit hashes, so
that a hundred thousand entries cost a few bytes each and all look-ups of an order are one vectorised search.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import combinations, repeat

import numpy

PREFIX = 7


class Deletes:
    """An immutable index from deletions to entry numbers."""

    def __init__(self, words: Iterable[tuple[int, str, int]]) -> None:
        """``words`` are ``(number, word, edits)``; a word is met by words at most ``edits`` away."""
        # Packed as they come: a list of a million numbers would leave its memory behind.
        keys, numbers = array("q"), array("I")
        for number, word, edits in words:
            left = set(map(hash, _deletions(word, edits)))
            keys.extend(left)
            numbers.extend(repeat(number, len(left)))
        hashes = numpy.frombuffer(keys, dtype=numpy.int64)
        order = numpy.argsort(hashes, kind="stable")
        self._keys = hashes[order]
        self._numbers = numpy.frombuffer(numbers, dtype=numpy.uint32)[order]

    def near(self, words: Sequence[str]) -> list[set[int]]:
        """For each word the numbers of entries that may lie within their edits of it; a superset, to be verified."""
        found: list[set[int]] = [set() for _ in words]
        asked = [
            (index, hash(left))
            for index, word in enumerate(words)
            for left in _deletions(word, 2 if len(word) >= 7 else 1)
        ]
        if not asked or not len(self._keys):
            return found
        hashes = numpy.array([key for _, key in asked], dtype=numpy.int64)
        lows = numpy.searchsorted(self._keys, hashes, "left")
        lows = numpy.minimum(lows, len(self._keys) - 1)
        for row in numpy.flatnonzero(self._keys[lows] == hashes):
            low = int(lows[row])
            high = low + int(numpy.searchsorted(self._keys[low : low + 4096], hashes[row], "right"))
            found[asked[row][0]].update(self._numbers[low:high].tolist())
        return found


def _deletions(word: str, edits: int) -> list[str]:
    head = word[:PREFIX]
    found = [head]
    for drops in range(1, min(edits, len(head) - 1) + 1):
        found += map("".join, combinations(head, len(head) - drops))
    return found
