"""What holds for every list and every text, found by hypothesis: brute force agrees, disguises pile up, cost is bounded."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from moderation.matching import Matcher
from moderation.matching.letters import free_edits
from moderation.matching.lexicon import Lexicon
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from tests.matching.test_classes import MATCHER as EVERY_KIND
from tests.matching.test_classes import term

#: A world without innocent words: what is met depends on the list alone.
NOBODY = Lexicon(b"", b"", b"")
words = st.text(alphabet="abcdefgh", min_size=5, max_size=9)


def request_of(*fields: str) -> PersonalizationRequest:
    return PersonalizationRequest(fields=tuple(Field(name=f"f{at}", text=text) for at, text in enumerate(fields)))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[list[str], str]:
    """A list, and one of its words with a letter or two wrong, missing, added or swapped."""
    listed = draw(st.lists(words, min_size=1, max_size=25, unique=True))
    word = draw(st.sampled_from(listed))
    for _ in range(draw(st.integers(0, 2))):
        at, letter = draw(st.integers(0, len(word) - 1)), draw(st.sampled_from("abcdefgh"))
        ways = (
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        )
        word = draw(st.sampled_from(ways))
    return listed, word


@given(mutated())
@settings(deadline=None, max_examples=60)
def test_the_matcher_meets_every_entry_that_brute_force_finds(made: tuple[list[str], str]) -> None:
    listed, word = made
    matcher = Matcher([term(each) for each in listed], lexicon=NOBODY)
    near = {each for each in listed if OSA.distance(each, word) <= free_edits(len(each))}
    assert near <= {hit.term.term for hit in matcher.hits(read(request_of(f"the {word}!")))}


@given(mutated())
@settings(deadline=None, max_examples=60)
def test_what_is_called_a_misspelling_is_one(made: tuple[list[str], str]) -> None:
    listed, word = made
    matcher = Matcher([term(each) for each in listed], lexicon=NOBODY)
    for hit in matcher.hits(read(request_of(word))):
        if hit.disguise == "a misspelling":
            assert 0 < OSA.distance(hit.term.term, word) <= free_edits(len(hit.term.term))


STEPS: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda text: f"my {text}!",
    lambda text: text.replace("a", "á").replace("o", "ö"),
    lambda text: "".join(c + "\u0336" for c in text),
    lambda text: text[:2] + "\u200b" + text[2:],
    lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in text),
    lambda text: text.replace("o", "0").replace("a", "@"),
    lambda text: text.replace("e", "е").replace("o", "о"),
    lambda text: text.replace("l", "lll"),
)
FREE = Matcher([term(word) for word in ("bollocks", "dickhead", "wanker", "arsehole")])


@given(
    st.sampled_from(("bollocks", "dickhead", "wanker", "arsehole")),
    st.lists(st.sampled_from(STEPS), max_size=4, unique=True),
)
@settings(deadline=None)
def test_disguises_on_top_of_each_other_never_lower_a_score_to_nothing(
    word: str, steps: list[Callable[[str], str]]
) -> None:
    text = word
    for step in steps:
        text = step(text)
    assert max((match.score for match in FREE.find(read(request_of(text)))), default=0.0) >= 0.5, text


@given(st.text(alphabet=st.characters(codec=None), max_size=40), st.sampled_from(("bollocks", "wanker")))
@settings(deadline=None, max_examples=100)
def test_every_span_is_a_stretch_of_its_field(around: str, word: str) -> None:
    request = request_of(around, word, around[::-1])
    found = FREE.find(read(request))
    assert any(match.term.term == word for match in found)
    for match in found:
        for span in match.spans:
            assert 0 <= span.start < span.end <= len(request.text_of(span.field))


def test_noise_is_cut_short_and_says_so_and_a_sentence_is_not() -> None:
    listed = {a + b + c + d for a in "iadlc" for b in "aio" for c in "ildc" for d in ("ai", "ia", "ic", "ial", "il")}
    matcher = Matcher([term(each) for each in listed], lexicon=NOBODY)
    noise = matcher.search(read(request_of("a|l1i c!a|l i1d|!a 1lia!c|a i|a1!l a|i!c1a")))
    assert not noise.is_complete
    assert matcher.search(read(request_of("Happy birthday dear Anna, with love from all of us"))).is_complete


def test_one_change_is_live_in_a_tenth_of_a_second_while_readers_read() -> None:
    matcher = Matcher(
        [term(f"{a}{b}zq{c}{d}or") for a in "bdfgklmnp" for b in "aeiou" for c in "bdfgklmnp" for d in "aeiou"]
    )
    holder = [matcher]
    answers: list[bool] = []
    is_over = threading.Event()

    def keep_reading() -> None:
        while not is_over.is_set():
            answers.append(any(match.read_as == "bazqbaor" for match in holder[0].find(read(request_of("a bazqbaor")))))

    reader = threading.Thread(target=keep_reading)
    reader.start()
    try:
        spent = []
        for number in range(10):
            start = time.thread_time()
            holder[0] = matcher.with_changes(added=[term(f"quibblefrotz{'abcdefghij'[number]}")])
            spent.append(time.thread_time() - start)
            assert holder[0].find(read(request_of(f"a quibblefrotz{'abcdefghij'[number]}")))
    finally:
        is_over.set()
        reader.join()
    assert min(spent) < 0.1
    assert answers
    assert all(answers), "a reader met a matcher without the old entries"


@pytest.mark.parametrize(
    "unit",
    ["1!l|", "88 ", "14 ", "12 88 ", "a*", "a-", "fu-ck ", "f u c k ", "w4nk3r ", "a\u0301", "viper ", "zz", "\u202ea", "8/", "AbCd",
     "🅱💩", "傻 ", "b***h ", "'", "M. ", "#AbCd ", "kkk"],
)  # fmt: skip
def test_cost_grows_with_the_length_and_no_faster(unit: str) -> None:
    def spent(length: int) -> float:
        readings = [read(request_of((unit * length)[:length])) for _ in range(2)]
        times = []
        for each in readings:
            start = time.process_time()
            EVERY_KIND.find(each)
            times.append(time.process_time() - start)
        return min(times)

    # Four times the length: a cost that grew with its square would be sixteen times as much.
    assert spent(32_000) < 9 * spent(8_000) + 0.1
