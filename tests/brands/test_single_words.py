"""One word alone: a name or a known word is itself; a theme's own word is heard, however it is spelled."""

import pytest

from moderation.battery.world import LOCALES
from moderation.evidence import Category
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest


def criticism(detector, text):
    request = PersonalizationRequest(fields=(Field(name="text", text=text),), product="shoe")
    return [each.source for each in detector.detect(read(request)) if each.category is Category.BRAND_TARGETING]


def test_a_given_name_alone_says_nothing_about_the_brand(detector):
    from faker import Faker

    heard = {}
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(11)
        names = [fake.first_name() for _ in range(12)]
        heard |= {
            text: found for name in names for text in (name, f"@{name}73") if (found := criticism(detector, text))
        }
    assert heard == {}


@pytest.mark.parametrize("word", ["señalar", "Alma", "Samstag", "marine", "Ostern", "Lucia"])
def test_a_known_word_is_not_taken_for_a_slip(detector, word):
    assert criticism(detector, word) == []


@pytest.mark.parametrize(
    "word", ["sweatshop", "SWEATSHOP", "sw3atsh0p", "sweatshpo", "pohstaews", "kidswork", "Boycott", "boykott"]
)
def test_a_word_of_a_theme_is_heard_alone(detector, word):
    assert criticism(detector, word)
