"""Everything that is looked up: terms by key, by sound, by consonants, by near spelling, by number, by mask."""

from collections import defaultdict
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.matching.code import Codes
from moderation.matching.deletes import Deletes
from moderation.matching.letters import GAP, Entry, entries_of, letters_of
from moderation.matching.pattern import Patterns
from moderation.matching.phrase import Phrases
from moderation.matching.script import is_gapless
from moderation.reading.fold import fold_text
from moderation.reading.sound import sound_key
from moderation.terms.term import MatchKind, Term

_VOWELS = frozenset("aeiou")


def consonants_of(letters: str) -> str:
    """What stays when vowels are left out, repeated letters once: ``"bitch"`` -> ``"btch"``."""
    kept: list[str] = []
    for letter in letters:
        if letter not in _VOWELS and (not kept or kept[-1] != letter):
            kept.append(letter)
    return "".join(kept)


class Index:
    """All look-ups over one set of terms; immutable once built."""

    def __init__(self, terms: Iterable[Term]) -> None:
        every = tuple(terms)
        self.terms = every
        self.ids = frozenset(term.id for term in every)
        self.entries: list[Entry] = []
        self.exact: dict[str, list[Term]] = defaultdict(list)
        by_key: dict[str, list[int]] = defaultdict(list)
        for term in every:
            if term.match == MatchKind.EXACT:
                self.exact[exact_key(term.term)].append(term)
            for entry in entries_of(term):
                by_key[entry.key].append(len(self.entries))
                self.entries.append(entry)
        #: Entry numbers by pattern number of the automaton.
        self.keyed = list(by_key.values())
        self.automaton = AhoCorasick(list(by_key), implementation=Implementation.ContiguousNFA, store_patterns=False)
        self.sounds: dict[str, list[int]] = defaultdict(list)
        self.skeletons: dict[str, list[int]] = defaultdict(list)
        self.masks: dict[tuple[int, str, str], list[int]] = defaultdict(list)
        near: list[tuple[int, str, int]] = []
        for number, entry in enumerate(self.entries):
            self._index_word(number, entry, near)
        self.deletes = Deletes(near)
        self.codes = Codes(term for term in every if term.match == MatchKind.CODE)
        self.patterns = Patterns(term for term in every if term.match == MatchKind.PATTERN)
        self.phrases = Phrases(term for term in every if term.match == MatchKind.PHRASE and GAP in term.term)

    def _index_word(self, number: int, entry: Entry, near: list[tuple[int, str, int]]) -> None:
        letters = entry.letters
        if len(entry.words) > 1 or len(letters) < 4 or not letters.isalpha() or any(map(is_gapless, letters)):
            return
        self.masks[(len(letters), letters[0], letters[-1])].append(number)
        self.masks[(len(letters), letters[0], letters[1] + "?")].append(number)
        if entry.edits or entry.term.severity >= 2:
            near.append((number, letters, max(entry.edits, 1)))
        if letters.isascii() and entry.term.severity >= 2:
            self.sounds[sound_key(letters)].append(number)
            consonants = consonants_of(letters)
            if len(consonants) >= 3:
                self.skeletons[consonants].append(number)


def exact_key(text: str) -> str:
    return " ".join(fold_text(text).split())


__all__ = ["Index", "consonants_of", "exact_key", "letters_of"]
