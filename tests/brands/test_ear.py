"""The ear: what it is told, when it is asked, and what it may do."""

import pytest

from moderation.brands.ear import Heard, as_told, load_ear
from moderation.brands.hearing import hear
from moderation.detectors.brand import BrandDetector
from moderation.errors import DetectorUnavailable
from moderation.evidence import Category, Outcome
from moderation.reading import read
from moderation.request import parse_request

ALLUSIONS = (
    ("the woman who glued this fainted twice", "labour"),
    ("my granny paints better bags than these people", "quality"),
    ("your selfies are on their server now", "privacy"),
)


def detect(detector: BrandDetector, text: str, **order: str):
    return detector.detect(read(parse_request({"text": text, "brand": "Strider", "product": "shoe", **order})))


@pytest.mark.parametrize(("text", "theme"), ALLUSIONS)
def test_the_encoder_has_heard_of_what_no_grammar_knows(text: str, theme: str) -> None:
    assert load_ear().hear(text).chance > 0.9


def test_what_the_ear_hears_is_never_clear_enough_to_refuse(detector: BrandDetector, monkeypatch) -> None:
    ear = load_ear()
    monkeypatch.setattr(type(ear), "is_worth_asking", lambda self, text: True)
    monkeypatch.setattr(type(ear), "hear", lambda self, text: ear_says)
    ear_says = Heard("labour", 1.0)
    found = detect(detector, "nobody sang on tuesday evening")
    assert [each.source for each in found] == ["themes/labour/ear"]
    assert found[0].at_most is Outcome.REVIEW
    assert 0.5 <= found[0].score < 0.9
    assert "nobody sang on tuesday evening" in found[0].explanation
    # Two words, a slogan of the brand's own and its praise are no questions for it.
    for text in ("tuesday evening", "run your own road", "these shoes are sick"):
        assert not detect(detector, text), text
    # Who made a gift is said and meant.
    assert not detect(detector, "made by kids with love", product="mug")


def test_an_encoder_that_fails_is_no_approval(detector: BrandDetector, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    ear = load_ear()
    monkeypatch.setattr(ear, "_session", type("Broken", (), {"run": fails})())
    monkeypatch.setattr(type(ear), "is_worth_asking", lambda self, text: True)
    with pytest.raises(DetectorUnavailable, match="could not answer"):
        detect(detector, "nobody sang on tuesday evening")


def test_names_are_told_as_roles(book) -> None:
    from moderation.brands.book import profile_lexicon

    profile = book.profile_for("Strider")
    readings = read(parse_request({"text": "Strider and Maren Halvorsen are late", "brand": "Strider"}))
    statement = hear(readings.folded, (book.lexicon, profile_lexicon(profile)))
    assert as_told(statement) == "acme and the boss are late"
    assert {each.category for each in BrandDetector(book).detect(readings)} <= {Category.BRAND_TARGETING}
