"""Terms of letters in one view of an order: where a key is met, whether words begin and end there, what it cost."""

from collections.abc import Iterator

from moderation.matching.acrostic import ACROSTICS, find_acrostic
from moderation.matching.align import Disguise, align, runs_of
from moderation.matching.compound import inside_word
from moderation.matching.cost import described, features_of
from moderation.matching.edges import Edges
from moderation.matching.hit import Hit
from moderation.matching.index import Index
from moderation.matching.letters import AFFIXES, Entry
from moderation.matching.lexicon import Lexicon
from moderation.matching.looked import Looked
from moderation.matching.score import READING_FEATURES
from moderation.matching.script import is_gapless, may_sound
from moderation.matching.singles import is_whole_run
from moderation.matching.skeleton import View
from moderation.reading import Reading
from moderation.terms.term import MatchKind

#: Readings in which a term may stand inside a longer word; the others are strange enough as they are.
_STRAIGHT = frozenset(
    {"folded", "leet", "look-alikes", "letters drawn with signs", "as displayed", "turned letters", "hidden letters"}
)
#: Letters from which a term bent or turned is read amid others in scripts without gaps between words.
_SHORTEST_WITHIN = 5
#: Readings near enough to what is written for terms of three letters.
_NEAR = _STRAIGHT | {
    "as on a plate",
    "letters apart",
    "transliterated",
    "upside down",
    "mirrored",
    "emoji as words",
    "emoji as slang",
}


def find_spelled(view: View, index: Index, lexicon: Lexicon, looked: Looked) -> Iterator[Hit]:
    """Every entry whose key stands in the view and whose letters stand in the reading, once per stretch of the order."""
    found = index.automaton.find_matches_as_indexes(view.key, overlapping=True)
    if not found:
        return
    # Longest first: a long key is hardly met by chance, so a budget is best spent on it.
    found.sort(key=_length, reverse=True)
    edges = Edges(view, lexicon)
    reading = view.reading
    is_acrostic = reading.name in ACROSTICS
    for number, first, after in found:
        letters = view.reach[after] - view.reach[first]
        if letters < index.least[number]:
            continue
        # Most keys are met by chance across words; what neither begins nor ends with one is out at once.
        if not (is_acrostic or edges.are_open(first, after - 1) or number in index.affixes):
            continue
        low, high = view.starts[first], view.ends[after - 1]
        place = (number, reading.starts[low], reading.ends[high - 1], reading.text[max(0, low - 1) : high + 1])
        if not looked.takes(place, len(index.keyed[number])):
            continue
        for each in index.keyed[number]:
            entry = index.entries[each]
            if entry.least <= letters and (hit := _read(view, entry, range(first, after), edges, lexicon)):
                yield hit


def _length(found: tuple[int, int, int]) -> int:
    return found[2] - found[1]


def _read(view: View, entry: Entry, units: range, edges: Edges, lexicon: Lexicon) -> Hit | None:
    """The entry in these units; None where a person does not read it."""
    reading, text = view.reading, view.reading.text
    runs = runs_of(entry.letters)
    start, end = edges.start(units[0], len(runs[0])), edges.end(units[-1], len(runs[-1]))
    if end <= start:
        return None
    if reading.name in ACROSTICS:
        return find_acrostic(reading, entry, start, end)
    disguise = align(entry.letters, view, units, start, end)
    if disguise is None or not _may_be(disguise, entry, reading.name):
        return None
    if disguise.repeated and len(runs) == 1:
        return None  # one letter over and over is laughter, or a scream
    if reading.name == "transliterated" and not may_sound(entry.letters, entry.term.language, _written(reading, start)):
        return None
    begins, ends = edges.begins_at(start), edges.ends_at(end)
    is_whole = begins and ends
    is_guess = entry.is_short or (reading.name == "reversed" and is_gapless(text[start]))
    if is_guess and len(entry.letters) < _SHORTEST_WITHIN and not _stands_alone(text, start, end):
        return None
    if not is_whole and (len(disguise.parts) > 1 or entry.is_transliterated or reading.name not in _STRAIGHT):
        return None
    extra: dict[str, float] = {}
    if not _is_bounded(entry.term.match, begins, ends):
        if disguise.repeated or disguise.swapped or disguise.dropped:
            return None
        extra = inside_word(text, start, end, entry, lexicon)
        if not extra:
            return None
    if disguise.is_apart and entry.term.match not in AFFIXES and not is_whole_run(text, start, end, lexicon):
        return None
    features = features_of(disguise, entry, lexicon, is_across="\n" in text[start:end]) | extra
    features |= _features_of_view(view, entry, start, end)
    return Hit(entry.term, reading, start, end, features, described(disguise, features), is_plain=not features)


def _may_be(disguise: Disguise, entry: Entry, reading: str) -> bool:
    """Whether so much is left of the term that it is worth judging."""
    if entry.is_short and (disguise.repeated or disguise.dropped or disguise.swapped or len(disguise.parts) > 1):
        return False
    if entry.is_transliterated and disguise.repeated == 1:
        return False  # a double letter makes another word of the sound
    if reading == "look-alikes" and (disguise.leet or disguise.repeated or disguise.swapped or disguise.dropped):
        return False  # a whole word of another alphabet, which is itself first of all
    length = len(entry.letters)
    if disguise.dropped > (1 if length >= 5 else 0):
        return False
    if len(entry.words) > 1 and len(disguise.parts) == 1 and length < 6:
        return False
    return reading in _NEAR or length >= (4 if entry.term.severity < 3 or reading != "reversed" else 3)


def _is_bounded(kind: MatchKind, begins: bool, ends: bool) -> bool:
    if kind == MatchKind.PREFIX:
        return begins
    if kind == MatchKind.SUFFIX:
        return ends
    return kind == MatchKind.INSIDE or (begins and ends)


def _features_of_view(view: View, entry: Entry, start: int, end: int) -> dict[str, float]:
    found: dict[str, float] = {}
    if feature := READING_FEATURES.get(view.reading.name):
        found[feature] = 1.0
    if view.drops_signs and any(not c.isalnum() and not c.isspace() for c in view.reading.text[start:end]):
        found["signs"] = 1.0
    if entry.is_transliterated:
        found["alias"] = 1.0
    if entry.is_short:
        found["edits"] = 1.0
    return found


def _written(reading: Reading, at: int) -> str:
    """The character of the order that is read there."""
    span = next(iter(reading.spans(at, at + 1)))
    return reading.request.text_of(span.field)[span.start]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing is written right before and after: where words have no gaps, a few letters are met by chance."""
    return not text[max(0, start - 1) : start].strip() and not text[end : end + 1].strip()
