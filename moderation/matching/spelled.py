"""Terms of letters in one view of an order: where a key is met, what it cost, and whether words begin and end there."""

import re
from collections.abc import Iterator

from moderation.matching.align import Disguise, align, runs_of
from moderation.matching.hit import Hit
from moderation.matching.index import Index
from moderation.matching.inflection import endings
from moderation.matching.letters import Entry
from moderation.matching.lexicon import WORD, Lexicon
from moderation.matching.score import READING_FEATURES
from moderation.matching.script import begins_word, ends_word
from moderation.matching.segment import likelihood
from moderation.matching.skeleton import View, key_of
from moderation.terms.term import MatchKind

_WORD = re.compile(r"\S+")
#: Single letters set apart from each other, up to a place and from it.
_SINGLES_BEFORE = re.compile(r"(?:(?<![^\W_])[^\W_][\W_]{1,3})+\Z")
_SINGLES_AFTER = re.compile(r"(?:[\W_]{1,3}[^\W_](?![^\W_]))+")
_INITIALS = ("first letters of words", "first letters of lines")
#: Readings in which a term may stand inside a longer word; the others are strange enough as they are.
_STRAIGHT = frozenset(
    {"folded", "leet", "look-alikes", "letters drawn with signs", "as displayed", "turned letters", "hidden letters"}
)
_EVERYDAY = 5.0
#: "a", "I", Spanish "y" and "o", Italian "e", Polish "i" and "u": "put a ring on it" is no broken word.
_ONE_LETTER_WORDS = "aeiouy"
#: Frequency that a listed word is given in a split: about that of a common word.
_LISTED = 4.6 - 9


def find_spelled(view: View, index: Index, lexicon: Lexicon) -> Iterator[Hit]:
    """Every entry whose key stands in the view and whose letters stand in the reading."""
    found = index.automaton.find_matches_as_indexes(view.key, overlapping=True)
    if not found:
        return
    edges = _Edges(view, lexicon)
    is_initials = view.reading.name in _INITIALS
    for number, first, last in found:
        # Most keys are met by chance across words; what neither begins nor ends with one is out at once.
        if not (is_initials or edges.are_open(first, last - 1)):
            continue
        for entry_number in index.keyed[number]:
            hit = _judge(view, index.entries[entry_number], range(first, last), lexicon)
            if hit:
                yield hit


class _Edges:
    """For each unit of a view whether a word may begin or end there, and which unknown word it lies in."""

    def __init__(self, view: View, lexicon: Lexicon) -> None:
        self._begins: list[bool | None] = [None] * len(view.key)
        self._ends: list[bool | None] = [None] * len(view.key)
        #: Per unit the number of its word, or -1 where the word is known: nothing is cut out of a known word.
        self._words: list[int] = []
        self._view, self._lexicon = view, lexicon

    def are_open(self, first: int, last: int) -> bool:
        """Whether a term may be read from unit ``first`` to ``last``: between words, or within one unknown word."""
        if self._may_begin(first) and self._may_end(last):
            return True
        if not self._words:
            self._number()
        return self._words[first] == self._words[last] != -1

    def _may_begin(self, unit: int) -> bool:
        known = self._begins[unit]
        if known is None:
            low, high, text = self._view.starts[unit], self._view.ends[unit], self._view.reading.text
            known = self._begins[unit] = begins_word(text, low) or (high > low + 1 and not text[low:high].isalnum())
        return known

    def _may_end(self, unit: int) -> bool:
        known = self._ends[unit]
        if known is None:
            low, high, text = self._view.starts[unit], self._view.ends[unit], self._view.reading.text
            known = self._ends[unit] = ends_word(text, high) or (high > low + 1 and not text[low:high].isalnum())
        return known

    def _number(self) -> None:
        self._words = [-1] * len(self._view.key)
        view, text = self._view, self._view.reading.text
        unit = 0
        for number, word in enumerate(_WORD.finditer(text)):
            is_known = bool(self._lexicon.kinds(word.group()))
            while unit < len(view.key) and view.starts[unit] < word.end():
                if not is_known and view.starts[unit] >= word.start():
                    self._words[unit] = number
                unit += 1


