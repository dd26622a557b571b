"""Long texts: every word is seen, no window is too long, both engines see the same windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.toxicity.windows import readable, windows
from tests.toxicity.conftest import word_piece

TOKENIZER = word_piece()
LIMIT = 64


def length(text: str) -> int:
    return len(TOKENIZER.encode(text).ids)


def test_a_short_text_is_its_own_window() -> None:
    assert windows("happy birthday", TOKENIZER, LIMIT) == ["happy birthday"]


def test_empty_text_is_one_window() -> None:
    assert windows("", TOKENIZER, LIMIT) == [""]


@pytest.mark.parametrize("at", [0, 30, 61, 62, 63, 150, 299])
def test_a_word_anywhere_in_a_long_text_is_seen(at: int) -> None:
    words = ["cake"] * 300
    words[at] = "idiot"
    assert any("idiot" in window for window in windows(" ".join(words), TOKENIZER, LIMIT))


def test_neighbours_overlap_so_that_no_phrase_is_cut_everywhere() -> None:
    for at in range(1, 290):
        words = ["cake"] * 300
        words[at : at + 4] = ["you", "are", "bad", "idiot"]
        assert any("you are bad idiot" in window for window in windows(" ".join(words), TOKENIZER, LIMIT)), at


@given(st.text(max_size=600))
def test_every_window_of_any_text_fits(text: str) -> None:
    found = windows(readable(text), TOKENIZER, LIMIT)
    assert found
    assert all(length(window) <= LIMIT for window in found)


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_readable_text_can_always_be_encoded(text: str) -> None:
    readable(text).encode("utf-8")


def test_an_endless_word_is_read_in_pieces_that_overlap() -> None:
    text = "abc" * 170 + "idiot" + "abc" * 170
    assert "idiot" in readable(text)
    assert max(map(len, readable(text).split())) <= 60
    assert readable("xyz" * 20) == "xyz" * 20


def test_a_character_repeated_without_end_costs_no_windows() -> None:
    assert readable("sooo" + "o" * 9_000 + " good") == "s" + "o" * 12 + " good"
    assert readable("sooooo good") == "sooooo good"


def test_ten_thousand_characters_make_few_windows() -> None:
    assert len(windows(readable("lovely day " * 910), TOKENIZER, LIMIT)) < 400
