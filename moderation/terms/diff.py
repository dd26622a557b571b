"""What changed between two sets of lists, entry by entry, as a policy person reads it."""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from moderation.terms.term import Allow, Term, TermLists


def diff(before: TermLists, after: TermLists) -> Iterator[str]:
    """One line per entry added (``+``), removed (``-``) or changed (``~``), blocked entries first; by id."""
    old, new = ({term.id: term for term in lists.blocked} for lists in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"- {name}: {_summary(old[name])}"
        elif name not in old:
            yield f"+ {name}: {_summary(new[name])}"
        elif changes := "; ".join(_changes(old[name], new[name])):
            yield f"~ {name}: {changes}"
    gone, come = set(before.allowed) - set(after.allowed), set(after.allowed) - set(before.allowed)
    yield from (f"- allow {_allow(allow)}" for allow in sorted(gone, key=_allow))
    yield from (f"+ allow {_allow(allow)}" for allow in sorted(come, key=_allow))


def diff_rules(before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """One line per rule removed (``-``) or added (``+``)."""
    old, new = set(before), set(after)
    yield from (f"- {rule}" for rule in sorted(old - new))
    yield from (f"+ {rule}" for rule in sorted(new - old))


def _summary(term: Term) -> str:
    return f"{term.term} ({term.match}, {term.action}, {term.category} {term.severity}): {term.reason}"


def _changes(before: Term, after: Term) -> Iterator[str]:
    for each in fields(Term):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if old != new:
            yield f"{each.name} {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    if isinstance(value, (tuple, frozenset)):
        return ";".join(sorted(map(str, value))) or "none"
    return str(value if value not in (None, "") else "none")


def _allow(allow: Allow) -> str:
    return f"{allow.term} ({allow.kind}, {allow.language})"
