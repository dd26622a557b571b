"""The words of an order as written, and whether the world knows them as something innocent."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.matching.cover import Covered
from moderation.matching.lexicon import ENGLISH, PERSON, PLACE, RARE, Lexicon
from moderation.reading import Readings
from moderation.terms.term import AllowKind

_APOSTROPHE = re.compile("[’'`´]")
_TITLES = frozenset(
    "mr mrs ms miss dr prof sir lady lord uncle aunt auntie aunty grandad granddad grandpa grandma granny nan nana dad mum mom papa mama pop "
    "opa oma onkel tante herr frau senor senora don dona monsieur madame mme mlle tio tia abuelo abuela zio zia nonno nonna pan pani baba deda "
    "brother sister cousin captain capt coach doctor nurse saint san santa st king queen prince princess rev father mother judge officer".split()
)
_INITIALS = re.compile(r"(?:[A-Z][.·] ?)+[A-Z]?")
_SIGNS = re.compile(r"[^\w\s.,:;'’`´\-–—]|_")
_WORD = re.compile(r"[^\W_]+(?:[’'`´][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the folded reading; offsets in it, half-open."""

    text: str
    start: int
    end: int
    #: Bits of the lexicon; 0 for a word that nobody knows.
    kinds: int
    is_capitalised: bool

    @property
    def is_name(self) -> bool:
        return bool(self.kinds & PERSON)

    @property
    def is_place(self) -> bool:
        return bool(self.kinds & PLACE)


class Tokens:
    """All words of an order in order, found by their place in the layout."""

    def __init__(self, readings: Readings, lexicon: Lexicon) -> None:
        folded, raw = readings.folded, readings.as_written.text
        self._raw, self._lexicon = raw, lexicon
        self.all: list[Token] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        for word in _WORD.finditer(folded.text):
            start, end = word.span()
            low, high = folded.starts[start], folded.ends[end - 1]
            kinds = lexicon.kinds(word.group()) or lexicon.kinds(_APOSTROPHE.split(word.group())[0])
            self.all.append(Token(word.group(), start, end, kinds, raw[low].isupper()))
            self._starts.append(low)
            self._ends.append(high)

    def touching(self, low: int, high: int) -> range:
        """Indexes of the words that share a character with ``layout[low:high]``."""
        first = bisect_right(self._ends, low)
        last = first
        while last < len(self.all) and self._starts[last] < high:
            last += 1
        return range(first, last)

    def are_known(self, indexes: range) -> bool:
        """Whether each of these words is an ordinary English word or a person's name; False for none at all."""
        words = [self.all[index] for index in indexes if not self.all[index].text.isdigit()]
        return bool(words) and all(map(self._is_known, words))

    def _is_known(self, token: Token) -> bool:
        return bool(token.kinds & (ENGLISH | PERSON)) or (token.is_place and self._lexicon.english(token.text) >= 3)

    def are_foreign(self, indexes: range) -> bool:
        """Whether each of these words is a word of some language or a place."""
        return bool(indexes) and all(self.all[index].kinds for index in indexes)

    def are_written_as_names(self, indexes: range) -> bool:
        """Whether each of these words has a capital and small letters."""
        written = (self._raw[self._starts[index] : self._ends[index]] for index in indexes)
        return bool(indexes) and all(word[:1].isupper() and word[1:].islower() for word in written)

    def has_signs(self, low: int, high: int) -> bool:
        """Whether signs that are no ordinary punctuation stand in ``layout[low:high]``: nobody writes a word so."""
        return bool(_SIGNS.search(self._raw, low, high))

    def are_initials(self, low: int, high: int) -> bool:
        """Whether ``layout[low:high]`` is written as initials are: capitals with full stops, ``J.R.R.``."""
        return bool(_INITIALS.fullmatch(self._raw, low, high))

    def is_before_name(self, high: int) -> bool:
        """Whether the next word from ``layout[high:]`` on is written as a surname is: a capital and small letters."""
        following = bisect_right(self._starts, high - 1)
        while following < len(self.all) and len(self.all[following].text) == 1:
            following += 1
        if following == len(self.all):
            return False
        word = self._raw[self._starts[following] : self._ends[following]]
        return (
            self.all[following].is_capitalised
            and len(word) >= 3
            and (word[1:].islower() or self.all[following].is_name)
        )

    def names(self, index: int, covered: Sequence[Covered], low: int, high: int) -> bool:
        """Whether the word is first of all a name: listed as one, or known as one and rare in English otherwise."""
        token = self.all[index]
        if any(each.excuses(low, high) and each.kind == AllowKind.NAME for each in covered):
            return True
        return token.is_name and self._lexicon.english(token.text) < 3.5

    def in_name(self, index: int) -> bool:
        """Whether the word is part of a name: known as one, with a capital, beside another name or a title; or a
        place before a comma and a larger place."""
        token = self.all[index]
        if not token.is_capitalised:
            return False
        before, after = self.all[max(0, index - 2) : index], self.all[index + 1 : index + 3]
        if (
            token.is_place
            and after
            and after[0].is_place
            and self._raw[self._ends[index] : self._ends[index] + 1] == ","
        ):
            return True
        if not token.kinds & (PERSON | RARE):
            return False
        return any(other.is_name and other.is_capitalised for other in before + after) or any(
            other.text in _TITLES for other in before
        )
