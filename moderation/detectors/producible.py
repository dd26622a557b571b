"""Finds what the machine cannot make: lengths, lines, and characters that no font or this font has.

Kept apart from every rule on content: an accent is part of a name, and a length limit is craft, not a judgement.
"""

import unicodedata
from collections.abc import Iterator
from typing import ClassVar

from moderation.evidence import Category, Evidence, Span
from moderation.products import Product, Products
from moderation.reading import Readings
from moderation.request import Field

#: What no font holds: controls, surrogates, private use, unassigned. Line ends and tabs are layout, not characters.
_UNMAKEABLE = {
    "Cc": "a control character",
    "Cs": "half a character",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
}
#: Symbols below (degree, copyright, registered) are in every font; arrows, hearts and emoji are not.
_PICTURES = "\u2190"
_LAYOUT = "\n\r\t"
#: The source of evidence whose spans are the characters that cannot be made.
CHARACTERS = "producible/characters"

#: Characters named one by one in an explanation; the rest are counted.
_NAMED = 5


class ProducibleDetector:
    """Compares each field with what its product can carry."""

    name: ClassVar[str] = "producible"

    def __init__(self, products: Products) -> None:
        self._products = products

    def detect(self, readings: Readings) -> list[Evidence]:
        product = self._products.find(readings.request.product)
        found = [each for field in readings.request.fields for each in self._look(field, product)]
        if not any(field.text.strip() for field in readings.request.fields):
            found.append(_evidence("producible/empty", (), "Every field is empty, so there is nothing to make."))
        return found

    def _look(self, field: Field, product: Product) -> Iterator[Evidence]:
        missing = [(at, why) for at, c in enumerate(field.text) if (why := _why_not(c, product)) is not None]
        if missing:
            spans = tuple(Span(field=field.name, start=at, end=at + 1) for at, _ in missing[:_NAMED])
            named = ", ".join(f"{describe(field.text[at])} ({why})" for at, why in missing[:_NAMED])
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            yield _evidence(CHARACTERS, spans, f"Cannot be made on this product: {named}{more}.")
        lines = field.text.splitlines() or [""]
        if product.max_lines is not None and len(lines) > product.max_lines:
            text = f"'{field.name}' has {len(lines)} lines; {_on(product)} carries {product.max_lines}."
            yield _evidence("producible/lines", (Span(field=field.name, start=0, end=len(field.text)),), text)
        longest = max(map(count_graphemes, lines))
        if product.max_line_length is not None and longest > product.max_line_length:
            text = (
                f"A line of '{field.name}' has {longest} characters; {_on(product)} carries {product.max_line_length}."
            )
            yield _evidence("producible/length", (Span(field=field.name, start=0, end=len(field.text)),), text)


def describe(character: str) -> str:
    """``"U+00E9 LATIN SMALL LETTER E WITH ACUTE"``: how a character is named to people."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def count_graphemes(line: str) -> int:
    """What a person counts as characters: marks and joined emoji are part of the one before."""
    count, joined = 0, False
    for character in line:
        mark = unicodedata.category(character) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff"
        count += not mark and not joined
        joined = character == "\u200d"
    return count


def _why_not(character: str, product: Product) -> str | None:
    category = unicodedata.category(character)
    if category in _UNMAKEABLE and character not in _LAYOUT:
        return _UNMAKEABLE[category]
    if character.isascii() or category in ("Mn", "Me", "Cf"):
        return None
    if category == "So" and character >= _PICTURES and not product.emoji:
        return "the font has no pictures"
    if product.scripts is not None and category.startswith("L"):
        script = unicodedata.name(character, "").split(" ")[0].split("-")[0]
        known = script in product.scripts or script in ("MODIFIER", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
        return None if known else "the font has no such letters"
    return None


def _on(product: Product) -> str:
    return "one field" if product.name == "unknown" else f"a {product.name}"


def _evidence(source: str, spans: tuple[Span, ...], explanation: str) -> Evidence:
    return Evidence(
        detector=ProducibleDetector.name,
        category=Category.NOT_PRODUCIBLE,
        severity=1,
        score=1.0,
        spans=spans,
        source=source,
        explanation=explanation,
    )
