"""Words that people write as they stand, in the languages of Western Europe: no slip of the pen, no name.

From sorted hashes: two megabytes instead of seven frequency tables, nothing that takes the first customer's time.
"""

from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import as_file, files
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

#: Bytes of a word's hash: one unknown word in a million is taken for a known one.
_WIDTH = 5


class _Words(NamedTuple):
    """Sorted hashes."""

    ordinary: NDArray[numpy.uint64]
    common: NDArray[numpy.uint64]


@lru_cache(maxsize=16384)
def is_ordinary(word: str) -> bool:
    """Whether people write a folded word of five letters or more: once in thirty million words of a language."""
    return _stands_in(word, _load().ordinary)


@lru_cache(maxsize=16384)
def is_common(word: str) -> bool:
    """Whether a word is so common in any language that it may fill a gap; short ones must be very common."""
    return _stands_in(word, _load().common)


def hash_of(word: str) -> int:
    """The hash under which a folded word is kept."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest(), "big")


def _stands_in(word: str, hashes: NDArray[numpy.uint64]) -> bool:
    wanted = numpy.uint64(hash_of(word))
    at = int(hashes.searchsorted(wanted))
    return at < len(hashes) and bool(hashes[at] == wanted)


@cache
def _load() -> _Words:
    with as_file(files("moderation.brands").joinpath("data/ordinary.npz")) as path, numpy.load(path) as data:
        return _Words(_sums(data["ordinary"]), _sums(data["common"]))


def _sums(steps: NDArray[Any]) -> NDArray[numpy.uint64]:
    """Sorted hashes are kept as the step from each to the next: half the size."""
    return numpy.cumsum(steps, dtype=numpy.uint64)


# Read here, at the start, and not while the first customer waits.
_load()
