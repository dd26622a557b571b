"""Widen a span to whole graphemes: a mark belongs to its letter, a joiner to its emoji, two regionals make a flag."""

import unicodedata

_JOINER = "\u200d"


def widen(text: str, start: int, end: int) -> tuple[int, int]:
    """The smallest stretch of whole graphemes that holds ``text[start:end]``; code points, half-open."""
    while start > 0 and (_extends(text[start]) or text[start - 1] == _JOINER):
        start -= 1
    while end < len(text) and (_extends(text[end]) or text[end - 1] == _JOINER):
        end += 1
    return start, end


def _extends(character: str) -> bool:
    if character.isascii():
        return False
    return (
        unicodedata.category(character) in ("Mn", "Me")
        or character == _JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )
