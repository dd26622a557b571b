"""One reading of an order: the text as a person will read it, and the way back to what was typed.

Every transformation maps a reading to a reading and composes the offsets, so that whatever a detector
finds, however disguised, joined or reversed, is marked on the customer's own words. Offsets count code
points of the *layout*: all fields in order with one break between them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from moderation.evidence import Span
from moderation.reading.graphemes import widen
from moderation.request import PersonalizationRequest

#: Stands between two fields in a joined reading. Lines within a field keep their own ``"\n"``.
FIELD_BREAK = "\n"


class Origin(NamedTuple):
    """Where one character of a reading comes from."""

    #: Index into ``request.fields``.
    field: int
    #: Code points of that field's raw text, half-open; empty (``start == end``) for a break that nobody typed.
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a request laid end to end, with one break between two neighbours."""

    request: PersonalizationRequest
    #: Layout offset at which each field begins.
    offsets: tuple[int, ...]

    def field_at(self, position: int) -> int:
        """Index of the field that holds ``position``; a break counts to the field before it."""
        return bisect_right(self.offsets, position) - 1

    def pieces(self, start: int, end: int) -> Iterable[Origin]:
        """``layout[start:end]`` cut at the breaks; empty pieces are left out."""
        for index in range(self.field_at(start), self.field_at(max(start, end - 1)) + 1):
            offset, length = self.offsets[index], len(self.request.fields[index].text)
            low, high = max(start - offset, 0), min(end - offset, length)
            if low < high:
                yield Origin(index, low, high)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and, character by character, where it comes from."""

    layout: Layout = field(repr=False)
    #: What a reviewer is told, e.g. ``"as written"``, ``"leet"``, ``"first letters of lines"``.
    name: str
    text: str
    #: Layout offsets, one per character of ``text``; half-open with ``ends``.
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)

    @property
    def request(self) -> PersonalizationRequest:
        return self.layout.request

    @property
    def origins(self) -> Sequence[Origin]:
        """One origin per character of ``text``."""
        return [self._origin(start, end) for start, end in zip(self.starts, self.ends, strict=True)]

    def _origin(self, start: int, end: int) -> Origin:
        pieces = list(self.layout.pieces(start, end))
        return pieces[0] if pieces else Origin(min(self.layout.field_at(start) + 1, len(self.layout.offsets) - 1), 0, 0)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Layout offsets of ``text[start:end]``, gaps included; half-open."""
        return min(self.starts[start:end], default=0), max(self.ends[start:end], default=0)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The raw text behind ``text[start:end]``: one span per field touched, in the order of the product.

        Characters dropped inside the stretch (a hidden one, a separator) are covered by the span; each end is
        widened to whole graphemes.
        """
        low, high = self.place(start, end)
        index = self.layout.field_at(low)
        offset, length = self.layout.offsets[index], len(self.request.fields[index].text)
        is_in_one = low < high <= offset + length
        reach = {index: (low - offset, high - offset)} if is_in_one else self._reach(start, end)
        fields = self.request.fields
        widened = ((index, *widen(fields[index].text, *reach[index])) for index in sorted(reach))
        return tuple(Span(field=fields[index].name, start=low, end=high) for index, low, high in widened)

    def _reach(self, start: int, end: int) -> dict[int, tuple[int, int]]:
        """Field -> the stretch of it behind ``text[start:end]``, where that lies in several fields."""
        reach: dict[int, tuple[int, int]] = {}
        for low, high in zip(self.starts[start:end], self.ends[start:end], strict=True):
            for index, first, last in self.layout.pieces(low, high):
                known = reach.get(index, (first, last))
                reach[index] = (min(known[0], first), max(known[1], last))
        return reach

    def derive(self, name: str, pieces: Iterable[tuple[str, Origin]]) -> "Reading":
        """A new reading of the same request from ``(characters, origin)`` pieces; each character shares the origin."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for characters, origin in pieces:
            offset = self.layout.offsets[origin.field]
            text.append(characters)
            low = offset + origin.start if origin.start < origin.end else max(offset - 1, 0)
            starts.extend([low] * len(characters))
            ends.extend([max(offset + origin.end, low)] * len(characters))
        return Reading(self.layout, name, "".join(text), starts, ends)

    def respelled(self, name: str, letters: Sequence[str]) -> "Reading":
        """A new reading with other letters, in place: one text, empty or longer too, for each character."""
        text = "".join(letters)
        if len(text) == len(letters) and all(letters):
            return Reading(self.layout, name, text, self.starts, self.ends)
        starts = [low for low, each in zip(self.starts, letters, strict=True) for _ in each]
        ends = [high for high, each in zip(self.ends, letters, strict=True) for _ in each]
        return Reading(self.layout, name, text, starts, ends)

    def rewritten(self, name: str, pieces: Iterable[tuple[str, int, int]]) -> "Reading":
        """A new reading from ``(characters, start, end)``: what ``text[start:end]`` is read as, in reading order."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for characters, start, end in pieces:
            low, high = (self.starts[start], self.ends[start]) if end == start + 1 else self.place(start, end)
            text.append(characters)
            if len(characters) == 1:
                starts.append(low)
                ends.append(high)
            else:
                starts += [low] * len(characters)
                ends += [high] * len(characters)
        return Reading(self.layout, name, "".join(text), starts, ends)


def as_written(request: PersonalizationRequest) -> Reading:
    """The order's fields in order, joined by breaks; every other reading is derived from this one."""
    offsets: list[int] = []
    position = 0
    for each in request.fields:
        offsets.append(position)
        position += len(each.text) + 1
    text = FIELD_BREAK.join(each.text for each in request.fields)
    return Reading(Layout(request, tuple(offsets)), "as written", text, range(len(text)), range(1, len(text) + 1))
