"""Run-together words: whether a listed word in a longer one was put there or is only its letters.

``penisland`` may be ``pen island``; ``ilovecocaine`` can be read in one way only. The likelier split wins, by the
frequency of its words in English.
"""

from functools import lru_cache

from moderation.matching.lexicon import ENGLISH, Lexicon

LONGEST = 40
_ONE_LETTER = frozenset("ai")
#: Zipf frequency from which a word of that many letters counts in a split.
_COMMON = {1: 5.0, 2: 5.3, 3: 4.6}


def likelihood(word: str, lexicon: Lexicon, without: str = "") -> float | None:
    """Log10 likelihood of the likeliest split of a word into common English words; None when there is none.

    Args:
        without: A word that no part may be.
    """
    if len(word) > LONGEST or not word.isascii():
        return None
    best: list[float | None] = [0.0] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 14), end):
            before, part = best[start], word[start:end]
            if before is None or part == without:
                continue
            value = _value(part, lexicon)
            current = best[end]
            if value is not None and (current is None or before + value > current):
                best[end] = before + value
    return best[len(word)]


@lru_cache(maxsize=65536)
def _value(part: str, lexicon: Lexicon) -> float | None:
    if len(part) == 1 and part not in _ONE_LETTER:
        return None
    zipf = lexicon.english(part)
    if zipf < _COMMON.get(len(part), 3.5) or not lexicon.kinds(part) & ENGLISH:
        return None
    return zipf - 9
