"""Glosses: a sentence in plain English, word for word, so that the ear hears what it means in a tongue that it was taught little of.

``data/glosses.csv`` has the everyday words of seven languages; a star stands for any ending. A gloss is no translation: it
keeps the order of the words and leaves what it does not know as it stands.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from moderation.brands.words import fold_all
from moderation.compiled import program_digest, read, write
from moderation.matching.lexicon import MERE_NAME, load_lexicon

GLOSSES = Path(__file__).parent / "data" / "glosses.csv"
#: From this share of known words on, a sentence is one of the language; fewer are chance.
_SPOKEN = 0.6
#: On the Zipf scale: what every reader of English knows.
_ENGLISH = 4.0
_SHORTEST_STEM = 3
_KIND = "glosses"


@dataclass(frozen=True, slots=True)
class Glossary:
    """What the words of one language mean in English."""

    words: Mapping[str, str]
    stems: Mapping[str, str]

    def meaning(self, word: str) -> str:
        """The English word, or words; empty where none is known."""
        if found := self.words.get(word) or self.stems.get(word):
            return found
        if load_lexicon().kinds(word) & MERE_NAME:
            # Pietro is no stone.
            return ""
        lengths = range(len(word) - 1, _SHORTEST_STEM - 1, -1)
        return next((self.stems[word[:length]] for length in lengths if word[:length] in self.stems), "")


def glossed(words: Sequence[str], told: Sequence[str]) -> list[str]:
    """``told``, each word of it that the language of ``words`` has in English; empty where it is English or unknown.

    Args:
        words: Folded words of a sentence.
        told: The same as the ear is told them, one for one; names are the same whatever is spoken.
    """
    lexicon = load_lexicon()
    english = [lexicon.english(word) >= _ENGLISH for word in words]
    if all(english):
        return []
    meanings = max(zip(*map(_meanings, words), strict=True), key=lambda found: sum(map(bool, found)))
    known = sum(map(bool, meanings))
    foreign = sum(is_english and not meaning for is_english, meaning in zip(english, meanings, strict=True))
    # Two words of Spanish beside one that is only English are a name: "remember Rana Plaza".
    if known < _SPOKEN * len(words) or known <= sum(english) or known <= 2 * foreign:
        return []
    return [meaning or name for meaning, name in zip(meanings, told, strict=True)]


def has_gloss(word: str) -> bool:
    """Whether a folded word is an everyday one of any of the languages."""
    return any(_meanings(word))


@lru_cache(maxsize=8192)
def _meanings(word: str) -> tuple[str, ...]:
    """What the word means in each of the languages."""
    return tuple(glossary.meaning(word) for glossary in load_glossaries())


@cache
def load_glossaries() -> tuple[Glossary, ...]:
    """One for each language, in the order of the file; from the cache when it holds exactly that, for folding takes a while."""
    written = GLOSSES.read_bytes()
    program = program_digest(*(Path(__file__).parent / f"{name}.py" for name in ("glosses", "words")))
    key = hashlib.sha256(written + program.encode()).hexdigest()[:16]
    with suppress(ValueError, TypeError, KeyError):
        if kept := read(_KIND, key):
            return tuple(Glossary(words, stems) for words, stems in kept["glossaries"])
    rows: dict[str, list[tuple[str, str]]] = {}
    for language, word, english in islice(csv.reader(written.decode().splitlines()), 1, None):
        rows.setdefault(language, []).append((word, english))
    glossaries = tuple(_glossary(found) for found in rows.values())
    write(_KIND, key, {"glossaries": [(each.words, each.stems) for each in glossaries]})
    return glossaries


def _glossary(rows: Sequence[tuple[str, str]]) -> Glossary:
    words: dict[str, str] = {}
    stems: dict[str, str] = {}
    for folded, (word, english) in zip(fold_all([word.rstrip("*") for word, _ in rows]), rows, strict=True):
        (stems if word.endswith("*") else words).setdefault(folded.strip(), english)
    return Glossary(words, stems)
