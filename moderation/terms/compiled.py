"""Term lists column by column, as the cache keeps them: the form in which they load fastest."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from moderation.compiled import from_columns, read, write
from moderation.evidence import Category
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term, TermLists

#: What each entry has of its own, and of its own in lists; the rest is shared by many.
_WORDS = ("id", "term", "reason")
_LISTS = ("unless", "context")
#: Changes with the form of the cache, and with what the reading of a list file means.
_FORM = "terms-4"


def load(version: str, folder: Path | None = None) -> TermLists | None:
    """The lists with this content hash, or None when the cache does not hold them whole."""
    with suppress(ValueError, TypeError, KeyError, IndexError):
        if data := read(_FORM, version, folder):
            return _unpack(data, version)
    return None


def save(lists: TermLists, folder: Path | None = None) -> None:
    """Keep lists for the next start. Never raises for a disk that is full or read-only."""
    write(_FORM, lists.version, _pack(lists), folder)


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
        blocked=from_columns(Term, len(kinds), columns),
        allowed=tuple(Allow(term=t, kind=AllowKind(kind), language=lang) for t, kind, lang in data["allowed"]),
        version=version,
        of_files=data["of_files"],
    )


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
