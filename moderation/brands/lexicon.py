"""The lexicon: which words, in which languages, stand for which concept.

Themes are grammars over concepts (``make + by + child``), so a theme written once holds in every language, and
a language is added by one file of words. Every lookup here costs the same whatever the size of the files.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from moderation.brands.phrases import STEM, Phrases
from moderation.brands.words import UNSPACED, split

#: Words of these concepts are too small or too common to be looked for inside other words or with a slip of the pen.
SMALL = frozenset(
    "by with in of for on to is where what after than without neg protest plain your own self you it this they gift praise other "
    "family idiom memory charity career profession use wear eat last time like want know better best back full high only out over love buy pay who ask she how "
    "more per earn give good old first again already number need live paid off".split()
)
IDIOM = "idiom"
_SHORTEST_STEM, _LONGEST_STEM = 3, 14
#: The brand of the order, by any of its names.
BRAND = "brand"
#: Digits, in any language.
NUMBER = "number"
#: Any language: brand names, pictographs.
ANY = -1


class Sense(NamedTuple):
    """One meaning of a word or phrase."""

    concept: str
    #: Bits of the languages in which it has that meaning.
    languages: int


class Lexicon:
    """Words and phrases with their senses; immutable once built."""

    def __init__(
        self,
        entries: Iterable[tuple[str, str, int]],
        loud: frozenset[str],
        *,
        patterns: Iterable[tuple[tuple[frozenset[str], ...], str, int]] = (),
        tolerant: bool = True,
        first: int = 0,
    ) -> None:
        """
        Args:
            entries: ``(folded text, concept, language bits)``.
            patterns: Phrases of many forms: the words that may stand at each place, with concept and language bits.
                They are heard word by word, and not as one run of letters.
            loud: Concepts that say something by themselves; long words of theirs are found inside other words.
            first: Bit of the language that letters written together are cut in where two would do.
            tolerant: Whether a word one letter off is the word. Names are not: most names are near another.
        """
        senses: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        unspaced: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        stems: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for text, concept, language in entries:
            if text.endswith(STEM):
                stem = text.rstrip(f"{STEM} ")
                if len(split(stem)) == 1:
                    # The last word of a phrase keeps its star.
                    text = stem
                    if len(stem) >= _SHORTEST_STEM:
                        stems[stem][concept] |= language
            if UNSPACED.search(text):
                unspaced[text.replace(" ", "")][concept] |= language
            elif words := split(text):
                senses[words][concept] |= language
        self.words: dict[str, tuple[Sense, ...]] = {}
        self._first = first
        self._stems = {stem: tuple(Sense(c, b) for c, b in found.items()) for stem, found in stems.items()}
        self.phrases: Phrases[tuple[Sense, ...]] = Phrases()
        #: Letters of words and phrases long enough to be recognised when written together or apart.
        self.joined: dict[str, tuple[Sense, ...]] = {}
        #: Letters of a phrase -> its words: written together, it costs what its words would.
        self._phrase_words: dict[str, int] = {}
        inside: list[str] = []
        for words, found in senses.items():
            meanings = tuple(Sense(concept, bits) for concept, bits in found.items())
            letters = "".join(words)
            if len(words) == 1:
                self.words[letters] = meanings
            else:
                self.phrases.add(words, meanings)
                self._phrase_words[letters] = len(words)
            if len(letters) >= 5 and (content := tuple(s for s in meanings if s.concept not in SMALL)):
                self.joined[letters] = tuple(dict.fromkeys((*self.joined.get(letters, ()), *content)))
                if len(letters) >= 8 and any(s.concept in loud for s in content):
                    inside.append(letters)
        parts = {part for words in senses if len(words) > 1 for part in words}
        for places, concept, bits in patterns:
            self.phrases.add(places, (Sense(concept, bits),))
            parts.update(*places)
        #: (letters, first letter) -> words, to find a word of which letters are masked.
        self._by_length: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._parts = frozenset(parts)
        for word in sorted(self.words.keys() | self.joined.keys() | self._parts):
            if len(word) >= 4:
                self._by_length[len(word), word[0]].append(word)
        self._inside = inside
        self._inside_automaton = AhoCorasick(inside)
        self._sounds = {
            _sound(word): word for word, found in self.joined.items() if all(s.concept == BRAND for s in found)
        }
        self._near = _near_index(word for word in self.joined if tolerant and len(word) >= 6)
        telling = {
            word for word, found in self.words.items() if len(word) >= 4 and any(s.concept not in SMALL for s in found)
        }
        self._content_automaton = AhoCorasick(sorted(telling.union(self.joined)))
        self._skeletons = {key: word for word in inside if len(key := _skeleton(word)) >= 5}
        self._unspaced = {text: tuple(Sense(c, b) for c, b in found.items()) for text, found in unspaced.items()}
        self._unspaced_texts = list(self._unspaced)
        self._unspaced_automaton = AhoCorasick(self._unspaced_texts)

    @property
    def concepts(self) -> frozenset[str]:
        """Every concept that has a word or phrase."""
        single = [*self.words.values(), *self._stems.values(), *self._unspaced.values()]
        return frozenset(sense.concept for senses in (*single, *self.phrases.meanings()) for sense in senses)

    def senses(self, word: str) -> tuple[Sense, ...] | None:
        """What a word means: as it stands in the files, else by the longest stem that it begins with."""
        if (found := self.words.get(word)) or not self._stems:
            return found
        for length in range(min(len(word) - 1, _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
            if found := self._stems.get(word[:length]):
                return found
        return None

    def may_hold(self, text: str) -> bool:
        """Whether any longer word stands in the text, its separators dropped; the cheap question before hearing."""
        letters = "".join(character for character in text if character.isalnum())
        return bool(self._content_automaton.find_matches_as_indexes(letters))

    def unspaced(self, text: str) -> Iterator[tuple[int, int, tuple[Sense, ...]]]:
        """Words of scripts without spaces, the longest at each place: start, end, senses."""
        reach = 0
        found = self._unspaced_automaton.find_matches_as_indexes(text, overlapping=True)
        for index, start, end in sorted(found, key=lambda match: (match[1], -match[2])):
            if end > reach:
                reach = end
                yield start, end, self._unspaced[self._unspaced_texts[index]]

    def inside(self, word: str) -> Iterator[tuple[int, int, tuple[Sense, ...]]]:
        """Loud words inside a longer one."""
        for index, start, end in self._inside_automaton.find_matches_as_indexes(word, overlapping=True):
            yield start, end, self.joined[self._inside[index]]

    def holds(self, word: str) -> bool:
        """Whether the word stands in the files, alone, joined, as a part of a phrase or by its stem."""
        return word in self._parts or word in self.joined or self.senses(word) is not None

    def is_word(self, word: str) -> bool:
        """Whether it is one word, or a name; not the letters of a phrase."""
        return word in self.joined and (word not in self._phrase_words or self.joined[word][0].languages == ANY)

    def cost(self, word: str) -> float:
        """What the word costs where letters are cut into words, 0.0 for no word: names least, then English, then others."""
        if found := self.words.get(word):
            bits = 0
            for sense in found:
                bits |= sense.languages
            return 0.9 if bits == ANY else 1.0 if bits & self._first else 1.05
        if len(word) >= 6 and word in self.joined:
            # A name of several words is one; a phrase is heard as well when its words are cut apart.
            return 0.9 if self.joined[word][0].languages == ANY else self._phrase_words.get(word, 1) + 0.1
        return 1.3 if len(word) >= 4 and word in self._parts else 0.0

    def masked(self, word: str) -> str | None:
        """The lexicon's word that ``word`` is, each mask in it one letter: ``sw*atshop``. None for none or for many."""
        kept = sum(map(str.isalnum, word))
        if kept < 2 or kept < 2 * (len(word) - kept):
            return None
        pattern = re.compile("".join(letter if letter.isalnum() else "[^\\W_]" for letter in word))
        found = [each for each in self._by_length.get((len(word), word[0]), ()) if pattern.fullmatch(each)]
        telling = [each for each in found if any(s.concept not in SMALL for s in self.words.get(each, ()))]
        return min(telling or found, default=None)

    def sounding(self, word: str) -> str | None:
        """The name that sounds like ``word``, or None: names alone are compared by ear, and by readers too."""
        return self._sounds.get(_sound(word)) if self._sounds else None

    def near(self, word: str) -> str | None:
        """The lexicon's word that differs from ``word`` by one letter or by its vowels, or None."""
        for key in _shortened(word) if self._near else ():
            for candidate in self._near.get(key, ()):
                if candidate[0] == word[0] and abs(len(candidate) - len(word)) <= 1:
                    return candidate
        return self._skeletons.get(word) if word in self._skeletons and word == _skeleton(word) else None


def _near_index(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for word in words:
        # Most keys have one word; a list for each would take most of the time.
        alone = (word,)
        for key in {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}:
            index[key] = (*index[key], word) if key in index else alone
    return index


@lru_cache(maxsize=4096)
def _shortened(word: str) -> tuple[str, ...]:
    """The word and all words with one letter less; two words one edit or swap apart share one of these."""
    return tuple(dict.fromkeys((word, *(word[:at] + word[at + 1 :] for at in range(1, len(word))))))


def _sound(word: str) -> str:
    """Letters as they are heard: ``stryder`` and ``strider`` are one."""
    for letters, heard in (
        ("ph", "f"),
        ("ck", "k"),
        ("qu", "kw"),
        ("c", "k"),
        ("z", "s"),
        ("y", "i"),
        ("x", "ks"),
        ("w", "v"),
    ):
        word = word.replace(letters, heard)
    return "".join(letter for at, letter in enumerate(word) if not at or word[at - 1] != letter).rstrip("e")


def _skeleton(word: str) -> str:
    return word[:1] + "".join(letter for letter in word[1:] if letter not in "aeiou")
