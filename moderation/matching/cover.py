"""The allow side: what an allow entry covers, plainly written, is no hit; what stands beside it still is."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.matching.script import begins_word, ends_word
from moderation.reading import Reading
from moderation.reading.fold import fold_text
from moderation.terms.term import Allow, AllowKind, Term

_SEPARATORS = frozenset(',.;:!?&/()-–—"_@#')


@dataclass(frozen=True, slots=True)
class Covered:
    """A stretch of the layout, half-open, that an entry calls innocent."""

    start: int
    end: int
    kind: AllowKind
    language: str
    #: The term whose ``unless`` this is; None when it protects from every term.
    only: str | None = None

    def protects(self, term: Term, low: int, high: int) -> bool:
        """Longest cover: a hit inside a longer entry is none; one that equals it is only excused, unless it is mild."""
        if self.only not in (None, term.id) or not (self.start <= low and high <= self.end):
            return False
        if (self.start, self.end) != (low, high):
            return True
        return (
            term.severity == 1
            and self.kind in (AllowKind.WORD, AllowKind.PHRASE)
            and self.language in ("any", term.language)
        )

    def excuses(self, low: int, high: int) -> bool:
        """A hit that is exactly a name, a place, or an ordinary word of another language goes to review at most."""
        return self.only is None and (self.start, self.end) == (low, high)


class Covering:
    """What is covered in one order, found by place: an order of a thousand names costs a thousand steps, not a million."""

    def __init__(self, covered: Iterable[Covered]) -> None:
        self.all = sorted(covered, key=_start)
        self._longest = max((each.end - each.start for each in self.all), default=0)

    def at(self, low: int, high: int) -> list[Covered]:
        """The stretches that may hold ``layout[low:high]``: none that ends before it or begins after it."""
        first = bisect_left(self.all, high - self._longest, key=_start)
        return self.all[first : bisect_right(self.all, low, key=_start)]


def _start(each: Covered) -> int:
    return each.start


class Cover:
    """Allow entries and ``unless`` phrases over the folded reading: no leet, no dropped separators."""

    def __init__(self, allowed: Iterable[Allow], terms: Iterable[Term]) -> None:
        entries = [(_text(each.term), _Entry(each.kind, each.language, None)) for each in allowed]
        self._layers: tuple[_Layer, ...] = (_Layer([*entries, *_conditions(terms)]),)

    def with_terms(self, terms: Iterable[Term]) -> "Cover":
        """The same cover and the ``unless`` phrases of new or changed terms."""
        changed = Cover((), terms)
        changed._layers = (self._layers[0], *changed._layers)
        return changed

    def find(self, folded: Reading) -> Covering:
        text, origins = _spaced(folded.text)
        return Covering(
            Covered(*folded.place(origins[start], origins[end - 1] + 1), entry.kind, entry.language, entry.only)
            for layer in self._layers
            for start, end, entries in layer.find(text)
            for entry in entries
        )


class _Entry(NamedTuple):
    kind: AllowKind
    language: str
    only: str | None


class _Layer:
    """One automaton over phrases; a phrase may stand for several entries."""

    def __init__(self, entries: Iterable[tuple[str, _Entry]]) -> None:
        by_text: dict[str, list[_Entry]] = defaultdict(list)
        for text, entry in entries:
            if text:
                by_text[text].append(entry)
        self._entries = list(by_text.values())
        self._automaton = AhoCorasick(list(by_text), implementation=Implementation.ContiguousNFA, store_patterns=False)

    def find(self, text: str) -> Iterator[tuple[int, int, list[_Entry]]]:
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if begins_word(text, start) and ends_word(text, end):
                yield start, end, self._entries[number]


def _conditions(terms: Iterable[Term]) -> Iterator[tuple[str, _Entry]]:
    return ((_text(phrase), _Entry(AllowKind.PHRASE, "any", term.id)) for term in terms for phrase in term.unless)


def _text(phrase: str) -> str:
    return _spaced(fold_text(phrase))[0].strip()


def _spaced(text: str) -> tuple[str, list[int]]:
    """The text with one space for any run of separators, and where each character stood: commas hide no innocence."""
    characters: list[str] = []
    origins: list[int] = []
    for at, each in enumerate(text.replace("’", "'")):
        character = " " if each in _SEPARATORS or each.isspace() else each
        if character != " " or (characters and characters[-1] != " "):
            characters.append(character)
            origins.append(at)
    return "".join(characters), origins
