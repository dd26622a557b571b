"""Disguised spellings by the thousand: every technique applied to every base term, from a seed, never from a list.

Run ``python -m tests.matching.battery`` for the matrix; ``--part held`` shows only what fitting never saw.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wordfreq import zipf_frequency

from moderation.matching.lexicon import ENGLISH, PERSON, load_lexicon
from moderation.reading.characters import LOOK_ALIKE, MIRRORED, TURNED

Lines = tuple[str, ...]

_VOWELS = "aeiou"
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "9", "l": "1"}
_DRAWN = {"k": "|<", "u": "|_|", "h": "|-|", "d": "|)", "w": "\\/\\/", "v": "\\/", "n": "|\\|", "m": "|\\/|", "c": "(", "b": "|3", "p": "|>", "f": "|=", "r": "|2", "a": "/\\", "o": "()", "t": "+", "l": "|_", "x": "><"}  # fmt: skip
_SOUNDS = (
    ("ck", "k"),
    ("f", "ph"),
    ("c", "k"),
    ("s", "z"),
    ("i", "y"),
    ("k", "ck"),
    ("x", "cks"),
    ("u", "oo"),
    ("er", "a"),
)
_SPOKEN = (("ate", "8"), ("for", "4"), ("to", "2"), ("one", "1"), ("fore", "4"), ("ait", "8"))
_NEAR = {"a": "sqz", "b": "vnh", "c": "xvk", "d": "sfe", "e": "wra", "f": "gdv", "g": "fht", "h": "gjn", "i": "uoy", "j": "hku", "k": "jlc", "l": "kpo", "m": "nj", "n": "mbh", "o": "ipu", "p": "ol", "q": "wa", "r": "etf", "s": "adz", "t": "ryg", "u": "yiv", "v": "cbu", "w": "qev", "x": "zcs", "y": "tui", "z": "sxa"}  # fmt: skip
_WORDS = "alpha amber apple autumn baker berry bloom brave candle castle cedar clover copper coral dancer desert dream eagle early ember fable falcon fancy forest garden gentle ginger golden happy harbor honest honey humble island ivory jolly jungle kettle kindly kitten ladder lemon little lovely magic maple marble meadow mellow merry naughty nectar never noble ocean olive orange otter panda pepper pillow planet purple quick quiet rabbit ribbon river rocket sailor shiny silver simple summer sunny sweet tiger tulip under upper velvet violet walnut warm water willow winter yellow young zebra zesty".split()  # fmt: skip
_CARRIERS = ("{}", "{}", "you {}", "hello {} team", "{} forever", "my friend {} 4 life", "Best wishes, {}")


def _upper(table: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for drawn, letter in table.items():
        found.setdefault(letter, []).append(drawn)
    return found


_CYRILLIC = {k: [c for c in v if "\u0370" <= c <= "\u058f"] for k, v in _upper(LOOK_ALIKE).items()}
_UPSIDE = {"a": "ɐ", "b": "q", "c": "ɔ", "d": "p", "e": "ǝ", "f": "ɟ", "g": "ƃ", "h": "ɥ", "i": "ᴉ", "j": "ɾ", "k": "ʞ", "l": "l", "m": "ɯ", "n": "u", "o": "o", "p": "d", "q": "b", "r": "ɹ", "s": "s", "t": "ʇ", "u": "n", "v": "ʌ", "w": "ʍ", "x": "x", "y": "ʎ", "z": "z"}  # fmt: skip
_GLASS = {"a": "ɒ", "b": "d", "c": "ɔ", "d": "b", "e": "ɘ", "f": "ꟻ", "h": "ʜ", "k": "ʞ", "n": "ᴎ", "p": "q", "q": "p", "r": "ɿ", "s": "ƨ", "t": "ƚ", "g": "ǫ", "j": "ᒑ"}  # fmt: skip
assert set(_UPSIDE.values()) - set("abcdefghijklmnopqrstuvwxyz") <= set(TURNED)
assert set(_GLASS.values()) - set("bdpq") <= set(MIRRORED)


def _each(term: str, table: dict[str, str], rng: random.Random, least: int = 1) -> str | None:
    """Some letters by the table, at least ``least``, the first among them or not."""
    places = [at for at, c in enumerate(term) if c in table]
    if len(places) < least:
        return None
    chosen = set(rng.sample(places, rng.randint(least, len(places))))
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


def _between(sign: str) -> Callable[[str, random.Random], str | None]:
    return lambda term, rng: sign.join(term)


def repeated(term: str, rng: random.Random) -> str | None:
    at = rng.randrange(len(term))
    return term[:at] + term[at] * rng.randint(3, 6) + term[at + 1 :]


def look_alikes(term: str, rng: random.Random) -> str | None:
    return _each(term, {c: "".join(v) for c, v in _CYRILLIC.items() if v and len(c) == 1}, rng)


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


def zero_width(term: str, rng: random.Random) -> str | None:
    at = rng.randrange(1, len(term))
    return term[:at] + rng.choice("\u200b\u200c\u200d\u2060\ufeff\u00ad") + term[at:]


def right_to_left(term: str, rng: random.Random) -> str | None:
    return "\u202e" + term[::-1] + "\u202c"


def tags(term: str, rng: random.Random) -> str | None:
    return "Anna" + "".join(chr(0xE0000 + ord(c)) for c in term) if term.isascii() else None


def backwards(term: str, rng: random.Random) -> str | None:
    return term[::-1] if len(term) >= 4 and term != term[::-1] else None


def upside_down(term: str, rng: random.Random) -> str | None:
    if not all(c in _UPSIDE for c in term) or not any(_UPSIDE[c] > "\x7f" for c in term):
        return None
    return "".join(_UPSIDE[c] for c in reversed(term))


def in_mirror(term: str, rng: random.Random) -> str | None:
    if sum(c in _GLASS for c in term) < 2 or not any(_GLASS.get(c, "a") > "\x7f" for c in term):
        return None
    return "".join(_GLASS.get(c, c) for c in reversed(term))


def one_mask(term: str, rng: random.Random) -> str | None:
    if len(term) < 4:
        return None
    at = rng.randrange(1, len(term) - 1)
    return term[:at] + rng.choice("*#_.-?•") + term[at + 1 :]


def masks(term: str, rng: random.Random) -> str | None:
    if len(term) < 4:
        return None
    return term[0] + "*" * (len(term) // 2) + term[1 + len(term) // 2 :]


def swapped(term: str, rng: random.Random) -> str | None:
    places = [at for at in range(1, len(term) - 1) if term[at] != term[at + 1]]
    if len(term) < 4 or not places:
        return None
    at = rng.choice(places)
    return term[:at] + term[at + 1] + term[at] + term[at + 2 :]


def wrong_letter(term: str, rng: random.Random) -> str | None:
    if len(term) < 4 or not term.isascii():
        return None
    at = rng.randrange(1, len(term) - 1) if len(term) < 6 else rng.randrange(len(term))
    return term[:at] + rng.choice(_NEAR[term[at]]) + term[at + 1 :] if term[at] in _NEAR else None


def missing_letter(term: str, rng: random.Random) -> str | None:
    if len(term) < 5:
        return None
    at = rng.randrange(1, len(term))
    return term[:at] + term[at + 1 :]


def added_letter(term: str, rng: random.Random) -> str | None:
    if len(term) < 5 or not term.isascii():
        return None
    at = rng.randrange(1, len(term))
    return term[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + term[at:]


def no_vowels(term: str, rng: random.Random) -> str | None:
    left = term[0] + "".join(c for c in term[1:] if c not in _VOWELS)
    return left if len({c for c in left if c not in _VOWELS}) >= 3 and left != term and term.isascii() else None


def sounded(term: str, rng: random.Random) -> str | None:
    rules = [(a, b) for a, b in _SOUNDS if a in term]
    if len(term) < 4 or not rules or not term.isascii():
        return None
    a, b = rng.choice(rules)
    return term.replace(a, b, 1)


def spoken_digits(term: str, rng: random.Random) -> str | None:
    for sound, digit in _SPOKEN:
        if sound in term:
            return term.replace(sound, digit)
    return None


def word_initials(term: str, rng: random.Random) -> str | None:
    if len(term) < 4 or not all(any(word[0] == c for word in _WORDS) for c in term):
        return None
    return " ".join(rng.choice([word for word in _WORDS if word[0] == c]).capitalize() for c in term)


def line_initials(term: str, rng: random.Random) -> str | None:
    words = word_initials(term, rng)
    return "\n".join(f"{word} {rng.choice(_WORDS)}" for word in words.split()) if words else None


def pig_latin(term: str, rng: random.Random) -> str | None:
    if not term.isascii() or term[0] in _VOWELS or len(term) < 4:
        return None
    at = next((at for at, c in enumerate(term) if c in _VOWELS), 0)
    return term[at:] + term[:at] + "ay" if 1 <= at <= 3 else None


def letter_emoji(term: str, rng: random.Random) -> str | None:
    return _each(
        term, {"a": "🅰", "b": "🅱", "o": "⭕🅾", "p": "🅿", "s": "💲", "i": "❗ℹ", "x": "❌", "m": "Ⓜ", "t": "✝"}, rng
    )


def filler(term: str, rng: random.Random) -> str | None:
    letter = rng.choice("xzq")
    return letter.join(term) if letter not in term and term.isascii() else None


def run_together(term: str, rng: random.Random) -> str | None:
    return (
        rng.choice(("you", "the", "big", "little", "happy", "stupid", "hello")) + term
        if len(term) >= 5 and term.isascii()
        else None
    )


def with_ending(term: str, rng: random.Random) -> str | None:
    return term + "s" if term.isascii() and term[-1] not in "aeiousyz" and len(term) >= 4 else None


def in_capitals(term: str, rng: random.Random) -> str | None:
    return term.upper()


def capital_i(term: str, rng: random.Random) -> str | None:
    return term.replace("i", "l") if "i" in term and term.isascii() else None


def leet_apart(term: str, rng: random.Random) -> str | None:
    return " ".join(made) if (made := leet_digits(term, rng)) else None


def accented_repeated(term: str, rng: random.Random) -> str | None:
    return repeated(made, rng) if (made := accented(term, rng)) else None


def calculator(term: str, rng: random.Random) -> str | None:
    table = dict(zip("oizehsglb", "012345678"[:9], strict=True)) | {"g": "6", "l": "7", "b": "8"}
    return "".join(table[c] for c in reversed(term)) if all(c in table for c in term) and len(term) >= 5 else None


#: Technique -> how it disguises a term; None where the result would be no disguise or nobody could read it.
TECHNIQUES: dict[str, Callable[[str, random.Random], str | None]] = {
    "capitals": in_capitals, "accents": accented, "combining marks": zalgo, "full width": wide, "mathematical letters": mathematical,
    "enclosed letters": enclosed, "regional letters": regional, "look-alike letters": look_alikes, "l for i": capital_i,
    "zero-width characters": zero_width, "right-to-left override": right_to_left, "tag letters": tags, "leet digits": leet_digits,
    "leet signs": leet_signs, "letters drawn with signs": leet_drawn, "repeated letters": repeated, "spaces between": _between(" "),
    "dots between": _between("."), "hyphens between": _between("-"), "one letter a line": _between("\n"), "leet and spaces": leet_apart,
    "accents and repeats": accented_repeated, "reversed": backwards, "upside down": upside_down, "mirrored": in_mirror,
    "calculator": calculator, "one mask": one_mask, "half masked": masks, "transposition": swapped, "wrong letter": wrong_letter,
    "missing letter": missing_letter, "added letter": added_letter, "vowels dropped": no_vowels, "sound spelling": sounded,
    "digits as sounds": spoken_digits, "first letters of words": word_initials, "first letters of lines": line_initials,
    "pig latin": pig_latin, "emoji as letters": letter_emoji, "filler letters": filler, "run together": run_together, "with an ending": with_ending,
}  # fmt: skip
#: Read only when the whole field is the disguise.
_WHOLE = frozenset({"first letters of words", "first letters of lines", "one letter a line", "tag letters"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguised:
    """One disguised spelling, as the fields of an order."""

    term: str
    technique: str
    fields: Lines
    #: Never used for fitting.
    is_held: bool


#: An edit may make another ordinary word; that is no disguise, for nobody would read the term in it.
_EDITS = frozenset(
    {"transposition", "wrong letter", "missing letter", "added letter", "sound spelling", "l for i", "digits as sounds"}
)


def is_ordinary(word: str) -> bool:
    """Known as a word or a person's name: then it is read as itself."""
    if load_lexicon().kinds(word) & (ENGLISH | PERSON):
        return True
    return any(
        zipf_frequency(word, language) >= 3 for language in ("en", "es", "de", "fr", "it", "pt", "pl", "tr", "nl", "ru")
    )


