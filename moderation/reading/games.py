"""Word games: pig latin."""

import re

from moderation.reading.text import Reading

_PIG = re.compile(r"(?<![^\W_])([a-z]{2,}?)([bcdfghjklmnpqrstvwxyz]{1,3})(ay)(?![^\W_])")
_PIG_VOWEL = re.compile(r"(?<![^\W_])([aeiou][a-z]+?)(?:[hwy]?ay)(?![^\W_])")


def pig_latin(folded: Reading) -> list[Reading]:
    """Words on ``-ay`` with their beginning put back: ``uckday``; one reading for each length of the beginning."""
    words = [word.span() for word in re.finditer(r"(?<![^\W_])[a-z]{2,}ay(?![^\W_])", folded.text)]
    return [made for length in (0, 1, 2, 3) if (made := _moved(folded, words, length))] if words else []


def _moved(folded: Reading, words: list[tuple[int, int]], length: int) -> Reading | None:
    pieces: list[tuple[str, int, int]] = []
    text = folded.text
    for low, high in words:
        stem = high - 2 - (1 if length == 0 and text[high - 3] in "hwy" else 0)
        onset = text[stem - length : stem]
        if stem - length - low < 1 or any(c in "aeiou" for c in onset):
            continue
        order = [*range(stem - length, stem), *range(low, stem - length)]
        pieces += [(" ", low, high)] * bool(pieces) + [(text[at], at, at + 1) for at in order]
    return folded.rewritten("pig latin", pieces) if pieces else None
