"""What holds for every list and every text: the index agrees with brute force, disguises cost little, allow entries hide nothing."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from moderation.errors import TermListError
from moderation.evidence import Category, Outcome
from moderation.matching import Match, Matcher
from moderation.matching.deletes import Deletes
from moderation.matching.pattern import compile_pattern
from moderation.matching.skeleton import key_of, views_of
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term


def term(text: str, match: MatchKind = MatchKind.WORD, severity: int = 3, **more: object) -> Term:
    return Term(
        id=f"t/{text}",
        term=text,
        match=match,
        action=Action.REJECT,
        severity=severity,
        category=Category.PROFANITY,
        language="en",
        **more,
    )  # type: ignore[arg-type]


def find(matcher: Matcher, *fields: str) -> list[Match]:
    request = PersonalizationRequest(fields=tuple(Field(name=f"f{at}", text=text) for at, text in enumerate(fields)))
    return matcher.find(read(request))


WORDS = ("wanker", "bollocks", "dickhead", "shit")
MATCHER = Matcher([term(word) for word in WORDS])
words = st.text(alphabet="abcdefgh", min_size=5, max_size=9)


@given(st.lists(words, min_size=1, max_size=30, unique=True), words)
@settings(deadline=None)
def test_the_deletes_index_misses_nothing_that_brute_force_finds(listed: list[str], word: str) -> None:
    edits = [2 if len(each) >= 8 else 1 for each in listed]
    near = Deletes((number, each, edits[number]) for number, each in enumerate(listed)).near([word])[0]
    assert {number for number, each in enumerate(listed) if OSA.distance(word, each) <= edits[number]} <= near


@given(st.lists(words, min_size=1, max_size=20, unique=True), st.text(alphabet="abcdefgh .", max_size=30))
@settings(deadline=None)
def test_every_listed_word_that_stands_in_the_text_is_found(listed: list[str], text: str) -> None:
    class Nobody:
        def kinds(self, word: str) -> int:
            return 0

        def english(self, word: str) -> float:
            return 0.0

    matcher = Matcher([term(each) for each in listed], lexicon=Nobody())  # type: ignore[arg-type]
    plain = {each for each in listed if each in text.replace(".", " ").split()}
    found = {match.term.term for match in find(matcher, text)}
    # A word inside a longer find of the same kind is told by that one.
    assert all(
        any(each in other or key_of(each) == key_of(other) or OSA.distance(each, other) <= 2 for other in found)
        for each in plain
    )


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "disguise",
    [
        str.upper,
        lambda word: "\u200b".join(word),
        lambda word: "".join(chr(ord(c) + 0xFEE0) for c in word),
        lambda word: " ".join(word),
        lambda word: ".".join(word),
        lambda word: word[0] * 4 + word[1:],
        lambda word: word.replace("i", "1").replace("a", "4").replace("o", "0"),
        lambda word: "".join(c + "\u0301\u0323" for c in word),
        lambda word: "hello " + word + " you",
        lambda word: word + "!!!",
    ],
)
def test_a_disguise_never_lowers_a_score_to_nothing(word: str, disguise: object) -> None:
    (plain,) = find(MATCHER, word)
    assert disguise(word) != word  # type: ignore[operator]
    assert max((match.score for match in find(MATCHER, disguise(word))), default=0) >= plain.score - 0.2  # type: ignore[operator]


@given(st.sampled_from(WORDS), st.text(alphabet=" .-abc123é", max_size=12))
@settings(deadline=None)
def test_an_allow_entry_never_hides_a_listed_term_beside_it(word: str, innocent: str) -> None:
    matcher = Matcher([term(word)], [Allow(term=innocent, kind=AllowKind.PHRASE)])
    assert [match.term.term for match in find(matcher, innocent, word)][:1] == [word]


def test_a_longer_allow_entry_protects_what_it_covers() -> None:
    matcher = Matcher([term("cock", MatchKind.INSIDE)], [Allow(term="Zzcockzz", kind=AllowKind.PLACE)])
    assert not find(matcher, "to zzcockzz!")
    assert find(matcher, "to zzcockzzx")


def test_a_change_is_live_beside_the_base_and_a_replaced_entry_is_gone() -> None:
    changed = MATCHER.with_changes(added=[term("quibblefrotz"), term("shit", severity=1)], removed=["t/wanker"])
    assert [match.term.term for match in find(changed, "a quibblefrotz")] == ["quibblefrotz"]
    assert not find(changed, "wanker")
    assert [match.term.severity for match in find(changed, "shit")] == [1]
    assert find(MATCHER, "wanker"), "readers of the old matcher are not disturbed"


def test_a_change_of_a_change_keeps_both() -> None:
    changed = MATCHER.with_changes(added=[term("quibblefrotz")]).with_changes(added=[term("flimmerstrunt")])
    assert find(changed, "quibblefrotz")
    assert find(changed, "flimmerstrunt")
    assert not find(changed.with_changes(removed=["t/quibblefrotz"]), "quibblefrotz")


def test_a_name_in_a_name_is_no_finding_and_a_name_alone_is_no_rejection() -> None:
    matcher = Matcher([term("dick", severity=2), term("wang", severity=3)])
    assert not find(matcher, "Dick Van Dyke")
    assert all(match.at_most < Outcome.REJECT for match in find(matcher, "Wang"))


def test_common_words_are_not_repaired_into_bad_ones() -> None:
    matcher = Matcher([term(each) for each in ("bitch", "shits", "whore", "pussy", "faggot")])
    for word in ("batch", "birch", "shots", "shirts", "where", "whole", "fussy", "pushy", "maggot", "ditch", "pitch"):
        assert not find(matcher, word), word


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_text_is_answered(text: str) -> None:
    for match in find(MATCHER, text):
        assert 0 <= match.score <= 1
        assert match.spans


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "f u c k " * 12_500,
        "a\u0301" * 50_000,
        "e" + "\u0301" * 500,
        "\u202e" * 1000 + "tihs",
        "*" * 50_000 + "a",
        "a*" * 20_000,
        "1!l|" * 10_000,
        "\ue000\ud800" * 1000,
        "()[]<>|_|" * 5000,
    ],
)
def test_long_and_odd_texts_are_answered_in_bounded_time(text: str) -> None:
    start = time.process_time()
    find(MATCHER, text)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)+$", r"(a)\1", "a(?=b)", "a{1,500}", "(", "[ab]*[ab]*[ab]*c"])
def test_a_pattern_that_an_input_could_make_slow_is_refused(pattern: str) -> None:
    with pytest.raises(TermListError, match="t/"):
        compile_pattern(term(pattern, MatchKind.PATTERN))


def test_a_pattern_folds_like_the_text() -> None:
    matcher = Matcher([term(r"É[o0]{1,3}\b", MatchKind.PATTERN)])
    assert [match.read_as for match in find(matcher, "eoo")] == ["eoo"]


def test_a_key_is_the_same_for_letters_that_are_taken_for_each_other() -> None:
    assert key_of("asshole") == key_of("ashoie")
    (view, *_) = views_of(read(PersonalizationRequest.of("a5Sh01e")).folded)
    assert view.key == key_of("asshole")
