"""What is innocent in one order, and what stays of a hit when it is set against that."""

from collections.abc import Sequence
from functools import cached_property

from moderation.evidence import Outcome
from moderation.matching.context import Company
from moderation.matching.counter import is_countered
from moderation.matching.cover import Cover, Covered, Covering
from moderation.matching.hit import Hit, Weighed
from moderation.matching.lexicon import Lexicon
from moderation.matching.score import score
from moderation.matching.tokens import Tokens
from moderation.reading import Readings
from moderation.terms.term import AllowKind, MatchKind

#: Below this a match is not worth telling.
FLOOR = 0.3
#: From here a disguise is sure enough to act alone.
SURE = 0.9
#: Letters from which one of them may be wrong and the word still be sure.
_LONG = 8
#: As sure as a hit gets that is an innocent word as well.
_EXCUSED = 0.85
#: Features of readings in which known words are expected under the hit; these judge the words on their own.
_OWN_GATE = frozenset({"word_initials", "line_initials", "cuts", "apart", "apostrophe", "mask"})
#: Ways of reading so far from what is written that a word of any language, as it is written, speaks against them.
_FAR = frozenset({"look_alikes", "reversed", "sound", "no_vowels", "filler", "pig_latin", "spoken", "transliterated"})
#: Ways in which the letters of a word were changed.
_BENT = frozenset({"edits", "sound", "no_vowels", "swapped", "dropped", "repeated"})
#: Letters below which a term is no reading of a known word of any language.
_FOREIGN = 4
#: Nobody reads initials so.
_NOT_INITIALS = frozenset({"edits", "sound", "no_vowels", "mask"})


