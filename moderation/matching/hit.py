"""A place where a term may be read, before it is scored and set against what is innocent there."""

from dataclasses import dataclass, field

from moderation.evidence import Outcome
from moderation.matching.match import Match
from moderation.reading import Reading
from moderation.terms.term import MatchKind, Term


@dataclass(frozen=True, slots=True)
class Hit:
    """A term in a stretch of a reading, with what it takes to read it there."""

    term: Term
    reading: Reading = field(repr=False)
    #: Offsets in ``reading.text``; half-open.
    start: int
    end: int
    #: Feature -> value; see ``data/weights.csv``. Empty when the term stands there as plainly as can be.
    features: dict[str, float]
    #: What a reviewer is told of the disguise, e.g. ``"leet"``; the reading's name when empty.
    disguise: str = ""
    #: It stands there as plainly as can be; only names and allow entries speak for it.
    is_plain: bool = False
    #: A score from elsewhere, for kinds that are no spelling (codes, patterns).
    fixed: float | None = None

    @property
    def told_as(self) -> str:
        """What a reviewer is told of the reading: ``"as written"``, ``"leet spelling"``, ``"reversed"``."""
        return (self.disguise or "as written") if self.reading.name == "folded" else self.reading.name

    @property
    def read_as(self) -> str:
        """What a person reads: the term, or what stands there where the entry is a pattern."""
        if self.term.match is MatchKind.PATTERN:
            return self.reading.text[self.start : self.end]
        return self.term.term.strip("*")

    @property
    def place(self) -> tuple[int, int]:
        return self.reading.place(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A hit that stands, and how surely."""

    hit: Hit
    score: float
    at_most: Outcome
    note: str = ""

    @property
    def term(self) -> Term:
        return self.hit.term

    @property
    def match(self) -> Match:
        """The hit as others are told of it."""
        hit = self.hit
        return Match(
            term=hit.term,
            spans=hit.reading.spans(hit.start, hit.end),
            reading=hit.told_as,
            read_as=hit.read_as,
            score=self.score,
            at_most=self.at_most,
            note=self.note,
        )
