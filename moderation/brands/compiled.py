"""The word files in the form in which they load fastest: to unfold and fold every phrase takes half a second of a start."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from moderation.brands.languages import Words, load_languages
from moderation.compiled import program_digest, read, write

_KIND = "themes"


def words_in(folder: Path, digest: str) -> Words:
    """What ``load_languages`` says of a folder, from the cache when it holds exactly that.

    Args:
        digest: Content hash of the files of the folder.

    Raises:
        BrandProfileError: A file cannot be used.
    """
    key = hashlib.sha256(f"{digest}\n{_program()}".encode()).hexdigest()[:16]
    with suppress(ValueError, TypeError, KeyError):
        if data := read(_KIND, key):
            return _unpack(data)
    words = load_languages(folder)
    write(_KIND, key, _pack(words))
    return words


@cache
def _program() -> str:
    """Hash of the modules by which a phrase is unfolded and cut."""
    return program_digest(*(Path(__file__).parent / f"{name}.py" for name in ("languages", "phrases", "words")))


def _pack(words: Words) -> dict[str, Any]:
    return {
        "entries": words.entries,
        "patterns": [([sorted(place) for place in places], concept, bit) for places, concept, bit in words.patterns],
        "bits": words.bits,
    }


def _unpack(data: dict[str, Any]) -> Words:
    patterns = [(tuple(map(frozenset, places)), concept, bit) for places, concept, bit in data["patterns"]]
    return Words([(text, concept, bit) for text, concept, bit in data["entries"]], patterns, data["bits"])
