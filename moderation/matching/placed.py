"""One finding per term and place: the surest reading of a term stays, and what a better match says already goes."""

from typing import NamedTuple

from moderation.matching.hit import Weighed
from moderation.matching.match import Match


class Placed(NamedTuple):
    """A hit that stands, and where in the layout; half-open."""

    start: int
    end: int
    what: Weighed


def keep_best(known: list[Placed], new: Placed) -> None:
    """Add a match of one term, unless one as sure stands in the same place; hits come plainest first."""
    for index, old in enumerate(known):
        if old.start < new.end and new.start < old.end:
            if new.what.score > old.what.score:
                known[index] = new
            return
    known.append(new)


def without_shadows(found: list[Placed]) -> list[Match]:
    """In the order of the text, without matches inside another of the same category that is as sure and as severe."""
    ranked = sorted(
        found,
        key=lambda each: (
            -each.what.term.severity,
            -each.what.score,
            each.start - each.end,
            each.start,
            each.what.term.id,
        ),
    )
    kept: list[Placed] = []
    for each in ranked:
        if not any(_shadows(other, each) for other in kept):
            kept.append(each)
    return [each.what.match for each in sorted(kept, key=lambda each: each[:2])]


def _shadows(other: Placed, each: Placed) -> bool:
    if not (other.start <= each.start and each.end <= other.end):
        return False
    better, worse = other.what, each.what
    return (
        better.term.category == worse.term.category
        and better.score >= worse.score
        and better.at_most >= worse.at_most
        and better.term.action.at_most >= worse.term.action.at_most
    )
