"""What a brand's profile decides: every field of it, and what criticism may cause."""

from pathlib import Path

import pytest

from moderation.brands import BrandBook, load_brands
from moderation.brands.book import read_profile
from moderation.brands.linting import lint_book
from moderation.decision import decide
from moderation.detectors.brand import BrandDetector
from moderation.errors import BrandProfileError
from moderation.evidence import Category, Evidence, Outcome
from moderation.messages import load_messages
from moderation.policy import load_policies
from moderation.reading import read
from moderation.request import parse_request

PROFILE = """\
name: Ember Oak
aliases: [Emberoak]
trade: kitchen
products: [Skillet One]
slogans: [Heat that holds you]
hashtags: [holdtheheat]
executives: [Ruth Ormsby]
faces: [Dario Vint]
competitors: [Panworks]
partners: [Orchard Fair]
sensitive: [quality]
places: [Tarn foundry]
praise: [criminally hot]
criticism: {criticism}
"""


def detector(tmp_path: Path, book: BrandBook, criticism: str = "review") -> BrandDetector:
    path = tmp_path / "ember.yaml"
    path.write_text(PROFILE.format(criticism=criticism), encoding="utf-8")
    profile = read_profile(path, book.themes)
    return BrandDetector(BrandBook([profile], book.themes, book.lexicon, book.marks, book.version))


def hear(heard: BrandDetector, text: str, brand: str = "Ember Oak") -> list[Evidence]:
    found = heard.detect(read(parse_request({"text": text, "brand": brand, "product": "pan"})))
    return [each for each in found if each.score >= 0.5]


def categories(heard: BrandDetector, text: str) -> set[Category]:
    return {each.category for each in hear(heard, text)}


@pytest.mark.parametrize(
    ("criticism", "clear", "faint"),
    [
        ("review", Outcome.REVIEW, Outcome.REVIEW),
        ("reject", Outcome.REJECT, Outcome.REVIEW),
        ("allow", Outcome.APPROVE, Outcome.APPROVE),
    ],
)
def test_the_switch_says_what_criticism_may_cause(
    tmp_path: Path, book: BrandBook, criticism: str, clear: Outcome, faint: Outcome
) -> None:
    heard = detector(tmp_path, book, criticism)
    plain = hear(heard, "Ember Oak runs sweatshops")
    assert plain[0].at_most is clear
    decision = decide(plain, load_policies().effective(), {})
    assert decision.outcome is clear
    if clear is Outcome.REJECT:
        # Refused for what it is, and for nothing else.
        assert decision.reasons == (Category.BRAND_TARGETING,)
        assert "brand" in load_messages().for_outcome(decision.outcome, decision.reasons, "en")
    assert hear(heard, "Heat that kills you")[0].at_most is faint
    # A third party is never refused by the machine, whatever the brand does about criticism.
    assert hear(heard, "Panworks")[0].at_most is Outcome.REVIEW


def test_every_field_of_a_profile_is_heard(tmp_path: Path, book: BrandBook) -> None:
    heard = detector(tmp_path, book)
    for name in ("Ember Oak", "Emberoak", "Skillet One", "holdtheheat"):
        assert categories(heard, f"{name} sucks") == {Category.BRAND_TARGETING}, name
        assert not hear(heard, name), name
    assert "the people who run the company" in hear(heard, "Ormsby is a crook")[0].explanation
    assert not hear(heard, "Ruth Ormsby")
    for allowed in ("Dario Vint", "Orchard Fair", "criminally hot", "Heat that holds you", "Heat that holds us"):
        assert not hear(heard, allowed), allowed
    assert categories(heard, "Panworks") == {Category.THIRD_PARTY_BRAND}
    assert categories(heard, "workers died at the Tarn foundry") == {Category.BRAND_TARGETING}
    mocked = hear(heard, "Heat that burns you")[0]
    assert mocked.source == "themes/mock_slogan/Heat that holds you"
    assert "turned by 'burns'" in mocked.explanation


def test_a_brand_without_profile_has_the_themes_and_its_own_name(tmp_path: Path, book: BrandBook) -> None:
    heard = detector(tmp_path, book)
    assert hear(heard, "Quarrymill sucks", brand="Quarrymill")
    assert hear(heard, "made in a sweatshop", brand="Quarrymill")
    assert not hear(heard, "Quarrymill", brand="Quarrymill")


def test_sensitive_themes_need_less(tmp_path: Path, book: BrandBook) -> None:
    heard = detector(tmp_path, book)
    with_profile = max(each.score for each in hear(heard, "junk"))
    without = max((each.score for each in hear(heard, "junk", brand="Quarrymill")), default=0.0)
    assert with_profile > without


def test_a_value_that_cannot_be_is_refused_with_its_line(tmp_path: Path, book: BrandBook) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("name: A1 Tools\ncriticism: maybe\n", encoding="utf-8")
    with pytest.raises(BrandProfileError, match=r"a.yaml:2: criticism is 'maybe'"):
        read_profile(path, book.themes)


def test_lint_finds_a_frame_that_no_word_can_fill(tmp_path: Path, book: BrandBook) -> None:
    assert not [remark for remark in lint_book(book) if "has no word" in remark]
    (tmp_path / "brands").mkdir()
    themes = tmp_path / "themes"
    themes.mkdir()
    (themes / "en.yaml").write_text("language: en\nwords:\n  junk: junk\n", encoding="utf-8")
    (themes / "themes.yaml").write_text(
        "groups: {item: [product], maker: [brand]}\nthemes:\n  quality:\n    says: criticism\n    severity: 1\n"
        "    words: {junk: [0.6, 0, 0, 0]}\n    frames: [junk + qualty = 0.9]\n",
        encoding="utf-8",
    )
    remarks = lint_book(load_brands(tmp_path / "brands"))
    assert any("'qualty' in the frame 'junk + qualty' of quality has no word" in remark for remark in remarks)
