"""One listed term, read in one place of an order."""

from dataclasses import dataclass

from moderation.evidence import Outcome, Span
from moderation.terms.term import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A term that a person will read in the order, and how sure that is."""

    term: Term
    #: Where in the raw fields, in the order of the product.
    spans: tuple[Span, ...]
    #: Name of the plainest reading in which the term shows, e.g. ``"as written"``, ``"leet"``, ``"reversed"``.
    reading: str
    #: The term as it is read.
    read_as: str
    #: 0.0 to 1.0: 0.5 is worth a person's minute, 0.9 is sure enough to act alone.
    score: float
    #: The strictest outcome that this match supports, whatever the entry's action: a name equal to the term and
    #: an uncertain heavy disguise reach review at most.
    at_most: Outcome = Outcome.REJECT
    #: Why it is no more than that, or what was undone, in words that end a sentence: ``"with 1 letter changed"``.
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read in one order."""

    #: One match per term and place, in the order of the text.
    matches: list[Match]
    #: False for noise in which far-fetched ways of reading were left out; a person has to look.
    is_complete: bool
    #: Every word of the order belongs to an allowed name, title or saying.
    is_known: bool = False
