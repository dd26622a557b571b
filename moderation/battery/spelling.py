"""Disguises that spell a term otherwise: wrong, missing, hidden, sounded out, repeated or ended.

Each takes a term in lower case and a source of chance; None where the result would be no disguise of that term.
"""

import random

from moderation.battery.letters import accented

_VOWELS = "aeiou"
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


def repeated(term: str, rng: random.Random) -> str | None:
    at = rng.randrange(len(term))
    return term[:at] + term[at] * rng.randint(3, 6) + term[at + 1 :]


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


def with_ending(term: str, rng: random.Random) -> str | None:
    return term + "s" if term.isascii() and term[-1] not in "aeiousyz" and len(term) >= 4 else None


def accented_repeated(term: str, rng: random.Random) -> str | None:
    return repeated(made, rng) if (made := accented(term, rng)) else None
