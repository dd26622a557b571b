"""Everything that is looked up: terms by key, by sound, by consonants, by near spelling, by number, by mask."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.evidence import Category
from moderation.matching.code import Codes
from moderation.matching.compiled import spellings
from moderation.matching.deletes import Deletes
from moderation.matching.letters import AFFIXES, GAP, Entry, entries_of
from moderation.matching.numbered import NumberedPhrases
from moderation.matching.pattern import Patterns
from moderation.matching.phrase import Phrases
from moderation.matching.script import is_gapless
from moderation.reading.fold import fold_text
from moderation.reading.sound import sound_key, sound_keys
from moderation.terms.term import MatchKind, Term

_VOWELS = frozenset("aeiou")
OBSCENE = (Category.PROFANITY, Category.SEXUAL, Category.HARASSMENT)
#: In whose words people leave a letter or two and marks, the first come first to mind.
_STARRED = (*OBSCENE, Category.HATE)
#: Of which phrases without gaps and vowels are read, though they be mild.
_SQUEEZED = frozenset({*OBSCENE, Category.DRUGS, Category.VIOLENCE, Category.SELF_HARM})


def consonants_of(letters: str) -> str:
    """What stays when vowels are left out, repeated letters once: ``"bitch"`` -> ``"btch"``."""
    kept: list[str] = []
    for letter in letters:
        if letter not in _VOWELS and (not kept or kept[-1] != letter):
            kept.append(letter)
    return "".join(kept)


class Index:
    """All look-ups over one set of terms; immutable once built. Values are numbers into ``entries``."""

    def __init__(self, terms: Iterable[Term], version: str = "") -> None:
        """``version`` is the content hash of the lists that hold the terms, where their spellings are worth keeping."""
        self.terms = tuple(terms)
        self.ids = frozenset(term.id for term in self.terms)
        spelled = spellings(self.terms, version) if version else chain.from_iterable(map(entries_of, self.terms))
        self.entries = tuple(spelled)
        keyed = _numbered((entry.key, number) for number, entry in enumerate(self.entries))
        #: Entries by pattern number of the automaton.
        self.keyed = list(keyed.values())
        #: The fewest letters in which any entry of a pattern is read.
        least = [entry.least for entry in self.entries]
        self.least = array("I", (min([least[number] for number in numbers]) for numbers in self.keyed))
        #: Patterns of entries that are parts of words, known ones too.
        affixes = {number for number, entry in enumerate(self.entries) if entry.term.match in AFFIXES}
        self.affixes = frozenset(
            pattern for pattern, numbers in enumerate(self.keyed) if not affixes.isdisjoint(numbers)
        )
        self.automaton = AhoCorasick(list(keyed), implementation=Implementation.ContiguousNFA, store_patterns=False)
        words = [(number, entry) for number, entry in enumerate(self.entries) if _is_word(entry)]
        #: Words that stand in the list themselves, whatever is done about them.
        self.listed = frozenset(entry.letters for _, entry in words)
        self.deletes = Deletes(
            (number, entry.letters, max(entry.edits, 1))
            for number, entry in words
            if entry.edits or entry.term.severity >= 2
        )
        gapless = ((number, entry) for number, entry in enumerate(self.entries) if _is_gapless(entry))
        masked = chain(words, gapless)
        self.masks = _numbered((key, number) for number, entry in masked for key in mask_keys(entry.letters))
        #: By what little is seen of a word.
        self.bare_masks = _best_known(
            (key, number, entry) for number, entry in words for key in well_known_keys(entry.letters)
        )
        sounded = [
            (number, entry.letters) for number, entry in words if entry.letters.isascii() and entry.term.severity >= 2
        ]
        self.sounds = _numbered(
            (key, number)
            for number, letters in sounded
            for key in sound_keys(letters, self.entries[number].term.language)
        )
        bare = ((consonants, number) for number, letters in sounded for consonants in _skeletons(letters))
        self.skeletons = _numbered(chain(bare, self._run_together()))
        self.exact = _numbered(
            (exact_key(term.term), number) for number, term in enumerate(self.terms) if term.match == MatchKind.EXACT
        )
        self.codes = Codes(self._of(MatchKind.CODE))
        self.patterns = Patterns(self._of(MatchKind.PATTERN))
        self.numbered = NumberedPhrases(self.terms)
        self.phrases = Phrases(term for term in self._of(MatchKind.PHRASE) if GAP in term.term)

    def _run_together(self) -> Iterator[tuple[str, int]]:
        """Phrases of harm without their gaps and vowels, as a plate has room for them: ``whtpwr``."""
        for number, entry in enumerate(self.entries):
            is_plain = entry.letters.isascii() and entry.letters.isalpha()
            if is_plain and len(entry.words) in (2, 3) and entry.term.language == "en" and _is_harm(entry.term):
                yield from ((each, number) for each in _skeletons(entry.letters) if len(each) >= 4)

    def _of(self, kind: MatchKind) -> list[Term]:
        return [term for term in self.terms if term.match == kind]

    def whole(self, text: str) -> list[Term]:
        """Entries that the whole of a field is."""
        return [self.terms[number] for number in self.exact.get(exact_key(text), ())] if self.exact else []


def mask_keys(letters: str) -> tuple[str, str]:
    """Under which a word is found when letters of it are masked: by its last letter or, that being masked, its second."""
    return f"{len(letters)}{letters[0]}{letters[-1]}", f"{len(letters)}{letters[0]}{letters[1]}?"


def well_known_keys(letters: str) -> tuple[str, ...]:
    """Under which a word is found of which a letter or two at its beginning are seen, with the last one or without."""
    begins, length, end = letters[:2], len(letters), letters[-1]
    return f"{begins[0]}{length}", f"{begins[0]}{length}{end}", f"{begins}{length}", f"{begins}{length}{end}"


def _is_word(entry: Entry) -> bool:
    """One word of an alphabet, long enough to be read in other spellings."""
    letters = entry.letters
    if entry.is_transliterated or entry.is_short or len(entry.words) > 1 or len(letters) < 4 or not letters.isalpha():
        return False
    return letters.isascii() or not any(map(is_gapless, letters))


def _is_harm(term: Term) -> bool:
    """What people squeeze to get it past a reader: anything severe, and obscenities, drugs and threats from less on."""
    return term.severity >= 3 or (term.severity == 2 and term.category in _SQUEEZED)


def _is_gapless(entry: Entry) -> bool:
    """A term of Han, kana or Thai letters, long enough to be read with one of them masked."""
    letters = entry.letters
    return not letters.isascii() and not entry.is_short and len(letters) >= 3 and all(map(is_gapless, letters))


def _numbered(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for key, number in pairs:
        found[key] = (*found.get(key, ()), number)  # few have many; lists for all would leave their memory behind
    return found


def _best_known(rows: Iterable[tuple[str, int, Entry]]) -> dict[str, int]:
    """The entry that people think of first under each key: plain English obscenities and slurs, as they are listed."""
    found: dict[str, tuple[tuple[int, int], int]] = {}
    for key, number, entry in rows:
        term = entry.term
        if term.language == "en" and term.severity >= 2 and term.category in _STARRED and term.match is MatchKind.WORD:
            rank = _STARRED.index(term.category), -term.severity
            if key not in found or rank < found[key][0]:
                found[key] = rank, number
    return {key: number for key, (_, number) in found.items()}


def _skeletons(letters: str) -> set[str]:
    """Consonants from three on, and those that are heard from five on: ``mthrfckr``, ``mthrfkr``."""
    found, heard = consonants_of(letters), consonants_of(sound_key(letters))
    return {each for each, least in ((found, 3), (heard, 5)) if len(each) >= least}


def exact_key(text: str) -> str:
    return " ".join(fold_text(text).split())
