"""The customer's words on a page: exactly as typed, findings marked, what cannot be seen made visible."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from api.storage.tables import DecisionRecord
from moderation.evidence import Category, Evidence, Span
from moderation.reading.fold import fold_character
from moderation.wire import evidence_from_json

#: Characters of one field that the case's page shows, and a line of a list; of a longer text those round its first finding.
SHOWN, LISTED = 4000, 240
#: Characters of a span that are compared one by one with what they were read as.
COMPARED = 80

_SAFETY = {Category.HATE, Category.EXTREMISM, Category.VIOLENCE, Category.SELF_HARM, Category.HARASSMENT}
_DECENCY = {Category.PROFANITY, Category.SEXUAL, Category.DRUGS}
_CRAFT = {Category.NOT_PRODUCIBLE, Category.UNCLEAR}

#: How explanations quote what they found.
_QUOTED = re.compile(r"(“[^”]*”|‘[^’]*’|\('[^']*'\))")

#: Words of these categories stay covered until the reviewer asks for them; from a lower severity, crude ones too.
MASKED = _SAFETY | {Category.SEXUAL}
MASKED_FROM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A stretch of plain text, or one character that would not be seen."""

    text: str
    #: Empty for plain text; else e.g. ``"ZERO WIDTH SPACE, U+200B"``.
    hidden: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a field that the same findings cover."""

    glyphs: tuple[Glyph, ...]
    #: Numbers of the findings, from 1; empty for words that nobody minds.
    numbers: tuple[int, ...]
    #: Numbers to print after it: of all findings in the run of marked words that ends here.
    printed: tuple[int, ...]
    #: How the weightiest finding is underlined: ``safety``, ``decency``, ``matter`` or ``craft``.
    style: str
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedField:
    name: str
    segments: tuple[Segment, ...]
    #: How many more characters the field has before and after those that are shown.
    before: int
    more: int

    @property
    def is_long(self) -> bool:
        """Whether it needs smaller letters to be seen as a whole."""
        return sum(len(glyph.text) for segment in self.segments for glyph in segment.glyphs) > 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One column of the reading table: what was typed above, what it was read as below."""

    typed: str
    #: Name and code point of a character that cannot be seen.
    hidden: str
    read: str

    @property
    def is_changed(self) -> bool:
        return self.typed.casefold() != self.read


