"""The folded reading: case, width, marks and compatibility forms gone, hidden characters dropped.

What people read as the same letter becomes the same letter. Separators stay; other readings drop them. A letter
of another alphabet becomes the Latin letter it looks like where it stands among Latin letters; a word wholly in
Cyrillic stays Cyrillic, and ``look_alike`` is the reading that sees Latin letters in it.
"""

import re
from functools import cache
from unicodedata import name, normalize

from moderation.reading.characters import FOLDED, LOOK_ALIKE
from moderation.reading.text import Reading, as_written
from moderation.request import PersonalizationRequest

#: Folded letters and the stretch of the text that they stand for, half-open.
_Piece = tuple[str, int, int]
#: Most orders: nothing to fold but case.
_PLAIN = re.compile(r"[ -~\n]*")
_WORD = re.compile(r"\S+")
_LATIN = re.compile(r"[a-z]")


def fold(reading: Reading) -> Reading:
    """Fold every character; one that expands shares its origin, one that is hidden leaves a gap."""
    if _PLAIN.fullmatch(reading.text):
        return Reading(reading.layout, _name(reading), reading.text.lower(), reading.starts, reading.ends)
    pieces = _composed(reading.text)
    plain = reading.rewritten(_name(reading), pieces)
    typed = _typed(reading.text, pieces)
    mixed = [word.span() for word in _WORD.finditer(plain.text) if _is_mixed(word.group(), typed[slice(*word.span())])]
    return _with_look_alikes(reading, plain, pieces, mixed) if mixed else plain


def _name(reading: Reading) -> str:
    return "folded" if reading.name == "as written" else reading.name


def fold_character(character: str) -> str:
    """``"É"`` -> ``"e"``, ``"Ａ"`` -> ``"a"``, a zero-width space -> ``""``, ``"7"`` -> ``"7"``."""
    return FOLDED[character]


def fold_text(text: str) -> str:
    """A list entry as the folded reading shows it."""
    if _PLAIN.fullmatch(text):
        return text.lower()
    plain = "".join(letters for letters, _, _ in _composed(text))
    if not any(c in LOOK_ALIKE for c in plain + text):
        return plain
    return fold(as_written(PersonalizationRequest.of(text))).text


def look_alike(as_written: Reading) -> Reading | None:
    """Words of another alphabet as the Latin ones they look like; None where none looks so from end to end."""
    if as_written.text.isascii():
        return None
    pieces = _composed(as_written.text)
    plain = as_written.rewritten("look-alikes", pieces)
    typed = _typed(as_written.text, pieces)
    words = [
        word.span() for word in _WORD.finditer(plain.text) if _looks_latin(word.group(), typed[slice(*word.span())])
    ]
    return _with_look_alikes(as_written, plain, pieces, words) if words else None


def _typed(text: str, pieces: list[_Piece]) -> str:
    """The raw character behind each folded one: capitals of an alphabet look like others than its small letters."""
    return "".join(text[start] * len(letters) for letters, start, _ in pieces)


def _looks_latin(word: str, typed: str) -> bool:
    """Every letter is Latin or looks so, one at least by its looks alone: ``сор``, but not ``сорт``."""
    seen = [
        c in LOOK_ALIKE or raw in LOOK_ALIKE
        for c, raw in zip(word, typed, strict=True)
        if not c.isascii() and c.isalpha()
    ]
    return bool(seen) and all(seen)


def _composed(text: str) -> list[_Piece]:
    """Folded pieces; a kana voicing mark joins the sign before it, as in half-width katakana."""
    pieces: list[_Piece] = []
    for index, character in enumerate(text):
        if character in "\u3099\u309a\uff9e\uff9f" and pieces and len(pieces[-1][0]) == 1:
            voiced = FOLDED_VOICED.get(pieces[-1][0] + ("\u3099" if character in "\u3099\uff9e" else "\u309a"))
            if voiced:
                pieces[-1] = (voiced, pieces[-1][1], index + 1)
                continue
        folded = FOLDED[character]
        if folded:
            pieces.append((folded, index, index + 1))
    return pieces


def _voiced() -> dict[str, str]:
    pairs = {
        chr(code) + mark: normalize("NFC", chr(code) + mark)
        for code in range(0x3041, 0x3097)
        for mark in "\u3099\u309a"
    }
    return {pair: one for pair, one in pairs.items() if len(one) == 1}


FOLDED_VOICED = _voiced()


def _is_mixed(word: str, typed: str) -> bool:
    """Latin letters and others that look so; or letters of two alphabets that all look Latin, which no language mixes."""
    if word.isascii() or not any(c in LOOK_ALIKE for c in word + typed):
        return False
    if _LATIN.search(word):
        return True
    return _looks_latin(word, typed) and len({_alphabet(c) for c in word if c.isalpha()}) > 1


@cache
def _alphabet(letter: str) -> str:
    """``"CYRILLIC"``, ``"GREEK"``; the scripts of Japanese are one."""
    alphabet = name(letter, "").split(" ")[0]
    return "CJK" if alphabet in ("HIRAGANA", "KATAKANA", "BOPOMOFO") else alphabet


def _with_look_alikes(raw: Reading, plain: Reading, pieces: list[_Piece], stretches: list[tuple[int, int]]) -> Reading:
    """``plain`` with the letters in the stretches made Latin, judged by the raw letter: capitals look different."""
    typed = _typed(raw.text, pieces)
    text = [*plain.text]
    for low, high in stretches:
        for at in range(low, high):
            letters = LOOK_ALIKE.get(typed[at]) if plain.text[at] == FOLDED[typed[at]] else None
            text[at] = letters or LOOK_ALIKE.get(plain.text[at], plain.text[at])
    return plain.respelled(plain.name, text)
