"""Spell a text as people do who want to slip past a filter, or who only want to look stylish.

Clean texts are disguised as often as harmful ones: a digit in a word must not be a reason by itself.
"""

import random
import re

LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "b": "8", "g": "9"}
CARRIERS = (
    "happy birthday {}",
    "to {}",
    "{} forever",
    "world's best {}",
    "{} crew",
    "team {}",
    "property of {}",
    "i love {}",
    "{} 2024",
    "best {} ever",
    "merry christmas {}",
    "{} rules",
    "congrats {}",
    "good luck {}",
    "the {} family",
    "{} was here",
    "just {}",
    "{} club",
    "get well soon {}",
    "for {} with love",
    "{} squad",
    "it's {} time",
    "keep calm and {}",
    "100% {}",
)
ENDINGS = ("!", "!!", ".", "?", " xx", " <3", " ❤️", " 😂", " 🎉", " x", " :)", " lol", " ...", " 😍", " 👑", " 🔥")


def leet(text: str, chance: random.Random) -> str:
    """Put digits and signs in place of some letters: ``"b4st4rd"``."""
    rate = chance.choice((0.3, 0.5, 0.9))
    return "".join(chance.choice(LEET[c]) if c in LEET and chance.random() < rate else c for c in text.lower())


def spaced(text: str, chance: random.Random) -> str:
    """Set the letters apart: ``"f o o l"``, ``"f.o.o.l"``."""
    gap = chance.choice((" ", ".", "-", "_", " ", "*"))
    return "  ".join(gap.join(word) for word in text.split())


def run_together(text: str, chance: random.Random) -> str:
    """Leave the spaces out, as in a hashtag."""
    return chance.choice(("", "#")) + re.sub(r"\W", "", text)


def stretched(text: str, chance: random.Random) -> str:
    """Repeat a letter: ``"looooser"``."""
    letters = [at for at, c in enumerate(text) if c.isalpha()]
    if not letters:
        return text
    at = chance.choice(letters)
    return text[:at] + text[at] * chance.randint(2, 5) + text[at + 1 :]


def misspelled(text: str, chance: random.Random) -> str:
    """Drop or swap one letter in the middle of a word."""
    if len(text) < 6:
        return text
    at = chance.randint(2, len(text) - 3)
    return text[:at] + text[at + 1 :] if chance.random() < 0.5 else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


DISGUISES = (leet, leet, spaced, run_together, stretched, misspelled)


def disguised(text: str, chance: random.Random) -> str:
    """The text in one disguise."""
    return chance.choice(DISGUISES)(text, chance)


def dressed(text: str, chance: random.Random) -> str:
    """The text as it may stand on a product: letter case, an ending, a signature."""
    text = chance.choice((str, str, str.lower, str.upper, str.title))(text)
    return text + chance.choice(ENDINGS) if chance.random() < 0.2 else text
