"""What would make a list decide wrongly or rot: each finding with file, line, what is so and what to do."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from moderation.reading.fold import fold_character
from moderation.terms.finding import Finding, Level
from moderation.terms.load import IDENTITY_FOLDER, ReadLists
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term

#: Rosters whose words say who someone is, as the identity words of the allow side do.
_PEOPLE = frozenset({"people", "genders"})
#: Match kinds that reach into longer words.
WILDCARDS = frozenset({MatchKind.PREFIX, MatchKind.SUFFIX, MatchKind.INSIDE})


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry, where it stands, and what it looks like folded."""

    file: str
    line: int
    term: Term
    key: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def finding(self, rule: str, fact: str, advice: str, level: Level = Level.ERROR) -> Finding:
        return Finding(file=self.file, line=self.line, rule=rule, level=level, fact=fact, advice=advice)


@dataclass(frozen=True, slots=True)
class PlacedAllow:
    """An allow entry, where it stands, and what it looks like folded."""

    file: str
    line: int
    allow: Allow
    key: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All entries with their places, ready to be compared with each other."""

    terms: tuple[Placed, ...]
    allowed: tuple[PlacedAllow, ...]
    #: The day on which the lists are looked at.
    on: date
    by_key: dict[str, list[Placed]] = field(default_factory=lambda: defaultdict(list))
    identity: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lists: ReadLists, on: date) -> "Inventory":
        terms = tuple(Placed(*place, term, folded_key(term.term)) for place, term in lists.blocked)
        allowed = tuple(PlacedAllow(*place, allow, folded_key(allow.term)) for place, allow in lists.allowed)
        people = {folded_key(word.term) for (file, _), word in lists.rosters if file.split("/")[-2] in _PEOPLE}
        identity = frozenset(each.key for each in allowed if f"/{IDENTITY_FOLDER}/" in each.file) | people
        inventory = cls(terms, allowed, on, identity=identity)
        for placed in terms:
            inventory.by_key[placed.key].append(placed)
        return inventory


def lint(lists: ReadLists, on: date, *, collisions: bool = True) -> list[Finding]:
    """Every finding, in the order of files and lines.

    Args:
        on: The day for which entries may be past their dates.
        collisions: Also hold the entries against names, places and everyday words, which takes some seconds.
    """
    inventory = Inventory.of(lists, on)
    found = [*lists.faults, *(finding for check in CHECKS for finding in check(inventory))]
    if collisions:
        from moderation.terms.collisions import find_collisions

        found.extend(find_collisions(inventory))
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.rule))


def folded_key(text: str) -> str:
    """The term as people read it: case, width and marks gone, one space between words."""
    return " ".join("".join(map(fold_character, text)).split())


def _duplicates(inventory: Inventory) -> Iterator[Finding]:
    for group in inventory.by_key.values():
        for index, placed in enumerate(group):
            for earlier in group[:index]:
                if not _act_together(placed.term, earlier.term):
                    continue
                if _alike(placed.term, earlier.term):
                    fact = f'"{placed.term.term}" is already listed at {earlier.place}.'
                    yield placed.finding(
                        "duplicate", fact, "Keep the entry with the better reason and delete the other."
                    )
                elif _uneven(placed.term, earlier.term):
                    fact = (
                        f'"{placed.term.term}" is {placed.term.action}, severity {placed.term.severity} here, but '
                        f"{earlier.term.action}, severity {earlier.term.severity} at {earlier.place}."
                    )
                    advice = "Give both one action and severity, or limit one by regions or unless."
                    yield placed.finding("uneven", fact, advice)
                break


def _act_together(one: Term, other: Term) -> bool:
    """Whether some order exists that both entries look at."""
    regions = not one.regions or not other.regions or one.regions & other.regions
    scope = not one.scope or not other.scope or one.scope & other.scope
    return bool(regions and scope)


def _alike(one: Term, other: Term) -> bool:
    return (one.language, one.category, one.match) == (other.language, other.category, other.match)


def _uneven(one: Term, other: Term) -> bool:
    same_sense = one.category == other.category and one.match == other.match
    return same_sense and (one.action, one.severity) != (other.action, other.severity)


def _short_wildcards(inventory: Inventory) -> Iterator[Finding]:
    for placed in inventory.terms:
        term, letters = placed.term, "".join(filter(str.isalnum, placed.key))
        if term.match in WILDCARDS and 0 < len(letters) <= (1 if writes_without_gaps(letters) else 2):
            fact = f'"{term.term}" with match {term.match} is found in thousands of innocent words.'
            yield placed.finding("short-wildcard", fact, 'Use match "word", or write the longer words out.')
        if term.match is not MatchKind.PATTERN and (term.term.startswith("*") or term.term.endswith("*")):
            fact = f'"{term.term}" has its wildcard in the term, where it is only a sign.'
            advice = "Write the word alone with match prefix (word*), suffix (*word) or inside (*word*)."
            yield placed.finding("wildcard-sign", fact, advice)


def writes_without_gaps(text: str) -> bool:
    """Whether the text is in a script whose words need no space between them: Han, kana, Hangul, Thai."""
    return any("\u0e00" <= c <= "\u0eff" or "\u1100" <= c <= "\u11ff" or "\u2e80" <= c <= "\ud7ff" for c in text)


def _identity_words(inventory: Inventory) -> Iterator[Finding]:
    for placed in inventory.terms:
        if placed.key in inventory.identity and not placed.term.context:
            fact = f'"{placed.term.term}" says who someone is; by itself it is evidence of nothing.'
            advice = "Delete the entry, or list the whole phrase that is hostile."
            yield placed.finding("identity-word", fact, advice)


def _dates(inventory: Inventory) -> Iterator[Finding]:
    for placed in inventory.terms:
        term = placed.term
        if term.added is None:
            yield placed.finding(
                "missing-field", f"{term.id} does not say when it was added.", "Fill the column added."
            )
        if term.review_by is None and term.expires is None:
            fact = f"{term.id} has neither review_by nor expires, so nobody will look at it again."
            yield placed.finding("missing-field", fact, "Fill review_by with a day within two years.")
        if term.review_by and term.review_by < inventory.on:
            fact = f"{term.id} was to be reviewed by {term.review_by}."
            yield placed.finding("past-review", fact, "Look whether it still holds, then move review_by or delete it.")
        if term.expires and term.expires < inventory.on:
            fact = f"{term.id} expired on {term.expires} and acts no more."
            yield placed.finding("expired", fact, "Delete the line.", Level.WARNING)


def _regions(inventory: Inventory) -> Iterator[Finding]:
    for placed in inventory.terms:
        regions = placed.term.regions
        for other in inventory.by_key[placed.key] if regions else ():
            beyond = other.term.regions - regions
            if not other.term.regions or (beyond and other.term.regions & regions):
                elsewhere = f"in {', '.join(sorted(beyond))}, too" if beyond else "everywhere"
                fact = (
                    f'"{placed.term.term}" is meant for {", ".join(sorted(regions))} alone, but {other.place} '
                    f"applies it {elsewhere}."
                )
                advice = f"Give {other.term.id} the same regions, or delete one of the two."
                yield placed.finding("region", fact, advice)


def _allowed_and_blocked(inventory: Inventory) -> Iterator[Finding]:
    for each in inventory.allowed:
        if each.allow.kind in (AllowKind.NAME, AllowKind.PLACE):
            continue  # a name or a place goes to review, so both entries act
        for placed in inventory.by_key.get(each.key, ()):
            if each.allow.kind is AllowKind.WORD and each.allow.language not in ("any", "en", placed.term.language):
                continue  # a word of another language is innocent among words of its own only, so both act
            if placed.term.action is not Action.NOTE and placed.term.match is not MatchKind.CODE:
                yield Finding(
                    file=each.file,
                    line=each.line,
                    rule="allowed-and-blocked",
                    level=Level.ERROR,
                    fact=f'"{each.allow.term}" is allowed here and blocked at {placed.place}.',
                    advice="Delete one; if only some phrases are innocent, allow those phrases.",
                )


def _allowed_twice(inventory: Inventory) -> Iterator[Finding]:
    seen: dict[tuple[str, AllowKind], PlacedAllow] = {}
    for each in inventory.allowed:
        first = seen.setdefault((each.key, each.allow.kind), each)
        if first is not each and first.allow.language == each.allow.language:
            fact = f'"{each.allow.term}" is already allowed at {first.file}:{first.line}.'
            yield Finding(
                file=each.file, line=each.line, rule="duplicate", level=Level.ERROR, fact=fact, advice="Delete one."
            )


CHECKS: tuple[Callable[[Inventory], Iterator[Finding]], ...] = (
    _duplicates,
    _short_wildcards,
    _identity_words,
    _dates,
    _regions,
    _allowed_and_blocked,
    _allowed_twice,
)