def _judge(view: View, entry: Entry, units: range, lexicon: Lexicon) -> Hit | None:
    text = view.reading.text
    runs = runs_of(entry.letters)
    start = _trimmed_start(view, units[0], len(runs[0]))
    end = _trimmed_end(view, units[-1], len(runs[-1]))
    if end <= start:
        return None
    begins, ends = begins_word(text, start), ends_word(text, end)
    kind = entry.term.match
    if view.reading.name in _INITIALS:
        return _initials(view, entry, start, end)
    disguise = align(entry.letters, view, units, start, end)
    if disguise is None or disguise.dropped > 1 or (disguise.dropped and len(entry.letters) < 5):
        return None
    if len(entry.words) > 1 and len(disguise.parts) == 1 and len(entry.letters) < 6:
        return None
    extra: dict[str, float] = {}
    if len(disguise.parts) > 1 and not (begins and ends):
        return None
    is_straight = view.reading.name in _STRAIGHT
    if not (begins and ends) and (entry.is_transliterated or not is_straight):
        return None
    if not _bounded(kind, begins, ends):
        if len(disguise.parts) > 1 or disguise.repeated or disguise.swapped or disguise.dropped:
            return None
        extra = _in_word(view, entry, start, end, begins, lexicon)
        if not extra:
            return None
    is_across = "\n" in text[start:end]
    features = _features(disguise, entry, lexicon, is_across=is_across) | extra
    if view.reading.name == "reversed" and len(entry.letters) < (4 if entry.term.severity < 3 else 3):
        return None
    is_apart = len(disguise.parts) > 1 and all(len(part) == 1 for part in disguise.parts)
    is_part_of_words = kind in (MatchKind.INSIDE, MatchKind.PREFIX, MatchKind.SUFFIX)
    if is_apart and not is_part_of_words and not _is_whole_run(text, start, end, lexicon):
        return None
    if "cuts" in features and is_across:
        features["across"] = 1.0
    feature = READING_FEATURES.get(view.reading.name)
    if feature:
        features[feature] = 1.0
    if view.drops_signs and any(not c.isalnum() and not c.isspace() for c in text[start:end]):
        features["signs"] = 1.0
    if entry.is_transliterated:
        features["alias"] = 1.0
    return Hit(entry.term, view.reading, start, end, features, _named(disguise, features), is_plain=not features)