class Judge:
    """Weighs the hits of one order against its innocent words, names, places and allow entries."""

    def __init__(
        self, readings: Readings, cover: Cover, lexicon: Lexicon, listed: Sequence[frozenset[str]] = ()
    ) -> None:
        """
        Args:
            listed: Words that entries of their own stand for.
        """
        self._readings, self._listed = readings, listed
        self._tokens = Tokens(readings, lexicon)
        self._covered: Covering = cover.find(readings.folded)

    def weigh(self, hit: Hit) -> Weighed | None:
        """How sure the hit is; None when it is innocent or too weak to tell."""
        features = self.features(hit)
        if features is None:
            return None
        sure = hit.fixed if hit.fixed is not None else score(features)
        at_most = Outcome.REJECT if _acts_alone(hit, sure) else Outcome.REVIEW
        note = ""
        if hit.is_plain and hit.fixed is None and self._is_excused(hit):
            at_most, note, sure = (
                Outcome.REVIEW,
                "it is a name or an ordinary word elsewhere as well",
                min(sure, _EXCUSED),
            )
        elif at_most is Outcome.REJECT and self._is_countered(hit):
            at_most, note = Outcome.REVIEW, "it may be quoted to be condemned"
        if sure < FLOOR:
            return None
        return Weighed(hit, round(sure, 3), at_most, note)

    def features(self, hit: Hit) -> dict[str, float] | None:
        """What it takes to read the term there; None where an innocent word, name or allow entry stands instead."""
        low, high = hit.place
        if any(each.protects(hit.term, low, high) for each in self._covered.at(low, high)):
            return None
        if hit.term.context and hit.term.match is not MatchKind.CODE and not self._has_context(hit):
            return None
        if self._tokens.are_initials(low, high) and self._are_own_initials(hit, high):
            return None
        touched = self._tokens.touching(low, high)
        if self._tokens.is_possessive(touched, low, high):
            return None  # what belongs to one is no plural
        if hit.is_plain:
            return None if hit.fixed is None and self._is_innocent(hit, touched) else hit.features
        if any(each.excuses(low, high) for each in self._covered.at(low, high)):
            return None  # an allowed word as it is written is no disguise of another
        if _BENT & hit.features.keys() and self._is_listed_itself(touched):
            return None  # the entry that the word is speaks for it
        if "foreign_parts" in hit.features and self._tokens.are_written_as_names(touched):
            return None  # a double name
        if "plate" in hit.features:
            return hit.features if self._is_respelled(hit, touched) else None
        if _OWN_GATE & hit.features.keys() or self._tokens.has_signs(low, high):
            return hit.features
        if self._tokens.are_known(touched):
            return None
        features = hit.features | self._as_another(hit, touched)
        if not self._tokens.are_foreign(touched):
            return features
        if _FAR & hit.features.keys() or sum(map(str.isalpha, hit.term.term)) < _FOREIGN:
            return None
        return features | {"foreign_word": 1.0}

    def _is_respelled(self, hit: Hit, touched: range) -> bool:
        """Whether the term is read in other words than those written there; else it was met as they are written."""
        read = [c for c in hit.reading.text[hit.start : hit.end] if c.isalnum()]
        return "".join(read) != "".join(self._tokens.all[index].text for index in touched)

    def _as_another(self, hit: Hit, touched: range) -> dict[str, float]:
        """What speaks against a guess: a word with a capital and small letters is mostly a name, one with accents a word of
        a language that writes them."""
        is_guess = hit.features.get("edits", 0) >= 1 or "sound" in hit.features
        if not is_guess:
            return {}
        found = {}
        if hit.term.term.isascii() and self._tokens.have_accents(touched):
            found["accented"] = 1.0
        if self._tokens.are_written_as_names(touched):
            found |= {"name_like": 1.0} | ({"strict_name": 1.0} if "strict" in hit.features else {})
        return found

    def _has_context(self, hit: Hit) -> bool:
        return any(each.holds(hit.term.context, *hit.place) for each in self._companies)

    @cached_property
    def _companies(self) -> list[Company]:
        return [Company(each) for each in (self._readings.folded, self._readings.leet) if each]

    def _are_own_initials(self, hit: Hit, high: int) -> bool:
        """Initials spell what they spell: none is left out or changed, and three are a person's, before a surname even
        those that spell a severe term."""
        if _NOT_INITIALS & hit.features.keys():
            return True
        if sum(c.isalnum() for c in hit.reading.text[hit.start : hit.end]) > 3:
            return False
        return hit.term.severity < 4 or self._tokens.is_before_name(high)

    @property
    def is_known(self) -> bool:
        """Whether every word of the order stands in an allowed name, title or saying, or is a name or a number."""
        free = [each for each in self._covered.all if each.only is None]
        whole = len(self._readings.as_written.text)
        return bool(free) and not self._tokens.has_signs(0, whole) and self._tokens.are_all_within(free)

    def _is_listed_itself(self, touched: range) -> bool:
        return len(touched) == 1 and any(self._tokens.all[touched[0]].text in words for words in self._listed)

    def _is_innocent(self, hit: Hit, touched: range) -> bool:
        """The word is part of a person's name or a place, or a name that is the whole order, unless severe; or a word
        of another language among words of other languages."""
        low, high = hit.place
        if len(touched) != 1:
            return False
        at = touched[0]
        if self._tokens.in_name(at) or self._is_foreign_word(hit, at):
            return True
        if hit.term.severity > 2:
            return False
        if self._tokens.is_addressed(at) or self._tokens.in_handle(at):
            return self._tokens.names(at, self._covered.at(low, high), low, high)
        return self._tokens.is_all_but_numbers(at) and (
            self._tokens.names(at, self._covered.at(low, high), low, high) or self._tokens.is_written_as_place(at)
        )

    def _is_countered(self, hit: Hit) -> bool:
        is_as_written = hit.is_plain and hit.reading is self._readings.folded
        return is_as_written and is_countered(hit.term, hit.reading.text, hit.start, hit.end)

    def _is_foreign_word(self, hit: Hit, at: int) -> bool:
        """Allowed as a word of another language than the entry's, and nothing else in the order is English."""
        is_word = any(each.excuses(*hit.place) and _is_foreign_to(each, hit) for each in self._covered.at(*hit.place))
        return is_word and self._tokens.is_among_foreign(at)

    def _is_excused(self, hit: Hit) -> bool:
        """A name, a place, or an ordinary word of another language is spelled the same."""
        low, high = hit.place
        touched = self._tokens.touching(low, high)
        excusing = [each for each in self._covered.at(low, high) if each.excuses(low, high)]
        if len(touched) != 1:
            return bool(excusing)
        at = touched[0]
        if any(not (_is_foreign_to(each, hit) and self._tokens.is_among_english(at)) for each in excusing):
            return True
        token = self._tokens.all[at]
        return (
            token.is_place
            or self._tokens.is_in_place(at)
            or self._tokens.names(at, self._covered.at(low, high), low, high)
        )


def _is_foreign_to(covered: Covered, hit: Hit) -> bool:
    """Whether what is allowed is a word of another language than English and the entry's."""
    is_word = covered.kind in (AllowKind.WORD, AllowKind.PHRASE)
    return is_word and covered.language not in ("any", "en", hit.term.language)


def _acts_alone(hit: Hit, sure: float) -> bool:
    """Plainly there, or sure enough; a wrong letter in a short word, or against the entry, is for a person to read."""
    if hit.is_plain:
        return True
    if "strict" in hit.features:
        return False
    is_guess = hit.features.get("edits", 0) >= 1 and "swap_edit" not in hit.features
    return sure >= SURE and not (is_guess and hit.end - hit.start < _LONG)
