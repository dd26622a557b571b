"""Reading: every way in which a person will read the finished product, each with the way back."""

from collections.abc import Iterator
from functools import cached_property

from moderation.reading.apart import at_capitals, closed_up, joined_fields, without_filler
from moderation.reading.emoji import blurred, emoji_words
from moderation.reading.fold import fold, look_alike
from moderation.reading.games import pig_latin
from moderation.reading.hidden import Hidden, displayed, find_hidden, revealed
from moderation.reading.initials import first_letters
from moderation.reading.leet import decoded, drawn_letters
from moderation.reading.sound import spoken
from moderation.reading.text import FIELD_BREAK, Origin, Reading, as_written
from moderation.reading.transliterate import transliterated
from moderation.reading.turned import calculator, mirrored, reverse, turned_plates, upright, upside_down
from moderation.request import PersonalizationRequest

__all__ = ["FIELD_BREAK", "NORMALISER_VERSION", "Hidden", "Origin", "Reading", "Readings", "read"]

#: Changes whenever any reading of any text may change; quoted by every decision.
NORMALISER_VERSION = "5"


#: Code points up to which an order is read in every way. What is longer is no personalization: it is read as written,
#: folded and in leet, and ``is_long`` says that nobody looked further.
LONGEST = 2000


class Readings:
    """The readings of one order, made when first asked for and shared by all detectors."""

    def __init__(self, request: PersonalizationRequest) -> None:
        self.request = request

    @cached_property
    def as_written(self) -> Reading:
        """The raw fields, in order, joined by breaks."""
        return as_written(self.request)

    @cached_property
    def folded(self) -> Reading:
        """Case, width, marks, look-alikes and hidden characters gone; separators and breaks kept."""
        return fold(self.as_written)

    @cached_property
    def leet(self) -> Reading | None:
        """Digits and signs among letters as the letters they stand for; None where there are none."""
        return decoded(self.folded)

    @cached_property
    def leet_otherwise(self) -> Reading | None:
        """The same with the next likely letters; None where that makes no difference."""
        other = decoded(self.folded, 1) if self.leet else None
        return other if other and self.leet and other.text != self.leet.text else None

    @cached_property
    def hidden(self) -> list[Hidden]:
        """Characters that nobody sees and that have no honest use where they stand."""
        return find_hidden(self.request)

    @cached_property
    def blurred(self) -> Reading | None:
        """Pictures that stand for any letter, as ``🅱`` does in jokes, as asterisks; None where there are none."""
        return blurred(self.as_written, self.folded)

    @property
    def is_long(self) -> bool:
        """Too long for every way of reading; a person has to look."""
        return len(self.as_written.text) > LONGEST

    @cached_property
    def straight(self) -> list[Reading]:
        """Readings from the front, after the folded one: other looks of the same letters in the same order."""
        if self.is_long:
            return []
        raw = (way(self.as_written) for way in (displayed, revealed, upright, at_capitals))
        found = [closed_up(self.folded), look_alike(self.as_written), *(fold(each) for each in raw if each)]
        return [*(reading for reading in found if reading), *drawn_letters(self.folded)]

    @cached_property
    def turned(self) -> list[Reading]:
        """Readings from the back: reversed, upside down, in a mirror."""
        if self.is_long:
            return []
        raw = (upside_down(self.as_written), mirrored(self.as_written))
        return [reverse(self.folded), *(reading for reading in raw if reading), *turned_plates(self.as_written)]

    @cached_property
    def played(self) -> list[Reading]:
        """Readings that take a reader's wit: acrostics, sounds, pictures, word games, numbers upside down."""
        if self.is_long:
            return []
        one = (
            joined_fields(self.folded),
            spoken(self.folded),
            transliterated(self.folded),
            calculator(self.folded),
            without_filler(self.folded),
        )
        found = [reading for reading in one if reading]
        return [*found, *emoji_words(self.folded), *first_letters(self.folded), *pig_latin(self.folded)]

    def __iter__(self) -> Iterator[Reading]:
        """Every distinct reading, the plainest first."""
        seen = set()
        for reading in (self.as_written, self.folded, self.leet, *self.straight, *self.turned, *self.played):
            if reading and reading.text not in seen:
                seen.add(reading.text)
                yield reading


def read(request: PersonalizationRequest) -> Readings:
    """All readings of a request."""
    return Readings(request)
