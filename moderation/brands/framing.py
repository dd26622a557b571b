"""Framing: which frames of which themes a statement fills."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from moderation.brands.hearing import Mention, Statement
from moderation.brands.lexicon import ANY, SMALL
from moderation.brands.themes import Frame

#: More mentions of one concept than this add nothing; it bounds the work on texts made to be slow.
_MOST_MENTIONS = 6


class Claim(NamedTuple):
    """A frame filled by a statement."""

    frame: Frame
    #: In the order of the text.
    mentions: tuple[Mention, ...]

    @property
    def start(self) -> int:
        return self.mentions[0].start

    @property
    def end(self) -> int:
        return max(mention.end for mention in self.mentions)


class Framing:
    """An index over frames, so that a statement is compared with the few that it can fill."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._by_concept: Mapping[str, list[Frame]] = defaultdict(list)
        for frame in frames:
            # The most telling part is the key: not a target or a small word, and the fewest alternatives.
            key = min(frame.parts, key=lambda part: (bool(part & _COMMON), len(part)))
            for concept in key:
                self._by_concept[concept].append(frame)

    def claims(self, statement: Statement) -> list[Claim]:
        """Every frame that the statement fills, each in its tightest place."""
        heard: dict[str, list[Mention]] = defaultdict(list)
        for mention in statement.mentions:
            if len(heard[mention.concept]) < _MOST_MENTIONS:
                heard[mention.concept].append(mention)
        frames = {id(f): f for concept in heard for f in self._by_concept.get(concept, ())}
        return [Claim(f, filled) for f in frames.values() if (filled := _fill(f, heard)) is not None]


_COMMON = SMALL | {"brand", "company", "product", "make", "customer", "people", "child"}


def _fill(frame: Frame, heard: Mapping[str, list[Mention]]) -> tuple[Mention, ...] | None:
    choices: list[list[Mention]] = []
    for part in frame.parts:
        found = [mention for concept in _in_order(part) for mention in heard.get(concept, ())]
        if not found:
            return None
        choices.append(found[:_MOST_MENTIONS])
    if len(choices) == 1:
        # "trash" within "piece of trash" is the same thing said; the longer one explains more.
        return (max(choices[0], key=lambda mention: mention.end - mention.start),)
    fits = (fit for chosen in itertools.product(*choices) if (fit := _fits(frame, chosen)))
    return min(
        fits,
        key=lambda fit: (max(m.end for m in fit) - fit[0].start, sum(map(bool, (m.how for m in fit)))),
        default=None,
    )


@cache
def _in_order(part: frozenset[str]) -> tuple[str, ...]:
    """The alternatives in one order for all processes: of two readings that fit alike, each takes the same."""
    return tuple(sorted(part))


def _fits(frame: Frame, chosen: tuple[Mention, ...]) -> tuple[Mention, ...] | None:
    ranked = chosen if frame.ordered else tuple(sorted(chosen, key=lambda mention: mention.start))
    languages = ANY
    for mention in ranked:
        languages &= mention.languages
    if not languages:
        return None
    for one, other in _pairs(ranked):
        if other.start < one.end or other.first - one.last > frame.gap:
            return None
    return ranked


def _pairs(ranked: tuple[Mention, ...]) -> Iterator[tuple[Mention, Mention]]:
    return itertools.pairwise(ranked)
