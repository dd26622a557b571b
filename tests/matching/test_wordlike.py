"""How much a word looks like a word decides whether it was bent: the plain pass, the bent are met, entries have a say."""

import pytest

from moderation.evidence import Outcome
from moderation.matching import Match, Matcher
from moderation.matching.wordlike import oddness, surprise
from moderation.reading import read
from moderation.request import PersonalizationRequest
from moderation.terms.term import Allow, AllowKind
from tests.matching.test_classes import term
from tests.matching.test_properties import NOBODY

MATCHER = Matcher(
    [term("marmoset"), term("bandicoot", max_edits=0), term("pademelon", language="it"), term("baszas", language="hu")],
    lexicon=NOBODY,
)


def find(text: str, matcher: Matcher = MATCHER) -> list[Match]:
    return [match for match in matcher.find(read(PersonalizationRequest.of(text))) if match.score >= 0.5]


@pytest.mark.parametrize(
    ("plain", "bent"),
    [("marinate", "mqrinate"), ("casare", "casxre"), ("guillotina", "guilqotina"), ("kanalisiere", "kanazlisiere"),
     ("гадина", "гадзна"), ("Bergstrand", "Bergstxand")],
)  # fmt: skip
def test_a_word_of_any_language_looks_plainer_than_one_with_a_wrong_letter(plain: str, bent: str) -> None:
    assert oddness(plain.lower()) < oddness(bent.lower())


@pytest.mark.parametrize("word", ["שלום", "مرحبا", "สวัสดี", "你好吗", "ab1", "", "\ud800"])
def test_what_the_table_does_not_know_is_neither_plain_nor_odd(word: str) -> None:
    assert oddness(word) == 0 if word else surprise(word) > 0


@pytest.mark.parametrize("text", ["bxndicoot", "bandicqoot", "bandictoot", "b4ndixoot"])
def test_a_bent_word_is_met_even_where_the_entry_forgives_none_and_a_person_decides(text: str) -> None:
    assert {match.at_most for match in find(text)} == {Outcome.REVIEW}


def test_a_word_that_looks_like_one_is_no_misspelling_of_a_careful_entry() -> None:
    careful = Matcher([term("casata", max_edits=0, language="it")], lexicon=NOBODY)
    assert find("cqsata", careful)
    assert not find("casate", careful)
    assert not find("casara", careful)


def test_a_wrong_letter_in_a_short_word_never_rejects_and_in_a_long_one_may() -> None:
    matcher = Matcher([term("wombat"), term("pademelons")], lexicon=NOBODY)
    assert {match.at_most for match in find("wombxt", matcher)} == {Outcome.REVIEW}
    assert {match.at_most for match in find("pademzlons", matcher)} == {Outcome.REJECT}


@pytest.mark.parametrize("text", ["B52s", "b5z5", "Z52", "R2D2"])
def test_a_short_code_is_not_read_without_vowels(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize("text", ["a wanka", "a wankas", "wanka!"])
def test_an_open_ending_is_heard(text: str) -> None:
    assert find(text, Matcher([term("wanker"), term("wankers")], lexicon=NOBODY))


@pytest.mark.parametrize("text", ["b#tch", "bi#ch", "#b#tch", "tw#ts"])
def test_a_mark_that_may_be_a_letter_may_be_a_mask(text: str) -> None:
    assert find(text, Matcher([term("bitch"), term("twats")], lexicon=NOBODY))


@pytest.mark.parametrize("kind", [AllowKind.NAME, AllowKind.PLACE])
@pytest.mark.parametrize("text", ["Marmoset", "MARMOSET", "marmoset"])
def test_a_name_or_place_that_is_the_whole_field_is_never_a_rejection(text: str, kind: AllowKind) -> None:
    matcher = Matcher([term("marmoset", severity=4)], [Allow(term="Marmoset", kind=kind)], lexicon=NOBODY)
    assert {match.at_most for match in find(text, matcher)} == {Outcome.REVIEW}
