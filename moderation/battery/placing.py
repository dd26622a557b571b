"""Disguises that place the letters of a term otherwise: turned round, apart, as initials, among other letters.

Each takes a term in lower case and a source of chance; None where the term does not suit the disguise.
"""

import random
from collections.abc import Callable

from moderation.battery.letters import leet_digits

_VOWELS = "aeiou"
_WORDS = "alpha amber apple autumn baker berry bloom brave candle castle cedar clover copper coral dancer desert dream eagle early ember fable falcon fancy forest garden gentle ginger golden happy harbor honest honey humble island ivory jolly jungle kettle kindly kitten ladder lemon little lovely magic maple marble meadow mellow merry naughty nectar never noble ocean olive orange otter panda pepper pillow planet purple quick quiet rabbit ribbon river rocket sailor shiny silver simple summer sunny sweet tiger tulip under upper velvet violet walnut warm water willow winter yellow young zebra zesty".split()  # fmt: skip


def between(sign: str) -> Callable[[str, random.Random], str | None]:
    """The disguise that sets ``sign`` between the letters."""
    return lambda term, rng: sign.join(term)


def right_to_left(term: str, rng: random.Random) -> str | None:
    return "\u202e" + term[::-1] + "\u202c"


def backwards(term: str, rng: random.Random) -> str | None:
    return term[::-1] if len(term) >= 4 and term != term[::-1] else None


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


def filler(term: str, rng: random.Random) -> str | None:
    letter = rng.choice("xzq")
    return letter.join(term) if letter not in term and term.isascii() else None


def run_together(term: str, rng: random.Random) -> str | None:
    return (
        rng.choice(("you", "the", "big", "little", "happy", "stupid", "hello")) + term
        if len(term) >= 5 and term.isascii()
        else None
    )


def leet_apart(term: str, rng: random.Random) -> str | None:
    return " ".join(made) if (made := leet_digits(term, rng)) else None
