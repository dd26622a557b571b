"""Characters that nobody sees but that are in the text: a machine cannot engrave them, a prankster hides behind them.

Many have honest work: joiners inside an emoji or a Persian word, selectors that ask for the colour form of a sign,
direction marks beside Arabic. Those are no finding.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from moderation.reading.characters import is_hidden
from moderation.reading.text import Reading
from moderation.request import PersonalizationRequest

_OVERRIDES = "\u202d\u202e"
_MARKS = "\u200e\u200f\u061c"
_DIRECTIONS = _MARKS + "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_JOINERS = "\u200c\u200d"
_DISPLAYED = re.compile("\u202e([^\u202c\n]*)(?:\u202c|(?=\n)|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One hidden character without an honest use where it stands."""

    field: str
    #: Code point offset in the field's raw text.
    at: int
    character: str

    @property
    def is_turning(self) -> bool:
        """It turns the order of the letters round, or spells letters that nobody sees."""
        return self.character in _OVERRIDES or "\U000e0020" <= self.character <= "\U000e007e"

    @property
    def described(self) -> str:
        """``"U+202E RIGHT-TO-LEFT OVERRIDE"``."""
        return f"U+{ord(self.character):04X} {unicodedata.name(self.character, 'CONTROL CHARACTER')}"


def find_hidden(request: PersonalizationRequest) -> list[Hidden]:
    """The hidden characters of all fields that have no honest use where they stand, in the order of the product."""
    return [found for each in request.fields if not _is_plain(each.text) for found in _in_field(each.name, each.text)]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _in_field(name: str, text: str) -> Iterator[Hidden]:
    is_rtl = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    for at, character in enumerate(text):
        if is_hidden(character) and not _is_honest(text, at, is_rtl):
            yield Hidden(field=name, at=at, character=character)


def _is_honest(text: str, at: int, is_rtl: bool) -> bool:
    character, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if character in _DIRECTIONS:
        return is_rtl
    if character in _JOINERS:
        return (_joins(before) and _joins(after)) or (
            character == "\u200d" and _is_pictured(before) and _is_pictured(after)
        )
    code = ord(character)
    if 0xFE00 <= code <= 0xFE0F:
        return _is_pictured(before) or before in tuple("0123456789#*") or _is_han(before)
    if 0xE0020 <= code <= 0xE007F:
        return _ends_flag(text[:at])
    if 0xE0100 <= code <= 0xE01EF:
        return _is_han(before)
    return 0x180B <= code <= 0x180F and "\u1800" <= before <= "\u18aa"


def _joins(character: str) -> bool:
    """A letter of a script in which joiners are part of the spelling: Arabic, Syriac, the Indic scripts, Khmer."""
    return character != "" and (
        "\u0600" <= character <= "\u08ff"
        or "\u0900" <= character <= "\u0dff"
        or "\u1000" <= character <= "\u109f"
        or "\u1780" <= character <= "\u17ff"
    )


def _is_pictured(character: str) -> bool:
    return character != "" and (
        unicodedata.category(character) in ("So", "Sk", "Sm", "Po", "Pd")
        and not character.isascii()
        or character == "\ufe0f"
    )


def _is_han(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"


def _ends_flag(before: str) -> bool:
    """Tag letters spell the region of a black flag, six at most and the closing tag."""
    stem = before.rstrip("".join(map(chr, range(0xE0020, 0xE0080))))
    return stem.endswith("\U0001f3f4") and len(before) - len(stem) <= 6


def displayed(as_written: Reading) -> Reading | None:
    """The letters in the order in which they are shown when overrides turn them round; None without overrides."""
    text = as_written.text
    if "\u202e" not in text:
        return None
    order: list[int] = []
    position = 0
    for stretch in _DISPLAYED.finditer(text):
        order += range(position, stretch.start())
        order += range(stretch.end(1) - 1, stretch.start(1) - 1, -1)
        position = stretch.end()
    order += range(position, len(text))
    return as_written.rewritten("as displayed", ((text[at], at, at + 1) for at in order))


def revealed(as_written: Reading) -> Reading | None:
    """The letters that invisible tag characters spell, among the visible ones; None without tags outside a flag."""
    text = as_written.text
    if not any("\U000e0020" <= c <= "\U000e007e" for c in text):
        return None
    pieces: list[tuple[str, int, int]] = []
    was_tag = True
    for at, character in enumerate(text):
        is_tag = "\U000e0020" <= character <= "\U000e007e" and not _ends_flag(text[:at])
        if is_tag and not was_tag:
            pieces.append((" ", at, at + 1))
        pieces.append((chr(ord(character) - 0xE0000) if is_tag else character, at, at + 1))
        was_tag = is_tag
    return as_written.rewritten("hidden letters", pieces)
