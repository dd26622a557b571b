"""How much an unknown word looks like a word: a rare word or name does, one that was bent out of another mostly does not."""

from functools import cache, lru_cache
from importlib.resources import as_file, files

import numpy

from moderation.reading.transliterate import latin

#: The 26 letters and the edge of a word.
LETTERS = 27
EDGE = 0
#: Steps of the table to one unit of surprise.
STEPS = 16
#: Mean surprise of words that may as well be bent as rare; for letters that the table does not know.
_EVEN = 2.65


def letters_of(word: str) -> str:
    """Latin letters, those of other alphabets by their sound; empty for what is written otherwise."""
    plain = latin(word)
    return plain if plain.isascii() and plain.isalpha() and plain.islower() else ""


@lru_cache(maxsize=8192)
def surprise(word: str) -> float:
    """Mean surprise of the letters of a folded word, each after the two before it: 2 a plain word, 3 hardly one."""
    letters = letters_of(word)
    if not letters or "\u0590" <= word[0] <= "\u07ff" or word[0] >= "\u0e00":
        return _EVEN  # scripts without vowels, and syllables, are spelled too differently in Latin letters
    table, total, before, last = _table(), 0, EDGE, EDGE
    for code in (*(ord(letter) - 96 for letter in letters), EDGE):
        total += table[(before * LETTERS + last) * LETTERS + code]
        before, last = last, code
    return total / STEPS / (len(letters) + 1)


def oddness(word: str) -> float:
    """-0.6 for the plainest of words, 0 for one that may as well be bent, 0.3 for what is hardly a word."""
    return max(-0.6, min(surprise(word) - _EVEN, 0.3))


@cache
def _table() -> bytes:
    with as_file(files("moderation.matching").joinpath("data/wordlike.npz")) as path, numpy.load(path) as data:
        return bytes(data["surprise"].tobytes())
