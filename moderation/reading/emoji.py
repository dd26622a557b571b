"""Pictures as words: what an emoji shows, and what it stands for in the middle of a word."""

import csv
import re
from importlib.resources import files

from moderation.reading.text import Reading

_ROWS = [*csv.DictReader(files("moderation.reading").joinpath("data/emoji.csv").read_text("utf-8").splitlines())]
#: What a picture stands for where letters touch it (``bull💩``) or beside words that make it clear.
_SLANG = {row["emoji"]: row["slang"] for row in _ROWS if row["slang"]}
_SHOWN = {row["emoji"]: row["shown"] for row in _ROWS if row["shown"]}
_ANY = "🅱"
_PICTURE = re.compile("[" + "".join(sorted({*_SLANG, *_SHOWN})) + "]")


def emoji_words(folded: Reading) -> list[Reading]:
    """Pictures as the words they show, and as the slang they stand for where a letter or a picture touches them."""
    if folded.text.isascii() or not _PICTURE.search(folded.text):
        return []
    shown = folded.respelled("emoji as words", [_SHOWN.get(c, c) for c in folded.text])
    slang = folded.respelled("emoji as slang", [_SLANG.get(c, c) for c in folded.text])
    return [shown, slang]


def blurred(as_written: Reading, folded: Reading) -> Reading | None:
    """The squared ``🅱`` as an asterisk, for it replaces any letter in jokes (``ni🅱🅱le``); None where there is none."""
    raw = as_written.text
    if _ANY not in raw:
        return None
    letters = ["*" if raw[low] == _ANY else c for c, low in zip(folded.text, folded.starts, strict=True)]
    return folded.respelled("any letter", letters)
