"""Finds listed terms in every reading of an order, and characters that nobody sees."""

from collections.abc import Iterable
from copy import copy
from typing import ClassVar

from moderation.evidence import Category, Evidence, Outcome, Span
from moderation.matching import Match, Matcher
from moderation.reading import Readings
from moderation.terms.term import Term, TermLists


class BlocklistDetector:
    """Finds listed terms, spelled exactly or in any disguise that a person still reads."""

    name: ClassVar[str] = "blocklist"

    def __init__(self, lists: TermLists) -> None:
        self._matcher = Matcher(lists.blocked, lists.allowed)

    def with_changes(self, *, added: Iterable[Term] = (), removed: Iterable[str] = ()) -> "BlocklistDetector":
        """A detector in which some entries (by id) are new, replaced or gone; live in milliseconds, see ``Matcher``."""
        changed = copy(self)
        changed._matcher = self._matcher.with_changes(added=added, removed=removed)
        return changed

    def detect(self, readings: Readings) -> list[Evidence]:
        """Evidence in the order of the text: listed terms first, hidden characters after them."""
        return [*map(_evidence, self._matcher.find(readings)), *_hidden(readings), *_unread(readings)]


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
    how = "" if match.reading == "as written" else f" in the reading “{match.reading}”"
    note = f"; {match.note}" if match.note else ""
    return f"Reads as “{match.read_as}”{listed}{how}{note}."


def _unread(readings: Readings) -> list[Evidence]:
    """An order too long to be read in every way is for a person, whatever was found."""
    if not readings.is_long:
        return []
    return [
        Evidence(
            detector=BlocklistDetector.name, category=Category.UNCLEAR, severity=1, score=0.9, source="unread/too-long",
            explanation="Too long to be read in every way; a person has to look.", at_most=Outcome.REVIEW,
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
