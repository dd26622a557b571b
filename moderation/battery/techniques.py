"""The table of disguises: technique -> how it is made, and what it suits."""

import random
from collections.abc import Callable

from moderation.battery import letters, placing, spelling

Disguise = Callable[[str, random.Random], str | None]

#: A test holds that there are at least forty and that each suits some term.
TECHNIQUES: dict[str, Disguise] = {
    "capitals": letters.in_capitals, "accents": letters.accented, "combining marks": letters.zalgo,
    "full width": letters.wide, "mathematical letters": letters.mathematical, "enclosed letters": letters.enclosed,
    "regional letters": letters.regional, "look-alike letters": letters.look_alikes, "l for i": letters.capital_i,
    "zero-width characters": letters.zero_width, "tag letters": letters.tags, "leet digits": letters.leet_digits,
    "leet signs": letters.leet_signs, "letters drawn with signs": letters.leet_drawn,
    "emoji as letters": letters.letter_emoji, "upside down": letters.upside_down, "mirrored": letters.in_mirror,
    "calculator": letters.calculator, "repeated letters": spelling.repeated,
    "accents and repeats": spelling.accented_repeated, "one mask": spelling.one_mask, "half masked": spelling.masks,
    "transposition": spelling.swapped, "wrong letter": spelling.wrong_letter, "missing letter": spelling.missing_letter,
    "added letter": spelling.added_letter, "vowels dropped": spelling.no_vowels, "sound spelling": spelling.sounded,
    "digits as sounds": spelling.spoken_digits, "with an ending": spelling.with_ending,
    "spaces between": placing.between(" "), "dots between": placing.between("."), "hyphens between": placing.between("-"),
    "one letter a line": placing.between("\n"), "leet and spaces": placing.leet_apart,
    "right-to-left override": placing.right_to_left, "reversed": placing.backwards,
    "first letters of words": placing.word_initials, "first letters of lines": placing.line_initials,
    "pig latin": placing.pig_latin, "filler letters": placing.filler, "run together": placing.run_together,
}  # fmt: skip

#: Read only when the whole field is the disguise.
WHOLE = frozenset({"first letters of words", "first letters of lines", "one letter a line", "tag letters"})

#: An edit may make another ordinary word; that is no disguise, for nobody would read the term in it.
EDITS = frozenset(
    {"transposition", "wrong letter", "missing letter", "added letter", "sound spelling", "l for i", "digits as sounds"}
)

#: What people do to a phrase of several words: its letters change, its words stay.
OF_PHRASES = frozenset(
    {"capitals", "accents", "combining marks", "full width", "look-alike letters", "zero-width characters",
     "right-to-left override", "leet digits", "leet signs", "letters drawn with signs", "emoji as letters",
     "repeated letters", "accents and repeats", "one letter a line", "reversed", "upside down"}
)  # fmt: skip
