"""Finds listed terms in every reading of an order, and characters that nobody sees."""

from collections.abc import Iterable
from copy import copy
from typing import ClassVar

from moderation.attribution import KNOWN
from moderation.evidence import Category, Evidence, Outcome, Span
from moderation.matching import Found, Match, Matcher
from moderation.reading import Readings
from moderation.reading.names import said
from moderation.terms.term import Term, TermLists

#: Changed entries that stand beside the large index; each order visits both, so more are worth building anew.
MOST_CHANGES = 2000


class BlocklistDetector:
    """Finds listed terms, spelled exactly or in any disguise that a person still reads."""

    name: ClassVar[str] = "blocklist"

    def __init__(self, lists: TermLists) -> None:
        #: What is in force.
        self.lists = lists
        #: The detector whose large index this one shares.
        self._built = self
        self._matcher = Matcher(lists.blocked, lists.allowed, version=lists.version)

    def with_changes(self, *, added: Iterable[Term] = (), removed: Iterable[str] = ()) -> "BlocklistDetector":
        """A detector in which some entries (by id) are new, replaced or gone; live in milliseconds, see ``Matcher``."""
        changed = copy(self)
        changed._matcher = self._matcher.with_changes(added=added, removed=removed)
        return changed

    def with_lists(self, lists: TermLists) -> "BlocklistDetector":
        """A detector over changed lists: beside the index when little changed, in milliseconds, else built anew."""
        before = {term.id: term for term in self._built.lists.blocked}
        added = [term for term in lists.blocked if before.get(term.id) != term]
        removed = before.keys() - {term.id for term in lists.blocked}
        # An allow entry, or an "unless" that is gone, is part of the large index.
        less_innocent = any(set(before[term.id].unless) - set(term.unless) for term in added if term.id in before)
        if lists.allowed != self._built.lists.allowed or less_innocent or len(added) + len(removed) > MOST_CHANGES:
            return BlocklistDetector(lists)
        changed = self._built.with_changes(added=added, removed=removed)
        changed.lists = lists
        return changed

    def detect(self, readings: Readings) -> list[Evidence]:
        """Evidence in the order of the text: listed terms first, hidden characters after them."""
        found = self._matcher.search(readings)
        return [*map(_evidence, found.matches), *_hidden(readings), *_unread(readings, found), *_known(found)]


def _evidence(match: Match) -> Evidence:
    term = match.term
    return Evidence(
        detector=BlocklistDetector.name,
        category=term.category,
        severity=term.severity,
        score=match.score,
        spans=match.spans,
        reading=match.reading,
        source=term.id,
        read_as=match.read_as,
        explanation=_explanation(match),
        at_most=min(term.action.at_most, match.at_most),
    )


def _explanation(match: Match) -> str:
    listed = f" (listed: {match.term.reason})" if match.term.reason else " (listed)"
    how = "" if match.reading == "as written" else f", {said(match.reading)}"
    note = f"; {match.note}" if match.note else ""
    return f"Reads as “{match.read_as}”{listed}{how}{note}."


def _unread(readings: Readings, found: Found) -> list[Evidence]:
    """An order that was not read in every way is for a person, whatever was found."""
    if readings.is_long:
        source, fact = "unread/too-long", "Too long"
    elif not found.is_complete:
        source, fact = "unread/too-tangled", "Too tangled"
    else:
        return []
    return [
        Evidence(
            detector=BlocklistDetector.name, category=Category.UNCLEAR, severity=1, score=0.9, source=source,
            explanation=f"{fact} to be read in every way; a person has to look.", at_most=Outcome.REVIEW,
        )
    ]  # fmt: skip


def _known(found: Found) -> list[Evidence]:
    """A note that the order is a name, a title or a saying: what a model makes of its words is beside the point."""
    if not found.is_known:
        return []
    return [
        Evidence(
            detector=BlocklistDetector.name, category=Category.UNCLEAR, severity=1, score=0.0, source=KNOWN,
            explanation="The whole order is a name, a title or a saying that the lists allow.", at_most=Outcome.APPROVE,
        )
    ]  # fmt: skip


def _hidden(readings: Readings) -> list[Evidence]:
    """One finding per field for characters that nobody sees; a machine has no use for them."""
    found = []
    for name in dict.fromkeys(hidden.field for hidden in readings.hidden):
        here = [hidden for hidden in readings.hidden if hidden.field == name]
        kinds = list(dict.fromkeys(hidden.described for hidden in here))
        shown = ", ".join(kinds[:5]) + (f" and {len(kinds) - 5} more" if len(kinds) > 5 else "")
        found.append(
            Evidence(
                detector=BlocklistDetector.name,
                category=Category.UNCLEAR,
                severity=2 if any(hidden.is_turning for hidden in here) else 1,
                score=0.9,
                spans=tuple(Span(field=name, start=hidden.at, end=hidden.at + 1) for hidden in here[:50]),
                source=f"hidden/{kinds[0].split()[0]}",
                explanation=f"Holds characters that nobody sees and no machine can make: {shown}.",
                at_most=Outcome.REVIEW,
            )
        )
    return found
