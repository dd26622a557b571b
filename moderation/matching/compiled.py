"""The spellings of an index in the form in which they load fastest: to fold every term anew takes a second of a start."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from moderation.compiled import from_columns, program_digest, read, write
from moderation.matching.letters import Entry, entries_of
from moderation.terms.term import Term

_KIND = "spellings"
#: Columns that are kept as they are; ``words`` is one text each, and each term is kept by its number.
_KEPT = ("letters", "key", "edits", "is_transliterated", "is_short")


def spellings(terms: Sequence[Term], version: str) -> Sequence[Entry]:
    """What ``entries_of`` says of each term, in order, from the cache when it holds exactly that.

    Args:
        version: Content hash of the lists that hold the terms.
    """
    key = _key(terms, version)
    with suppress(ValueError, TypeError, KeyError, IndexError):
        if data := read(_KIND, key):
            return _unpack(data, terms)
    numbered = [(number, entry) for number, term in enumerate(terms) for entry in entries_of(term)]
    write(_KIND, key, _pack(numbered))
    return [entry for _, entry in numbered]


def _key(terms: Sequence[Term], version: str) -> str:
    """Of the lists, of those of their terms that have not expired, and of the program that reads them."""
    ids = "\n".join([term.id for term in terms])
    return hashlib.sha256(f"{version}\n{_program()}\n{ids}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def _program() -> str:
    """Hash of the modules and tables by which a term is spelled."""
    return program_digest(*(Path(__file__).parent / f"{name}.py" for name in ("letters", "script", "skeleton")))


def _pack(numbered: Sequence[tuple[int, Entry]]) -> dict[str, Any]:
    return {
        "term": [number for number, _ in numbered],
        "words": [" ".join(entry.words) for _, entry in numbered],
        **{name: [getattr(entry, name) for _, entry in numbered] for name in _KEPT},
    }


def _unpack(data: dict[str, Any], terms: Sequence[Term]) -> Sequence[Entry]:
    numbers = data["term"]
    columns = {name: data[name] for name in _KEPT}
    columns["term"] = map(terms.__getitem__, numbers)
    columns["words"] = [tuple(each.split(" ")) if each else () for each in data["words"]]
    return from_columns(Entry, len(numbers), columns)
