"""Spellings that are kept for the next start are those that the terms have."""

from itertools import chain
from pathlib import Path

import pytest

from moderation.compiled import cache_folder, write
from moderation.matching.compiled import spellings
from moderation.matching.letters import entries_of
from moderation.terms import SHIPPED_LISTS, load_lists

#: One in ninety of every list, so that each script and kind is there.
TERMS = load_lists(SHIPPED_LISTS).blocked[::90]


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "cache"))


def anew(terms):
    return list(chain.from_iterable(map(entries_of, terms)))


def test_what_is_kept_is_what_is_spelled_anew():
    expected = anew(TERMS)
    assert any(entry.is_transliterated for entry in expected)
    assert any(len(entry.words) > 1 for entry in expected)
    assert list(spellings(TERMS, "v1")) == expected
    (kept,) = cache_folder().iterdir()
    written = kept.stat().st_ino
    assert list(spellings(TERMS, "v1")) == expected
    assert kept.stat().st_ino == written


def test_each_set_of_terms_has_its_own():
    """An entry that has expired since is gone from what was kept."""
    spellings(TERMS, "v1")
    assert list(spellings(TERMS[1:], "v1")) == anew(TERMS[1:])
    assert len(list(cache_folder().iterdir())) == 2


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: b"", lambda data: data.replace(b"letters", b"lettres")]
)
def test_a_damaged_one_is_made_again(damage):
    spellings(TERMS, "v1")
    (kept,) = cache_folder().iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert list(spellings(TERMS, "v1")) == anew(TERMS)
    assert kept.read_bytes() == whole


def test_the_cache_keeps_the_versions_that_were_read_last():
    for number in range(12):
        spellings(TERMS[:5], "used")
        write("spellings", f"old{number}", [])
    kept = [path.name for path in cache_folder().iterdir()]
    assert len(kept) == 8
    assert sum("old" not in name for name in kept) == 1
