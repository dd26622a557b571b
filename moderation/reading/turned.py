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
#: Capitals and digits as half a circle turns them, and as a mirror shows them: number plates are read so on purpose.
_TURNED_PLATE = dict(zip("0123456789ABCDEHIKMNOPSUVWXZ", "oizehsglbgvbcdehikwnodsnamxz", strict=True))
_MIRRORED_PLATE = dict(zip("0123589ABCDEHIJKLMNOPSTUVWXY", "oiseszpabcdehilkjmnoqstuvwxy", strict=True))
#: One word of capitals and digits, as plates, codes and e-mail names are written.
_PLATE = re.compile(r"(?<![^\W_])(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*[0-9])[A-Z0-9]{4,12}(?![^\W_])")
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


def turned_plates(as_written: Reading) -> list[Reading]:
    """Words of capitals and digits upside down and in a mirror: ``370H55V``, ``3JOH22A``; none where a sign has no such look."""
    plates = [found.span() for found in _PLATE.finditer(as_written.text)]
    ways = (("upside down", _TURNED_PLATE), ("mirrored", _MIRRORED_PLATE)) if plates else ()
    return [made for name, looks in ways if (made := _plates(as_written, name, looks, plates))]


def _plates(as_written: Reading, name: str, looks: dict[str, str], plates: list[tuple[int, int]]) -> Reading | None:
    text = as_written.text
    pieces: list[tuple[str, int, int]] = []
    for low, high in plates:
        if all(sign in looks for sign in text[low:high]):
            pieces += [(" ", low, low + 1)] * bool(pieces)
            pieces += [(looks[text[at]], at, at + 1) for at in range(high - 1, low - 1, -1)]
    return as_written.rewritten(name, pieces) if pieces else None


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
