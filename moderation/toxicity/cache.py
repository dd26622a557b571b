"""Answers that were given before, bounded: shops sell the same words again and again."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from moderation.toxicity.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCounts:
    """How often the cache was asked since the start."""

    hits: int
    misses: int
    size: int

    @property
    def hit_rate(self) -> float:
        """Share of questions answered from the cache; 0.0 before the first one."""
        return self.hits / max(1, self.hits + self.misses)


class ScoreCache:
    """Least recently used answers, keyed by model version and text; safe to share between threads."""

    def __init__(self, capacity: int = 20_000) -> None:
        """
        Args:
            capacity: Answers kept; about 500 bytes each, however long the texts are. 0 keeps none.
        """
        self._capacity = capacity
        self._kept: OrderedDict[bytes, Scores] = OrderedDict()
        self._lock = Lock()
        self._hits = self._misses = 0

    def get_or_make(self, version: str, text: str, make: Callable[[str], Scores]) -> Scores:
        """The kept answer, or a new one. An error is not kept."""
        # A digest bounds the memory of a key, and keeps customers' words out of memory dumps.
        key = hashlib.blake2b(f"{version}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._kept:
                self._hits += 1
                self._kept.move_to_end(key)
                return self._kept[key]
            self._misses += 1
        answer = make(text)
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return answer

    def counts(self) -> CacheCounts:
        """The counters, for the metrics page."""
        with self._lock:
            return CacheCounts(hits=self._hits, misses=self._misses, size=len(self._kept))
