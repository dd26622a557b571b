"""One entry of a term list: what to look for, how tolerantly, and what it may cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from moderation.evidence import Category, Outcome, Severity


class MatchKind(StrEnum):
    """How an entry is compared with the text."""

    #: The whole field, folded and nothing more: ``88`` alone on a plate.
    EXACT = "exact"
    #: A word between boundaries, in every disguise that its length allows.
    WORD = "word"
    #: ``word*``: at the start of a word.
    PREFIX = "prefix"
    #: ``*word``: at the end of a word.
    SUFFIX = "suffix"
    #: ``*word*``: anywhere, inside longer words too.
    INSIDE = "inside"
    #: Several words in order; ``...`` in the term stands for up to three words between them.
    PHRASE = "phrase"
    #: A number with a second meaning (``88``, ``1488``): a hit only where ``context`` words or its own isolation
    #: make it one; never as a year, date, time, size, jersey number, phone number or coordinate.
    CODE = "code"
    #: A small regular expression over the folded text, cost-bounded: no backtracking, no back-references.
    PATTERN = "pattern"


class Action(StrEnum):
    """The strictest outcome that an entry may cause; the policy may ask for less."""

    REJECT = "reject"
    REVIEW = "review"
    #: Shown to the reviewer when something else brings the order to them; causes nothing itself.
    NOTE = "note"

    @property
    def at_most(self) -> Outcome:
        return {"reject": Outcome.REJECT, "review": Outcome.REVIEW, "note": Outcome.APPROVE}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A listed term. Identity words, faiths, nationalities and names are never entries by themselves."""

    #: Unique over all lists and stable for ever: ``"profanity/en/b-017"``.
    id: str
    #: As a person would write it; matching folds it.
    term: str
    match: MatchKind
    action: Action
    severity: Severity
    category: Category
    #: ISO 639-1, or ``"any"`` for symbols and numbers.
    language: str
    #: ISO 3166-1 alpha-2 codes where the entry holds; empty means everywhere.
    regions: frozenset[str] = frozenset()
    #: Brands and products that the entry is for (``"brand:acme"``, ``"product:mug"``); empty means all.
    scope: frozenset[str] = frozenset()
    #: Greatest number of wrong, missing, added or swapped letters; None lets the length decide (none up to four
    #: letters, one from five, two from eight).
    max_edits: int | None = None
    #: Phrases in which the term is innocent (``"great tit"``, ``"coq au vin"``): inside one of them it is no hit.
    unless: tuple[str, ...] = ()
    #: Words one of which must stand near; for number codes and words that are only harmful in company.
    context: tuple[str, ...] = ()
    #: Why it is listed, in one clause; reviewers read it.
    reason: str = ""
    #: Where the fact comes from: a public source by name, or ``"own"``.
    source: str = "own"
    owner: str = ""
    added: date | None = None
    review_by: date | None = None
    expires: date | None = None


class AllowKind(StrEnum):
    """Why an allow entry is innocent; decides how it protects."""

    #: A person's given name or surname: a hit that is exactly a name goes to review at most.
    NAME = "name"
    PLACE = "place"
    #: Ordinary words, idioms, titles, drinks, medical and sport terms: the longest cover wins.
    WORD = "word"
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """An entry that only looks like a hit. Protects what it covers, plainly written, and nothing beside it."""

    term: str
    kind: AllowKind
    language: str = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLists:
    """Everything under ``blocklists/`` that the blocklist detector needs, ready to index."""

    blocked: tuple[Term, ...]
    allowed: tuple[Allow, ...]
    #: Content hash over all files; quoted by every decision.
    version: str
    #: How many of ``blocked`` are of each file, by its path and in their order; empty when that is no longer known.
    of_files: Mapping[str, int] = field(default_factory=dict, compare=False)
