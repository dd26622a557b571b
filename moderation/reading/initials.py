"""Acrostics: the first letters of words, of lines and of fields."""

import re

from moderation.reading.text import Reading

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LINE = re.compile(r"[^\n]*[^\W_][^\n]*")


def first_letters(folded: Reading) -> list[Reading]:
    """First letters of words, line by line, and of lines; each only where at least three would be read."""
    words: list[tuple[str, int, int]] = []
    lines: list[tuple[str, int, int]] = []
    for line in _LINE.finditer(folded.text):
        starts = [word.start() for word in _WORD.finditer(folded.text, line.start(), line.end())]
        if not starts:
            continue
        lines.append((folded.text[starts[0]], starts[0], starts[0] + 1))
        if len(starts) >= 3:
            if words:
                words.append(("\n", starts[0], starts[0] + 1))
            words += [(folded.text[at], at, at + 1) for at in starts]
    found = [folded.rewritten("first letters of words", words)] if words else []
    if len(lines) >= 3:
        found.append(folded.rewritten("first letters of lines", lines))
    return found
