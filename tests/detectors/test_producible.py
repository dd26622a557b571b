"""What cannot be made is named character by character; accents, apostrophes and NULL are just text."""

from pathlib import Path

import pytest

from moderation.detectors.producible import ProducibleDetector, count_graphemes
from moderation.products import load_products
from moderation.reading import read
from moderation.request import PersonalizationRequest

ROOT = Path(__file__).parents[2]
DETECTOR = ProducibleDetector(load_products(ROOT / "api" / "demo" / "products.yaml"))


def explanations(text: str, product: str | None = None) -> list[str]:
    request = PersonalizationRequest.of(text, product=product)
    return [found.explanation for found in DETECTOR.detect(read(request))]


@pytest.mark.parametrize(
    "text", ["O'Brien", "Zoë", "Łukasz", "NULL", "<b>", "'; --", "Nguyễn Thị", "👩‍👩‍👧‍👦", "李小龍", "a\nb", "محمد"]
)
def test_names_symbols_and_markup_are_text(text):
    assert explanations(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\x00b", "U+0000"),
        ("a\ud800b", "half a character"),
        ("a\ue000b", "private-use"),
        ("a\u0378b", "unassigned"),
        ("", "nothing to make"),
        (" \n ", "nothing to make"),
        ("x" * 100_000, "has 100000 characters"),
    ],
)
def test_what_no_machine_can_make_is_named(text, says):
    assert says in " ".join(explanations(text))


def test_a_products_own_limits_hold():
    assert "a jersey carries 20" in explanations("x" * 21, "jersey")[0]
    assert explanations("x" * 20, "jersey") == []
    assert "2 lines" in explanations("a\nb", "ring")[0]
    assert explanations("51.5° N", "ring") == []
    assert "no pictures" in explanations("I ❤ NY ☀", "ring")[0]


def test_length_counts_what_people_count():
    assert count_graphemes("e\u0301") == 1
    assert count_graphemes("👩‍👩‍👧‍👦") == 1
    assert explanations("é" * 20, "jersey") == []
