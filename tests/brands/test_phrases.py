"""Phrases, and the word files that they are written in."""

from pathlib import Path

import pytest

from moderation.brands.languages import Words, load_languages
from moderation.brands.phrases import Phrases
from moderation.brands.words import cut
from moderation.errors import BrandProfileError


def found(phrases: Phrases[str], text: str) -> set[tuple[str, int]]:
    words = tuple(cut(text))
    return {(meaning, end) for at in range(len(words)) for end, meaning in phrases.at(words, at)}


def test_a_phrase_is_found_by_its_words_its_choices_and_its_stems() -> None:
    phrases: Phrases[str] = Phrases()
    phrases.add(("fell", "apart"), "plain")
    phrases.add((frozenset({"fell", "came"}), frozenset({"off", "apart"}), "today"), "choice")
    phrases.add(("ani", "grosz*"), "stem")
    assert found(phrases, "it fell apart today") == {("plain", 3), ("choice", 4)}
    assert found(phrases, "came off") == set()
    assert found(phrases, "ani groszy wiecej") == {("stem", 2)}


def load(folder: Path, words: str) -> Words:
    (folder / "en.yaml").write_text(f"language: en\nwords:\n  {words}\n", encoding="utf-8")
    return load_languages(folder)


def test_an_item_of_few_forms_is_spelled_out_and_one_of_many_is_a_pattern(tmp_path: Path) -> None:
    few = load(tmp_path, "breaks: fell (off|apart), broke")
    assert {text for text, _, _ in few.entries} == {"fell off", "fell apart", "broke"}
    many = load(tmp_path, "breaks: (fell|came|went|flew|tore) (off|apart|to bits) (on|in|at|by) (me|us)")
    assert not many.entries
    assert [len(places) for places, _, _ in many.patterns] == [4, 5]
    assert many.patterns[0][0][0] == {"fell", "came", "went", "flew", "tore"}


def test_a_concept_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BrandProfileError, match=r"en.yaml:3: the words of a concept are one string"):
        load(tmp_path, "breaks: [fell, broke]")
