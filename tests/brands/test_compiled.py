"""Words of the themes that are kept for the next start are those that the files hold."""

from pathlib import Path

import pytest

from moderation.brands.book import SHIPPED_BRANDS, load_brands
from moderation.brands.compiled import words_in
from moderation.brands.languages import load_languages
from moderation.compiled import cache_folder

THEMES = SHIPPED_BRANDS.parent / "themes"


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "cache"))


def test_what_is_kept_is_what_the_files_hold():
    expected = load_languages(THEMES)
    assert expected.patterns
    assert words_in(THEMES, "v1") == expected
    (kept,) = cache_folder().iterdir()
    written = kept.stat().st_ino
    assert words_in(THEMES, "v1") == expected
    assert kept.stat().st_ino == written


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: b"", lambda data: data.replace(b"bits", b"bots")]
)
def test_a_damaged_one_is_made_again(damage):
    expected = words_in(THEMES, "v1")
    (kept,) = cache_folder().iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert words_in(THEMES, "v1") == expected
    assert kept.read_bytes() == whole


def test_a_changed_word_is_heard_at_the_next_load(tmp_path: Path):
    for path in (THEMES / "themes.yaml", THEMES / "en.yaml"):
        copy = tmp_path / "blocklists/themes" / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    brands = tmp_path / "blocklists/brands"
    brands.mkdir()
    before = load_brands(brands)
    english = tmp_path / "blocklists/themes/en.yaml"
    text = english.read_text("utf-8")
    assert before.lexicon.senses("zorblings") is None
    english.write_text(text.replace("  child: ", "  child: zorblings, ", 1), "utf-8")
    assert load_brands(brands).lexicon.senses("zorblings")
