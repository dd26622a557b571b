"""Writes ``ordinary.npz``: the words that ``moderation.brands.ordinary`` knows.

Source: wordfreq (data CC BY-SA 4.0). Run it after a change of the languages or limits, in the project's environment:
``python moderation/brands/data/make_ordinary.py``. ``ordinary`` and ``common`` hold the steps between sorted 40-bit
hashes of folded words.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy
import wordfreq
from numpy.typing import NDArray

from moderation.brands.ordinary import hash_of
from moderation.reading.fold import fold_text

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl")
#: On the Zipf scale: a word seen once in thirty million.
ORDINARY = 1.5
SHORTEST = 5
#: On the Zipf scale: a word that may fill a gap; one of up to three letters must be ten times as frequent.
COMMON = 4.2


def words() -> dict[str, float]:
    """Every folded word with its greatest frequency in any language, on the Zipf scale."""
    zipf: dict[str, float] = defaultdict(float)
    for language in LANGUAGES:
        for centibels, entries in enumerate(wordfreq.get_frequency_list(language, "best")):
            for word in entries:
                zipf[word] = max(zipf[word], (900 - centibels) / 100)
    # "00s" stands for all numbers of two digits and more at once, so it says nothing of any.
    return {
        word: value for word, value in zipf.items() if word.isalnum() and "00" not in word and fold_text(word) == word
    }


def steps(chosen: Iterable[str]) -> NDArray[Any]:
    hashes = numpy.array(sorted({hash_of(word) for word in chosen}), dtype=numpy.uint64)
    found = numpy.diff(hashes, prepend=numpy.uint64(0))
    # Few words lie far apart; the table then keeps whole numbers of eight bytes.
    return found.astype(numpy.uint32) if found.max() < 1 << 32 else found


def main() -> None:
    known = words()
    ordinary = steps(
        word for word, zipf in known.items() if zipf >= ORDINARY and len(word) >= SHORTEST and word.isalpha()
    )
    common = steps(word for word, zipf in known.items() if zipf >= (COMMON if len(word) > 3 else COMMON + 1))
    path = Path(__file__).with_name("ordinary.npz")
    numpy.savez_compressed(path, ordinary=ordinary, common=common)
    print(f"{path}: {len(ordinary)} ordinary words, {len(common)} common ones, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