def is_held(term: str, technique: str) -> bool:
    """A third of the terms, and a quarter of the pairs of the rest, are never fitted on; decided by their letters."""
    return sum(map(ord, term)) % 3 == 0 or sum(map(ord, term + technique)) % 4 == 0


def make_battery(terms: list[str], *, seed: int = 1, variants: int = 2) -> Iterator[Disguised]:
    """Every technique on every term that it suits, ``variants`` times, alone and in a harmless frame."""
    for term in terms:
        for technique, disguise in TECHNIQUES.items():
            rng = random.Random(f"{seed}/{term}/{technique}")
            for _ in range(variants):
                made = disguise(term, rng)
                if made is None or made == term or (technique in _EDITS and is_ordinary(made)):
                    continue
                frame = "{}" if technique in _WHOLE else rng.choice(_CARRIERS)
                yield Disguised(
                    term=term, technique=technique, fields=(frame.format(made),), is_held=is_held(term, technique)
                )
        rng = random.Random(f"{seed}/{term}/fields")
        if len(term) >= 4:
            at = rng.randrange(2, len(term) - 1) if len(term) > 4 else 2
            yield Disguised(
                term=term,
                technique="split over two fields",
                fields=(term[:at], term[at:]),
                is_held=is_held(term, "fields"),
            )