def _is_whole_run(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Letters that stand apart are one run; what is left of it around a term must be words as well.

    ``y o u s u c k`` holds two words; the last six letters of ``b a s t a r d`` are none of their own.
    """
    before = _SINGLES_BEFORE.search(text, max(0, start - 80), start)
    after = _SINGLES_AFTER.match(text, end)
    rests = ("".join(c for c in found.group() if c.isalnum()) for found in (before, after) if found)
    return all(not rest or likelihood(rest, lexicon) is not None for rest in rests)


def _bounded(kind: MatchKind, begins: bool, ends: bool) -> bool:
    if kind == MatchKind.PREFIX:
        return begins
    if kind == MatchKind.SUFFIX:
        return ends
    return kind == MatchKind.INSIDE or (begins and ends)


def _trimmed_start(view: View, unit: int, needed: int) -> int:
    """Where the term begins in its first run: the last word beginning that leaves enough letters, else the run's."""
    text, low, high = view.reading.text, view.starts[unit], view.ends[unit]
    for at in range(high - needed, low, -1):
        if text[at - 1 : at + 1].isalnum() is False and begins_word(text, at) and _letters(text[at:high]) >= needed:
            return at
    return low


def _trimmed_end(view: View, unit: int, needed: int) -> int:
    text, low, high = view.reading.text, view.starts[unit], view.ends[unit]
    for at in range(low + needed, high):
        if not text[at].isalnum() and ends_word(text, at) and _letters(text[low:at]) >= needed:
            return at
    return high


def _letters(stretch: str) -> int:
    return sum(c.isalnum() for c in stretch)


def _initials(view: View, entry: Entry, start: int, end: int) -> Hit | None:
    """First letters spell a term only as a whole line, letter by letter, and short ones only when severe."""
    text = view.reading.text
    is_short = entry.term.severity == 4 and view.reading.name == "first letters of lines"
    least = 3 if is_short else 4
    whole = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
    if not whole or text[start:end] != entry.letters or len(entry.letters) < least:
        return None
    return Hit(
        entry.term, view.reading, start, end, {READING_FEATURES[view.reading.name]: 1.0, "length": _length(entry)}
    )


def _in_word(view: View, entry: Entry, start: int, end: int, begins: bool, lexicon: Lexicon) -> dict[str, float]:
    """A whole-word term inside a longer word: an ordinary ending, or words run together; empty when neither."""
    text, letters = view.reading.text, entry.letters
    if entry.term.match == MatchKind.PHRASE and len(letters) < 6 or len(letters) < 4 or not letters.isascii():
        return {}
    low, high = start, end
    while low > 0 and text[low - 1].isalnum():
        low -= 1
    while high < len(text) and text[high].isalnum():
        high += 1
    word = text[low:high]
    if lexicon.kinds(word):
        return {}
    if begins and text[end:high] in endings(entry.term.language):
        return {"inflected": 1.0}
    is_short = len(letters) < (5 if entry.term.severity >= 3 else 6)
    if end == high - 1 or (
        is_short and (len(letters) < 5 or not _are_everyday(text[low:start], text[end:high], lexicon))
    ):
        return {}
    before = likelihood(text[low:start], lexicon) if low < start else 0.0
    after = likelihood(text[end:high], lexicon) if end < high else 0.0
    if before is None or after is None:
        return {}
    innocent = likelihood(word, lexicon, without=letters)
    if innocent is not None and innocent >= before + _LISTED + after:
        return {}
    return {"compound": 1.0}


def _are_everyday(before: str, after: str, lexicon: Lexicon) -> bool:
    """What stands around a short term are the commonest words: ``you``, ``the``, ``big``."""
    return all(not part or lexicon.english(part) >= _EVERYDAY for part in (before, after))


def _features(disguise: Disguise, entry: Entry, lexicon: Lexicon, *, is_across: bool) -> dict[str, float]:
    length = len(entry.letters)
    found: dict[str, float] = {}
    if disguise.leet:
        found["leet"] = disguise.leet / length
    if disguise.swapped:
        found["swapped"] = float(disguise.swapped)
    if disguise.repeated:
        found["repeated"] = 1.0
    if disguise.dropped:
        found["dropped"] = 1.0 + (length < 6)
    parts = disguise.parts
    if len(entry.words) > 1 and len(parts) == 1:
        found["glued"] = 1.0
    elif len(parts) > 1 and (len(entry.words) != len(parts) or tuple(map(key_of, parts)) != entry.words):
        if all(len(part) == 1 for part in parts):
            found["apart"] = 1.0
        else:
            found["cuts"] = 1.0
            known = [_is_known(part, lexicon, everywhere=not is_across) for part in parts]
            found["known_parts"] = float(all(known))
            if all(known) and min(map(len, parts)) >= 3 and length >= 7:
                found["long_parts"] = 1.0
    if found:
        found["length"] = _length(entry)
    return found


def _is_known(part: str, lexicon: Lexicon, *, everywhere: bool) -> bool:
    """A part of a broken word that is itself a word which people write, so that nothing may be broken at all.

    Args:
        everywhere: Whether short words of all languages count; a word broken over two fields was broken on purpose
            more often than two short foreign words stand there.
    """
    frequency = lexicon.english(part)
    if len(part) == 1:
        return everywhere and part in _ONE_LETTER_WORDS
    if len(part) <= 3:
        return frequency >= 4.0 or (everywhere and bool(lexicon.kinds(part) & WORD))
    return frequency >= 3.0 or bool(lexicon.kinds(part))


def _length(entry: Entry) -> float:
    return (min(len(entry.letters), 10) - 6) / 2


def _named(disguise: Disguise, features: dict[str, float]) -> str:
    if disguise.leet:
        return "leet spelling"
    if "apart" in features:
        return "letters apart"
    if "cuts" in features:
        return "parts joined"
    if disguise.repeated:
        return "repeated letters"
    return "other spelling" if disguise.swapped or disguise.dropped else ""
