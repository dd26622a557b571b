"""First letters that spell a term: only as a whole line, letter by letter, and short terms only when severe."""

from moderation.matching.cost import length_feature
from moderation.matching.hit import Hit
from moderation.matching.letters import Entry
from moderation.matching.score import READING_FEATURES
from moderation.reading import Reading

ACROSTICS = ("first letters of words", "first letters of lines")


def find_acrostic(reading: Reading, entry: Entry, start: int, end: int) -> Hit | None:
    """The term in ``reading.text[start:end]``, where the reading is one of ``ACROSTICS``; None where it is chance."""
    text, letters = reading.text, entry.letters
    is_short = entry.term.severity == 4 and reading.name == "first letters of lines"
    is_whole = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
    if entry.is_transliterated or not is_whole or text[start:end] != letters or len(letters) < (3 if is_short else 4):
        return None
    return Hit(
        entry.term, reading, start, end, {READING_FEATURES[reading.name]: 1.0, "length": length_feature(letters)}
    )
