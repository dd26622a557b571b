"""Other scripts as they sound in Latin letters, so that a term and its transliteration meet."""

import re

from anyascii import anyascii

from moderation.reading.text import Reading

#: Han has no one sound; the alphabets and syllabaries do.
_FOREIGN = re.compile(r"[^\x00-\u024f\u2000-\u2fff\u4e00-\u9fff\U00010000-\U0010ffff]")


def transliterated(folded: Reading) -> Reading | None:
    """Letters of other alphabets as Latin letters; None where there are none."""
    if folded.text.isascii() or not _FOREIGN.search(folded.text):
        return None
    return folded.respelled("transliterated", [latin(c) for c in folded.text])


def latin(text: str) -> str:
    """``"ш"`` -> ``"sh"``; lower case, without the apostrophes of scholarly spelling."""
    return text if text.isascii() else "".join(c for c in anyascii(text).lower() if c.isalnum() or c.isspace())
