"""Words: how a text is cut into words, and the shape in which words are compared."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moderation.reading.fold import fold_text

_UNSPACED = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u1100-\u11ff\u0e00-\u0e7f]"
#: Scripts that are written without spaces: their words are found by looking, not by cutting.
UNSPACED = re.compile(_UNSPACED)
#: Letters and digits with inner apostrophes, a run of unspaced script, or one pictograph.
_LETTERS = rf"(?:(?!{_UNSPACED})[^\W_])+"
#: Signs that stand for letters which a writer leaves out: ``sw*atshop``.
MASK = re.compile(r"[*#\u2022]+")
_WORD = re.compile(
    rf"(?<!\S)-\d+/\d+|\d+/\d+|{_LETTERS}(?:['’`´]{_LETTERS}|{MASK.pattern}(?:{_LETTERS})?)*|{_UNSPACED}+|[\u2600-\u27bf\U0001f300-\U0001faff]"
)
_APOSTROPHE = re.compile(r"['’`´]")
#: Articles and particles that lean on the next word: l'enfant, d'esclaves, dell'oro.
_ELIDED = frozenset("l d j n m t s c qu un dell all nell sull dall quell jusqu lorsqu puisqu gl".split())


class Word(NamedTuple):
    """One word of a reading."""

    text: str
    #: Half-open, in characters of the reading.
    start: int
    end: int


def cut(text: str) -> Iterator[Word]:
    """The words of a folded text, in order; apostrophes dropped, elided articles split off."""
    for match in _WORD.finditer(text):
        whole, start = match.group(), match.start()
        mark = _APOSTROPHE.search(whole)
        if mark is None:
            yield Word(whole, start, match.end())
        elif whole[: mark.start()] in _ELIDED:
            yield Word(whole[: mark.start()], start, start + mark.start())
            yield Word(_APOSTROPHE.sub("", whole[mark.end() :]), start + mark.end(), match.end())
        else:
            yield Word(_APOSTROPHE.sub("", whole), start, match.end())


def fold_all(texts: Iterable[str]) -> list[str]:
    """Fold many texts in one go, as the folded reading that detectors compare with."""
    whole = "\n".join(text.replace("\n", " ") for text in texts)
    return fold_text(whole).split("\n") if whole else []


def split(text: str) -> tuple[str, ...]:
    """The words of a folded text as plain strings."""
    if not _APOSTROPHE.search(text):
        return tuple(_WORD.findall(text))
    return tuple(word.text for word in cut(text))
