"""The product seen from the other side: backwards, upside down, in a mirror, a calculator turned round."""

import re

from moderation.reading.characters import FOLDED, MIRRORED, TURNED
from moderation.reading.text import Reading

#: Plain letters that are another plain letter, or themselves, when turned by half a circle.
_ROTATED = dict(zip("abdehilmnopqrsuwxyz0689", "eqpahilwuodbrsnmxyz0986", strict=True)) | {
    "b": "q",
    "q": "b",
    "d": "p",
    "p": "d",
}
_ROTATED |= {"n": "u", "u": "n", "m": "w", "w": "m", "6": "9", "9": "6", "M": "w", "W": "m", "N": "n", "P": "d"}
#: Plain letters that are another plain letter in a mirror.
_IN_MIRROR = {"b": "d", "d": "b", "p": "q", "q": "p"}
_CALCULATOR = str.maketrans("0123456789", "oizehsglbg")
_DIGITS = re.compile(r"(?<![\w.,:/-])\d(?:\.?\d){4,}(?![\w.,:/-])")


def reverse(reading: Reading) -> Reading:
    """Everything backwards: words, lines and fields."""
    text = reading.text[::-1]
    return Reading(reading.layout, "reversed", text, reading.starts[::-1], reading.ends[::-1])


def upside_down(as_written: Reading) -> Reading | None:
    """Turned letters put upright, from the last to the first; None where none is turned."""
    text = as_written.text
    if text.isascii() or not any(c in TURNED for c in text):
        return None
    righted = [TURNED.get(c) or _ROTATED.get(c, FOLDED[c]) for c in reversed(text)]
    return reverse(as_written).respelled("upside down", righted)


def mirrored(as_written: Reading) -> Reading | None:
    """Mirrored letters put right, from the last to the first; None where none is mirrored."""
    text = as_written.text
    if text.isascii() or not any(c in MIRRORED for c in text):
        return None
    righted = [MIRRORED.get(c) or _IN_MIRROR.get(c, FOLDED[c]) for c in reversed(text)]
    return reverse(as_written).respelled("mirrored", righted)


def upright(as_written: Reading) -> Reading | None:
    """Mirrored and turned letters put right where they stand, for texts that only borrow the shapes."""
    text = as_written.text
    if text.isascii() or not any(c in MIRRORED or c in TURNED for c in text):
        return None
    return as_written.respelled("turned letters", [MIRRORED.get(c) or TURNED.get(c) or c for c in text])


def calculator(folded: Reading) -> Reading | None:
    """Numbers of five digits and more as the words a pocket calculator shows upside down; None without such."""
    if not any(c.isdigit() for c in folded.text):
        return None
    pieces: list[tuple[str, int, int]] = []
    for number in _DIGITS.finditer(folded.text):
        if pieces:
            pieces.append((" ", number.start(), number.start() + 1))
        order = [at for at in range(number.end() - 1, number.start() - 1, -1) if folded.text[at].isdigit()]
        pieces += [(folded.text[at].translate(_CALCULATOR), at, at + 1) for at in order]
    return folded.rewritten("calculator", pieces) if pieces else None