def gather(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """The findings, those together that say the same of several places: a word written six times is one matter."""
    same: dict[tuple[object, ...], list[Evidence]] = {}
    for found in evidence:
        key = (found.source, found.category, found.severity, found.at_most, found.explanation)
        same.setdefault(key, []).append(found)
    return list(same.values())


def joined(same: Sequence[Evidence]) -> Evidence:
    """One finding for several that say the same, with all their places."""
    first, *more = same
    if not more:
        return first
    spans = tuple(dict.fromkeys(span for found in same for span in found.spans))
    said = f"{first.explanation} {len(same)} times."
    return replace(first, spans=spans, score=max(found.score for found in same), explanation=said)


def mark(
    fields: Iterable[dict[str, str]],
    evidence: Sequence[Evidence],
    mask_from: int = MASKED_FROM,
    shown: int = SHOWN,
) -> list[MarkedField]:
    """Every field with its findings; ``evidence`` in the order in which the page numbers it."""
    return [_mark_field(field["name"], field["text"], evidence, mask_from, shown) for field in fields]


def underline(category: Category) -> str:
    """Findings of one kind look alike, and not by colour alone."""
    if category in _SAFETY:
        return "safety"
    if category in _DECENCY:
        return "decency"
    return "craft" if category in _CRAFT else "matter"


def is_masked(found: Evidence, mask_from: int = MASKED_FROM) -> bool:
    """Whether its words stay covered for somebody who wants them covered from this severity on."""
    kinds = MASKED if mask_from >= MASKED_FROM else MASKED | _DECENCY
    return found.severity >= mask_from and found.category in kinds


def masked_record(decision: DecisionRecord, mask_from: int = MASKED_FROM) -> bool:
    """Whether the words that a stored decision is about stay covered."""
    return any(is_masked(evidence_from_json(found), mask_from) for found in decision.evidence)


def shows_masked(found: Evidence, evidence: Iterable[Evidence], mask_from: int = MASKED_FROM) -> bool:
    """Whether the finding's words stay covered: its own, or those of a worse finding that it quotes a part of."""
    masked = [span for each in evidence if is_masked(each, mask_from) for span in each.spans]
    return is_masked(found, mask_from) or any(
        mine.field == other.field and mine.start < other.end and other.start < mine.end
        for mine in found.spans
        for other in masked
    )


def covered(found: Evidence, evidence: Iterable[Evidence], mask_from: int = MASKED_FROM) -> list[tuple[str, bool]]:
    """The finding's sentence in pieces, with whether each is a quotation that stays covered."""
    if not shows_masked(found, evidence, mask_from):
        return [(found.explanation, False)]
    pieces = _QUOTED.split(found.explanation)
    return [(piece, bool(number % 2)) for number, piece in enumerate(pieces) if piece]


def legible(text: str) -> tuple[Glyph, ...]:
    """Plain stretches, and between them the characters that a reader would miss or be misled by."""
    glyphs: list[Glyph] = []
    plain: list[str] = []
    for index, character in enumerate(text):
        if not _is_hidden(text, index):
            plain.append(character)
            continue
        if plain:
            glyphs.append(Glyph(text="".join(plain)))
            plain = []
        glyphs.append(Glyph(text=f"{ord(character):04X}", hidden=describe(character)))
    if plain:
        glyphs.append(Glyph(text="".join(plain)))
    return tuple(glyphs)


def describe(character: str) -> str:
    """``"ZERO WIDTH SPACE, U+200B"``."""
    unnamed = {
        "Cc": "CONTROL CHARACTER",
        "Cs": "LONE SURROGATE",
        "Co": "PRIVATE CHARACTER",
        "Cn": "UNASSIGNED CHARACTER",
    }
    name = unicodedata.name(character, unnamed.get(unicodedata.category(character), "UNNAMED CHARACTER"))
    return f"{name}, U+{ord(character):04X}"


def compare(fields: Iterable[dict[str, str]], found: Evidence) -> tuple[Compared, ...]:
    """What the finding's spans hold, character by character, against what they were read as.

    Empty when the finding was read as written or is too long for a table. The columns come from the cheapest
    alignment of the two, forwards or (for upside-down and mirrored readings) backwards.
    """
    texts = {field["name"]: field["text"] for field in fields}
    typed = "".join(texts.get(span.field, "")[span.start : span.end] for span in found.spans)
    if not typed or not found.read_as or len(typed) > COMPARED or len(found.read_as) > COMPARED:
        return ()
    if typed.casefold() == found.read_as:
        return ()
    forwards = _align(typed, found.read_as)
    backwards = _align(typed, found.read_as[::-1])
    pairs = forwards[1] if forwards[0] <= backwards[0] else backwards[1]
    return tuple(
        Compared(typed=t, hidden=describe(t) if t and (_is_hidden(t, 0) or t.isspace()) else "", read=r)
        for t, r in pairs
    )


def _mark_field(name: str, text: str, evidence: Sequence[Evidence], mask_from: int, most: int) -> MarkedField:
    begin, last = _window(text, [span for found in evidence for span in found.spans if span.field == name], most)
    spans = [
        (number, max(begin, span.start), min(span.end, last), found)
        for number, found in enumerate(evidence, 1)
        for span in found.spans
        if span.field == name and span.start < last and span.end > begin
    ]
    edges = sorted({begin, last, *(start for _, start, _, _ in spans), *(end for _, _, end, _ in spans)})
    segments: list[Segment] = []
    run: set[int] = set()
    for start, end in pairwise(edges):
        over = [(number, until, found) for number, begin, until, found in spans if begin <= start and until >= end]
        run.update(number for number, _, _ in over)
        is_end = not any(begin <= end < until for _, begin, until, _ in spans)
        segments.append(
            Segment(
                glyphs=legible(text[start:end]),
                numbers=tuple(number for number, _, _ in over),
                printed=tuple(sorted(run)) if is_end else (),
                style=underline(over[0][2].category) if over else "",
                is_masked=any(is_masked(found, mask_from) for _, _, found in over),
            )
        )
        if is_end:
            run = set()
    return MarkedField(name=name, segments=tuple(segments), before=begin, more=len(text) - last)


def _window(text: str, spans: Sequence[Span], most: int) -> tuple[int, int]:
    """From where to where a text is shown: from its beginning, or with a little before a finding that comes late."""
    first = min((span.start for span in spans), default=0)
    if len(text) <= most or first < most // 4:
        return 0, min(most, len(text))
    begin = first - most // 8
    # Not in the middle of a word, where there are words.
    begin = text.find(" ", begin, first) + 1 or begin
    return begin, min(begin + most, len(text))


def _is_hidden(text: str, index: int) -> bool:
    character = text[index]
    if character == "\n":
        return False
    if character in "\u200c\u200d":
        # Joiners belong to emoji families and to scripts that join; between plain letters they are a disguise.
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        return not (before > "\u02ff" and after > "\u02ff")
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or (kind == "Zs" and character != " ")


def _align(typed: str, read: str) -> tuple[float, list[tuple[str, str]]]:
    """The cheapest way to write ``typed`` above ``read``: cost, and pairs with ``""`` for a gap."""
    width = len(read) + 1
    costs = [[0.0] * width for _ in range(len(typed) + 1)]
    for i, character in enumerate(typed, 1):
        costs[i][0] = costs[i - 1][0] + _drop(character)
    for j in range(1, width):
        costs[0][j] = float(j)
    for i, character in enumerate(typed, 1):
        for j, letter in enumerate(read, 1):
            costs[i][j] = min(
                costs[i - 1][j - 1] + _swap(character, letter),
                costs[i - 1][j] + _drop(character),
                costs[i][j - 1] + 1,
            )
    pairs: list[tuple[str, str]] = []
    i, j = len(typed), len(read)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + _swap(typed[i - 1], read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((typed[i], read[j]))
        elif i and costs[i][j] == costs[i - 1][j] + _drop(typed[i - 1]):
            i -= 1
            pairs.append((typed[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return costs[-1][-1], pairs[::-1]


def _swap(character: str, letter: str) -> float:
    if character == letter:
        return 0.0
    return 0.0 if fold_character(character)[:1] == letter else 0.75


def _drop(character: str) -> float:
    return 1.0 if character.isalnum() else 0.25
