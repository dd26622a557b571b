"""Words one of which must stand near an entry, so that it means what it is listed for."""

import re
from functools import lru_cache

from moderation.reading import Reading
from moderation.reading.fold import fold_text

_WORD = re.compile(r"[^\W_]+")


def stands_near(context: tuple[str, ...], readings: tuple[Reading, ...], low: int, high: int) -> bool:
    """Whether a context word stands in a reading of the order, outside ``layout[low:high]``."""
    return bool(context) and any(_holds(context, _outside(reading, low, high)) for reading in readings)


def _holds(context: tuple[str, ...], text: str) -> bool:
    words = set(_WORD.findall(text))
    return any(words.issuperset(parts) if parts else word in text for word, parts in _folded(context))


@lru_cache(maxsize=4096)
def _folded(context: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each word folded, and its parts; none for signs and pictures."""
    return tuple((folded, tuple(_WORD.findall(folded))) for folded in map(fold_text, context))


def _outside(reading: Reading, low: int, high: int) -> str:
    return "".join(" " if low <= at < high else c for c, at in zip(reading.text, reading.starts, strict=True))
