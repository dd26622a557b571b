"""The product as it will be made: a line drawing per product type, with the customer's words in their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category, east_asian_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A rectangle of the drawing that takes words; drawing units, of which a drawing is 480 wide and 240 high."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of words in its place."""

    text: str
    #: The middle of the line.
    x: float
    y: float
    size: float
    #: The width to squeeze a long line into; None when it fits.
    squeeze: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the template draws."""

    #: Name of the shape in ``templates/drawings.html``.
    shape: str
    lines: tuple[Line, ...]


_SLOTS: Mapping[str, tuple[Slot, ...]] = {
    "shoes": (Slot(x=44, y=116, width=118, height=46), Slot(x=276, y=116, width=118, height=46)),
    "bottle": (Slot(x=192, y=92, width=96, height=112),),
    "ring": (Slot(x=122, y=138, width=236, height=48),),
    "phone": (Slot(x=190, y=92, width=100, height=128),),
    "jersey": (Slot(x=176, y=58, width=128, height=34), Slot(x=176, y=96, width=128, height=100)),
    "chocolate": (Slot(x=96, y=72, width=288, height=96),),
    "mug": (Slot(x=160, y=72, width=128, height=112),),
    "plate": (Slot(x=84, y=62, width=312, height=116),),
}

#: Words of shops' product types, singular, that mean one of our shapes; everything else is a plate.
_WORDS: Mapping[str, str] = {
    "shoe": "shoes", "sneaker": "shoes", "trainer": "shoes", "boot": "shoes", "footwear": "shoes",
    "bottle": "bottle", "flask": "bottle", "tumbler": "bottle", "perfume": "bottle",
    "ring": "ring", "bracelet": "ring", "band": "ring", "necklace": "ring", "pendant": "plate",
    "phone": "phone", "case": "phone", "tablet": "phone",
    "jersey": "jersey", "shirt": "jersey", "tee": "jersey", "hoodie": "jersey", "jacket": "jersey",
    "chocolate": "chocolate", "bar": "chocolate", "praline": "chocolate", "cake": "chocolate",
    "mug": "mug", "cup": "mug", "glass": "mug",
}  # fmt: skip

_SMALLEST, _LARGEST = 8.0, 44.0
#: Height of a line and mean width of a letter, in font sizes.
_LEADING, _ADVANCE = 1.2, 0.58
#: Beyond these nothing could be read in a drawing; the words themselves stand below it in full.
_MOST_LINES, _LONGEST = 8, 120


def draw(product: str | None, fields: Sequence[Mapping[str, str]]) -> Drawing:
    """Put the fields into the product's places, in order; those beyond the last place share it."""
    shape = shape_of(product)
    slots = _SLOTS[shape]
    texts = [field["text"] for field in fields]
    shared = [*texts[: len(slots) - 1], "\n".join(texts[len(slots) - 1 :])]
    if shape == "jersey" and len(texts) == 1:
        slots = (Slot(x=176, y=72, width=128, height=110),)
    lines = tuple(line for slot, text in zip(slots, shared, strict=False) for line in _set(text, slot))
    return Drawing(shape=shape, lines=lines)


def shape_of(product: str | None) -> str:
    """The shape for a shop's product type: ``"Running shoes"`` -> ``"shoes"``."""
    words = (product or "").casefold().replace("-", " ").replace("_", " ").split()
    singular = [word.removesuffix("s") for word in words]
    return next((_WORDS[word] for word in [*words, *singular] if word in _WORDS), "plate")


def _set(text: str, slot: Slot) -> list[Line]:
    rows = [_printable(row) for row in text.split("\n")][:_MOST_LINES]
    longest = max(map(_width, rows), default=0.0)
    if not longest:
        return []
    fitting = min(slot.height / len(rows) / _LEADING, slot.width / longest, _LARGEST)
    size = round(max(fitting, _SMALLEST), 1)
    top = slot.y + slot.height / 2 - size * _LEADING * (len(rows) - 1) / 2
    return [
        Line(
            text=row,
            x=slot.x + slot.width / 2,
            y=round(top + index * size * _LEADING, 1),
            size=size,
            squeeze=slot.width if _width(row) * size > slot.width * 1.05 else None,
        )
        for index, row in enumerate(rows)
        if row
    ]


def _width(text: str) -> float:
    """In font sizes."""
    return sum(1.0 if east_asian_width(character) in "WF" else _ADVANCE for character in text)


def _printable(text: str) -> str:
    """A drawing has no place for controls and unpaired halves; the words below it show them by name."""
    return "".join(c for c in text[:_LONGEST] if category(c) not in ("Cc", "Cs"))
