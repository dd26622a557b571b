"""The words of an order as written, and whether the world knows them as something innocent."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from moderation.matching.cover import Covered
from moderation.matching.lexicon import ENGLISH, PERSON, PLACE, RARE, Lexicon
from moderation.reading import Readings
from moderation.reading.address import GREETINGS, names_somebody, words_before
from moderation.terms.term import AllowKind

_APOSTROPHE = re.compile("[’'`´]")
_TITLES = frozenset(
    "mr mrs ms miss dr prof sir lady lord uncle aunt auntie aunty grandad granddad grandpa grandma granny nan nana dad mum mom papa mama pop "
    "opa oma onkel tante herr frau senor senora don dona monsieur madame mme mlle tio tia abuelo abuela zio zia nonno nonna pan pani baba deda "
    "brother sister cousin captain capt coach doctor nurse saint san santa st king queen prince princess rev father mother judge officer".split()
)
_BEFORE_PLACE = frozenset(
    "upper lower great little north south east west old new mount lake river fort port point cape saint st isle loch glen "
    "ober unter gross klein bad feuerwehr gemeinde ortschaft dorf fc sv tsv ville commune mairie villa san santa monte rio lago".split()
)
_AFTER_PLACE = frozenset(
    "hill hills creek river lake island islands bay beach road lane street avenue valley bridge falls mountain mountains county point "
    "park farm cottage meadow meadows wood woods forest village green common cross corner cove canyon springs gap ridge head "
    "fc united rovers city town".split()
)
#: On the Zipf scale of English: below it a word is of another language, from the second on it is English in any company.
_STRANGE, _PLAINLY_ENGLISH = 2.5, 4.6
_SHARED = frozenset(
    "a an al alla am con da das de dei del den der des di die do du e el en er es et hat het i il im in is la le les lo los man mit na no non "
    "o on op par per po pour se si so te to un una van war will y za zu".split()
)
_HANDLE = re.compile(r"@?[^\W_]+(?:[._][^\W_]+)+")
_INITIALS = re.compile(r"(?:[A-Z][.·] ?)+[A-Z]?")
_SIGNS = re.compile(r"[^\w\s.,:;'’`´\-–—]|_")
#: A year, an age, the number of a jersey; one number is said with a wink.
_NUMBER = re.compile(r"(?:18|19|20)\d\d|(?!69)\d\d?")
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
        self._raw, self._folded, self._lexicon = raw, folded.text, lexicon
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

    def have_accents(self, indexes: range) -> bool:
        """Whether one of these words has a Latin letter with a mark, as typed."""
        typed = (self._raw[self._starts[index] : self._ends[index]] for index in indexes)
        return any("\xc0" <= each <= "\u024f" for word in typed for each in word)

    def are_all_within(self, covered: Sequence[Covered]) -> bool:
        """Whether each word is a number, a name with a capital, or lies within one of the stretches."""
        return all(
            token.text.isdigit()
            or (token.is_name and token.is_capitalised)
            or any(each.start <= low and high <= each.end for each in covered)
            for token, low, high in zip(self.all, self._starts, self._ends, strict=True)
        )

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

    def is_possessive(self, indexes: range, low: int, high: int) -> bool:
        """Whether ``layout[low:high]`` is a known word and the ``'s`` that says whose something is."""
        if len(indexes) != 1 or high != self._ends[indexes[0]] or low != self._starts[indexes[0]]:
            return False
        owner, *ending = _APOSTROPHE.split(self.all[indexes[0]].text)
        return ending == ["s"] and bool(self._lexicon.kinds(owner))

    def is_addressed(self, index: int) -> bool:
        """Whether the word is whom the text is for: with a capital, after a greeting and a comma, or where a name stands."""
        token = self.all[index]
        if not token.is_capitalised:
            return False
        follows_comma = index and self._folded[self.all[index - 1].end : token.start].strip() == ","
        if follows_comma and self._first_greeting < index:
            return True
        return names_somebody(words_before(self._folded, token.start))

    @cached_property
    def _first_greeting(self) -> int:
        return next((at for at, each in enumerate(self.all) if each.text in GREETINGS), len(self.all))

    def is_all_but_numbers(self, index: int) -> bool:
        """Whether nothing stands beside the word but years, an age or the number of a jersey."""
        return self._besides_numbers in ([], [index])

    @cached_property
    def _besides_numbers(self) -> list[int]:
        return self._first_two(lambda token: not _NUMBER.fullmatch(token.text))

    def in_handle(self, index: int) -> bool:
        """Whether the order is one name for a screen, ``@given.surname``, and the word a part of it."""
        if len(self.all) < 2 or not self._is_handle:
            return False
        others = self.all[:index] + self.all[index + 1 :]
        return all(other.is_name or _is_joined_name(other.text, self._lexicon) for other in others)

    @cached_property
    def _is_handle(self) -> bool:
        return len(self._raw.split()) == 1 and bool(_HANDLE.fullmatch(self._raw))

    def is_among_foreign(self, index: int) -> bool:
        """Whether other words stand in the order, some of them of another language and none plainly English."""
        return self._strange not in ([], [index]) and not self.is_among_english(index)

    @cached_property
    def _strange(self) -> list[int]:
        return self._first_two(lambda token: bool(token.kinds) and self._lexicon.english(token.text) < _STRANGE)

    def is_among_english(self, index: int) -> bool:
        """Whether one of the other words is everyday English and no little word of other languages as well."""
        return self._plainly_english not in ([], [index])

    @cached_property
    def _plainly_english(self) -> list[int]:
        return self._first_two(
            lambda token: (
                not token.text.isdigit()
                and self._lexicon.english(token.text) >= _PLAINLY_ENGLISH
                and token.text not in _SHARED
            )
        )

    def _first_two(self, is_such: Callable[[Token], bool]) -> list[int]:
        """Indexes of the first two such words, enough to tell whether any stands beside a given one."""
        return list(islice((at for at, token in enumerate(self.all) if is_such(token)), 2))

    def is_in_place(self, index: int) -> bool:
        """Whether the word is written where the name of a place stands: ``Upper ...``, ``... Hill``, ``..., Sussex``."""
        if not self.all[index].is_capitalised:
            return False
        before, after = self.all[max(0, index - 1) : index], self.all[index + 1 : index + 2]
        if any(each.is_capitalised and each.text in _BEFORE_PLACE for each in before):
            return True
        if not after or not after[0].is_capitalised:
            return False
        gap = self._raw[self._ends[index] : self._starts[index + 1]].strip()
        return (gap == "," and after[0].is_place) or (not gap and after[0].text in _AFTER_PLACE)

    def is_written_as_place(self, index: int) -> bool:
        """Whether the word has a capital and small letters and is a place's name, hardly an English word."""
        token = self.all[index]
        is_known = token.is_place and self._lexicon.english(token.text) < 2
        return is_known and self.are_written_as_names(range(index, index + 1))

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


def _is_joined_name(text: str, lexicon: Lexicon) -> bool:
    """``vandyke``: a surname and what stands before it in one."""
    return any(
        text.startswith(before) and lexicon.kinds(text[len(before) :]) & PERSON for before in ("van", "de", "mac")
    )
