"""Term lists in the form in which they load fastest, kept on disk under their content hash.

JSON rather than pickle: reading it runs no code, whoever wrote the file. A cache that is missing, damaged or
read-only costs time and nothing else.
"""

import json
import os
import tempfile
import zlib
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from moderation.evidence import Category
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term, TermLists

#: What each entry has of its own, and of its own in lists; the rest is shared by many.
_WORDS = ("id", "term", "reason")
_LISTS = ("unless", "context")
#: Changes with the form of the cache, and with what the reading of a list file means.
_FORM = "terms-4"


def load(version: str, folder: Path | None = None) -> TermLists | None:
    """The lists with this content hash, or None when the cache does not hold them whole."""
    with suppress(OSError, ValueError, TypeError, KeyError, IndexError, zlib.error):
        checksum, _, body = _path(version, folder).read_bytes().partition(b"\n")
        if checksum == _checksum(body):
            return _unpack(json.loads(body), version)
    return None


def save(lists: TermLists, folder: Path | None = None) -> None:
    """Keep lists for the next start. Never raises for a disk that is full or read-only."""
    body = json.dumps(_pack(lists), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    path = _path(lists.version, folder)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and moved: two servers that start at once never read half a file.
        handle, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(_checksum(body) + b"\n" + body)
        Path(aside).replace(path)


def cache_folder() -> Path:
    """``MODERATION_CACHE_DIR``, else ``moderation`` in the user's cache folder."""
    if folder := os.environ.get("MODERATION_CACHE_DIR"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "moderation"


def _path(version: str, folder: Path | None) -> Path:
    return (folder or cache_folder()) / f"{_FORM}-{version}.json"


def _checksum(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x} {len(body)}".encode()


def _pack(lists: TermLists) -> dict[str, Any]:
    """Column by column; thousands of entries share a handful of everything but their words, which is kept once."""
    shared: dict[tuple[Any, ...], int] = {}
    kinds = [shared.setdefault(_rest(term), len(shared)) for term in lists.blocked]
    return {
        "shared": [list(map(_plain, rest)) for rest in shared],
        "kinds": kinds,
        "columns": {name: [getattr(term, name) for term in lists.blocked] for name in _WORDS},
        # Few entries have any.
        "lists": {
            name: [(at, many) for at, term in enumerate(lists.blocked) if (many := getattr(term, name))]
            for name in _LISTS
        },
        "allowed": [(allow.term, allow.kind, allow.language) for allow in lists.allowed],
        "of_files": dict(lists.of_files),
    }


def _rest(term: Term) -> tuple[Any, ...]:
    kinds = (term.match, term.action, term.severity, term.category, term.language)
    places = (term.regions, term.scope, term.max_edits, term.source, term.owner)
    return *kinds, *places, term.added, term.review_by, term.expires


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _unpack(data: dict[str, Any], version: str) -> TermLists:
    kinds, shared = data["kinds"], [_unpack_rest(*rest) for rest in data["shared"]]
    columns: dict[str, Any] = {name: data["columns"][name] for name in _WORDS}
    for name in _LISTS:
        columns[name] = [()] * len(kinds)
        for at, many in data["lists"][name]:
            columns[name][at] = tuple(many)
    for name in shared[0] if shared else ():
        columns[name] = map([rest[name] for rest in shared].__getitem__, kinds)
    return TermLists(
        blocked=_terms(len(kinds), columns),
        allowed=tuple(Allow(term=t, kind=AllowKind(kind), language=lang) for t, kind, lang in data["allowed"]),
        version=version,
        of_files=data["of_files"],
    )


def _terms(count: int, columns: Mapping[str, Iterable[Any]]) -> tuple[Term, ...]:
    """Terms from their columns. A tenth of the time of calling ``Term``, which sets each field of each term by name."""
    if count and columns.keys() != {each.name for each in fields(Term)}:
        raise KeyError("the columns are not those of a term")
    terms = tuple(Term.__new__(Term) for _ in range(count))
    for name, values in columns.items():
        # The slot itself sets; a frozen dataclass guards only the attribute.
        deque(map(vars(Term)[name].__set__, terms, values), maxlen=0)
    return terms


def _unpack_rest(match: str, action: str, severity: Any, category: str, language: str, *rest: Any) -> dict[str, Any]:
    regions, scope, max_edits, source, owner, *days = rest
    added, review_by, expires = (day and date.fromisoformat(day) for day in days)
    return {
        "match": MatchKind(match),
        "action": Action(action),
        "severity": severity,
        "category": Category(category),
        "language": language,
        "regions": frozenset(regions),
        "scope": frozenset(scope),
        "max_edits": max_edits,
        "source": source,
        "owner": owner,
        "added": added,
        "review_by": review_by,
        "expires": expires,
    }
