"""What a reader sees in one character: the tables behind every folding, read once from ``data/characters.csv``."""

import csv
import unicodedata
from functools import cache
from importlib.resources import files

_ROWS = files("moderation.reading").joinpath("data/characters.csv").read_text("utf-8").splitlines()


def _table(kind: str) -> dict[str, str]:
    return {chr(int(row["code"], 16)): row["letters"] for row in csv.DictReader(_ROWS) if row["kind"] == kind}


#: Other ways to draw a Latin letter: small capitals, enclosed and regional letters, hooks and strokes.
ALWAYS = _table("always")
#: Letters of other alphabets that look like a Latin one; read so only in Latin company.
LOOK_ALIKE = _table("look")
#: Signs that can stand for a letter (``€`` for e); they may just as well be signs.
SYMBOL = _table("symbol")
TURNED = _table("turned")
MIRRORED = _table("mirrored")

#: Letters that people write in several ways without meaning a difference.
_SPELLED = str.maketrans({"ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ـ": "", "ς": "σ"})
#: Marks over, under and around letters that may go without making another word. Vowel signs of Indic scripts
#: and Thai are marks for Unicode too, but they are half of the word and stay.
_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def is_mark(character: str) -> bool:
    code = ord(character)
    return code > 0x2FF and any(low <= code <= high for low, high in _MARKS)


@cache
def is_hidden(character: str) -> bool:
    """Nothing of it can be engraved: format controls, selectors, tags, fillers, control codes other than breaks."""
    if character in "\t\n\r":
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in ("Cf", "Cc")
        or character in _FILLERS
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
        or 0x180B <= code <= 0x180F
    )


class _Folded(dict[str, str]):
    """Character -> its folded letters, worked out when first met; at most a million keys, one per code point."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = _fold(character)
        return folded


def _fold(character: str) -> str:
    if is_hidden(character) or is_mark(character) or "\U0001f3fb" <= character <= "\U0001f3ff":
        return ""
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"  # half of a character; the automata below take whole ones only
    if character.isspace():
        return "\n" if character in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
    seen = ""
    while seen != character:
        seen, character = character, _fold_once(character)
    return character


def _fold_once(text: str) -> str:
    letters = "".join(ALWAYS.get(c, c) for c in text)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letters).casefold())
    kept = "".join(_digit(c) for c in plain if not is_mark(c) and not is_hidden(c)).translate(_SPELLED)
    return "".join(_hiragana(c) for c in unicodedata.normalize("NFC", kept))


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None) if unicodedata.category(character) == "Nd" else None
    return character if value is None else str(value)


def _hiragana(character: str) -> str:
    return chr(ord(character) - 0x60) if "ァ" <= character <= "ヶ" else character


#: ``FOLDED["É"] == "e"``, ``FOLDED["Ａ"] == "a"``, ``FOLDED["\u200b"] == ""``, ``FOLDED["7"] == "7"``.
FOLDED = _Folded()
