"""The lists that ship: whole, clean, quick to load, in many languages."""

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from moderation.terms import load_lists
from moderation.terms.compiled import cache_folder
from moderation.terms.finding import Level
from moderation.terms.lint import lint
from moderation.terms.load import SHIPPED_LISTS, list_files, read_files

LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "tr", "ru", "ar", "hi", "zh", "ja", "ko")


def test_the_shipped_lists_are_clean() -> None:
    findings = lint(read_files(list_files(SHIPPED_LISTS)), date.today())
    wrong = [str(each) for each in findings if each.level is not Level.WARNING]
    assert not wrong, "\n".join(wrong)


def test_each_language_is_covered() -> None:
    counts = Counter(term.language for term in load_lists().blocked)
    assert counts["en"] >= 2500
    assert {language: counts[language] for language in LANGUAGES if counts[language] < 150} == {}


def test_the_allow_side_is_covered_in_many_languages() -> None:
    allowed = load_lists().allowed
    assert len(allowed) >= 1200
    assert len({allow.language for allow in allowed}) >= 15


def test_the_shipped_lists_load_within_a_second_from_the_cache() -> None:
    load_lists()
    assert any(cache_folder().iterdir())
    started = time.process_time()
    load_lists()
    assert time.process_time() - started < 1.0


@pytest.mark.slow
def test_a_hundred_thousand_entries_load_and_index_within_twelve_seconds(tmp_path: Path) -> None:
    from moderation.matching import Matcher

    path = tmp_path / "lists/profanity/en.csv"
    path.parent.mkdir(parents=True)
    head = "# purpose: many\n# licence: Apache-2.0\n# category: profanity\n# language: en\n# owner: x\n"
    rows = (f"p{number},{_word(number)},word,review,1,one of many" for number in range(100_000))
    path.write_text(head + "id,term,match,action,severity,reason\n" + "\n".join(rows) + "\n", encoding="utf-8")
    started = time.process_time()
    lists = load_lists(tmp_path / "lists")
    Matcher(lists.blocked, lists.allowed)
    assert time.process_time() - started < 12
    assert len(lists.blocked) == 100_000


def _word(number: int) -> str:
    """A distinct pronounceable word of eight letters."""
    letters = []
    for consonants, vowels in (("bdfgklmnprstvz", "aeiou"),) * 4:
        number, first = divmod(number, len(consonants))
        number, second = divmod(number, len(vowels))
        letters += [consonants[first], vowels[second]]
    return "".join(letters)
