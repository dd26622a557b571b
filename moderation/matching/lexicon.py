"""The innocent side of the world's words: which tokens are ordinary words, names and places, and how common.

A token that stands here is read as itself: no letter is changed, dropped or read as a sound to make a listed term.
"""

from bisect import bisect_left
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import as_file, files

import numpy

WORD, ENGLISH, GIVEN, SURNAME, PLACE, RARE, MERE_NAME = 1, 2, 4, 8, 16, 32, 64
PERSON = GIVEN | SURNAME


def key_of(word: str) -> int:
    """The 64-bit hash under which a folded word is kept."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Lexicon:
    """Folded word -> kinds and frequency, from sorted hashes: a few megabytes, no words in the clear."""

    def __init__(self, keys: bytes, kinds: bytes, english: bytes) -> None:
        """Three columns of equal length: sorted 64-bit hashes, kinds and ten times the English frequency, a byte each."""
        self._keys, self._kinds, self._english = memoryview(keys).cast("Q"), kinds, english

    def kinds(self, word: str) -> int:
        """Bits of ``WORD | ENGLISH | GIVEN | SURNAME | PLACE``, ``RARE`` for a surname that few bear, ``MERE_NAME`` for a person's
        name that is no word of a dictionary; 0 for a word that nobody knows."""
        return self._find(word)[0]

    def english(self, word: str) -> float:
        """Zipf frequency in English, 0 to 8; 0 for a word that is none."""
        return self._find(word)[1]

    @lru_cache(maxsize=65536)  # noqa: B019  # one lexicon lives as long as the process
    def _find(self, word: str) -> tuple[int, float]:
        key = key_of(word)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            return self._kinds[at], self._english[at] / 10
        return 0, 0.0


@cache
def load_lexicon() -> Lexicon:
    """The lexicon shipped with this package, read once."""
    with as_file(files("moderation.matching").joinpath("data/lexicon.npz")) as path, numpy.load(path) as data:
        return Lexicon(data["keys"].tobytes(), data["kinds"].tobytes(), data["english"].tobytes())
