"""Disguises that draw the letters of a term otherwise: digits, signs, other alphabets, marks, turned glyphs.

Each takes a term in lower case and a source of chance and gives the disguised spelling; None where the term has no
letter for it or nobody could read the result.
"""

import random

from moderation.reading.characters import LOOK_ALIKE

_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "9", "l": "1"}
_DRAWN = {"k": "|<", "u": "|_|", "h": "|-|", "d": "|)", "w": "\\/\\/", "v": "\\/", "n": "|\\|", "m": "|\\/|", "c": "(", "b": "|3", "p": "|>", "f": "|=", "r": "|2", "a": "/\\", "o": "()", "t": "+", "l": "|_", "x": "><"}  # fmt: skip
_UPSIDE = {"a": "ɐ", "b": "q", "c": "ɔ", "d": "p", "e": "ǝ", "f": "ɟ", "g": "ƃ", "h": "ɥ", "i": "ᴉ", "j": "ɾ", "k": "ʞ", "l": "l", "m": "ɯ", "n": "u", "o": "o", "p": "d", "q": "b", "r": "ɹ", "s": "s", "t": "ʇ", "u": "n", "v": "ʌ", "w": "ʍ", "x": "x", "y": "ʎ", "z": "z"}  # fmt: skip
_GLASS = {"a": "ɒ", "b": "d", "c": "ɔ", "d": "b", "e": "ɘ", "f": "ꟻ", "h": "ʜ", "k": "ʞ", "n": "ᴎ", "p": "q", "q": "p", "r": "ɿ", "s": "ƨ", "t": "ƚ", "g": "ǫ", "j": "ᒑ"}  # fmt: skip


def _drawn_like() -> dict[str, str]:
    """Latin letter -> Greek, Cyrillic and Armenian ones that look like it."""
    found: dict[str, str] = {}
    for drawn, letter in LOOK_ALIKE.items():
        if len(letter) == 1 and "\u0370" <= drawn <= "\u058f":
            found[letter] = found.get(letter, "") + drawn
    return found


_ALIKE = _drawn_like()


def _each(term: str, table: dict[str, str], rng: random.Random) -> str | None:
    """At least one of the letters that the table has, by the table."""
    places = [at for at, c in enumerate(term) if c in table]
    if not places:
        return None
    chosen = set(rng.sample(places, rng.randint(1, len(places))))
    return "".join(rng.choice(table[c]) if at in chosen else c for at, c in enumerate(term))


def leet_digits(term: str, rng: random.Random) -> str | None:
    return _each(
        term, {c: "".join(x for x in v if x.isdigit()) for c, v in _LEET.items() if any(x.isdigit() for x in v)}, rng
    )


def leet_signs(term: str, rng: random.Random) -> str | None:
    return _each(term, {"a": "@", "s": "$", "i": "!", "t": "+", "e": "€", "c": "(", "l": "|"}, rng)


def leet_drawn(term: str, rng: random.Random) -> str | None:
    places = [at for at, c in enumerate(term) if c in _DRAWN]
    if not places:
        return None
    at = rng.choice(places)
    return term[:at] + _DRAWN[term[at]] + term[at + 1 :]


def look_alikes(term: str, rng: random.Random) -> str | None:
    return _each(term, _ALIKE, rng)


def wide(term: str, rng: random.Random) -> str | None:
    return "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in term) if term.isascii() else None


def mathematical(term: str, rng: random.Random) -> str | None:
    base = rng.choice((0x1D400, 0x1D41A, 0x1D4D0, 0x1D56C, 0x1D5D4, 0x1D670))
    return "".join(chr(base + ord(c) - 97) for c in term) if term.isascii() and term.isalpha() else None


def enclosed(term: str, rng: random.Random) -> str | None:
    base = rng.choice((0x24D0, 0x24B6, 0x1F130, 0x1F150, 0x1F170, 0x249C))
    return "".join(chr(base + ord(c) - 97) for c in term) if term.isascii() and term.isalpha() else None


def regional(term: str, rng: random.Random) -> str | None:
    return "".join(chr(0x1F1E6 + ord(c) - 97) for c in term) if term.isascii() and term.isalpha() else None


def zalgo(term: str, rng: random.Random) -> str | None:
    return "".join(c + "".join(chr(rng.randrange(0x300, 0x36F)) for _ in range(rng.randint(1, 6))) for c in term)


def accented(term: str, rng: random.Random) -> str | None:
    return _each(
        term,
        {"a": "áàäå", "e": "éèëę", "i": "íìïī", "o": "óòöő", "u": "úùüů", "c": "ç", "n": "ñ", "s": "š", "k": "ķ"},
        rng,
    )


def upside_down(term: str, rng: random.Random) -> str | None:
    if not all(c in _UPSIDE for c in term) or not any(_UPSIDE[c] > "\x7f" for c in term):
        return None
    return "".join(_UPSIDE[c] for c in reversed(term))


def in_mirror(term: str, rng: random.Random) -> str | None:
    if sum(c in _GLASS for c in term) < 2 or not any(_GLASS.get(c, "a") > "\x7f" for c in term):
        return None
    return "".join(_GLASS.get(c, c) for c in reversed(term))


def letter_emoji(term: str, rng: random.Random) -> str | None:
    return _each(
        term, {"a": "🅰", "b": "🅱", "o": "⭕🅾", "p": "🅿", "s": "💲", "i": "❗ℹ", "x": "❌", "m": "Ⓜ", "t": "✝"}, rng
    )


def calculator(term: str, rng: random.Random) -> str | None:
    table = dict(zip("oizehsglb", "012345678"[:9], strict=True)) | {"g": "6", "l": "7", "b": "8"}
    return "".join(table[c] for c in reversed(term)) if all(c in table for c in term) and len(term) >= 5 else None


def in_capitals(term: str, rng: random.Random) -> str | None:
    return term.upper()


def capital_i(term: str, rng: random.Random) -> str | None:
    return term.replace("i", "l") if "i" in term and term.isascii() else None


def tags(term: str, rng: random.Random) -> str | None:
    return "Anna" + "".join(chr(0xE0000 + ord(c)) for c in term) if term.isascii() else None


def zero_width(term: str, rng: random.Random) -> str | None:
    at = rng.randrange(1, len(term))
    return term[:at] + rng.choice("\u200b\u200c\u200d\u2060\ufeff\u00ad") + term[at:]
