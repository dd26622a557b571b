"""The names of readings as a reviewer is told them: ``leet`` is a word of the trade."""

_SAID = {
    "fields joined": "with the fields read as one",
    "folded": "in plain letters",
    "leet": "with digits and signs as letters",
    "leet spelling": "with digits and signs as letters",
    "look-alikes": "with look-alike letters as what they look like",
    "turned letters": "with turned letters as what they look like",
    "letters drawn with signs": "with signs put together to letters",
    "letters drawn with letters": "with letters put together to others",
    "letters apart": "with the gaps closed",
    "parts joined": "with the parts joined",
    "written together": "written as one word",
    "one letter off": "with one letter off",
    "repeated letters": "with letters repeated",
    "filler letters": "without the letters in between",
    "hidden letters": "with the hidden letters shown",
    "other spelling": "spelled another way",
    "the sound": "as it sounds",
    "reversed": "read backwards",
    "upside down": "read upside down",
    "mirrored": "read in a mirror",
    "calculator": "upside down, as on a calculator",
    "first letters of lines": "by the first letters of its lines",
    "first letters of words": "by the first letters of its words",
    "pig latin": "out of pig Latin",
    "as on a plate": "as on a number plate",
    "name and number": "name and number together",
    "emoji as words": "with emoji as words",
}


def said(reading: str) -> str:
    """How it was read, to go after what was: ``"read backwards"`` for ``"reversed"``; a plain name says itself."""
    return _SAID.get(reading, reading)
