"""Words run together as on a plate are read as people read them, and nothing that has a right to stand there is cut."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.evidence import Category
from moderation.matching import Matcher
from moderation.matching.lexicon import load_lexicon
from moderation.matching.plates import plated
from moderation.reading import read
from moderation.request import PersonalizationRequest
from moderation.terms.term import MatchKind
from tests.matching.test_matcher import term

HARM = ("smurf", "grubby", "blister")
MATCHER = Matcher(
    [
        *(term(word, severity=3) for word in HARM),
        term("smurf you", match=MatchKind.PHRASE, severity=3),
        term("green gravel", match=MatchKind.PHRASE, severity=4),
        term("cranky blister", match=MatchKind.PHRASE, severity=2),
        term("pick the carrot", match=MatchKind.PHRASE, severity=2),
        replace(term("blue cards", match=MatchKind.PHRASE, severity=2), category=Category.IMPERSONATION),
    ]
)


def found(text: str) -> set[str]:
    return {match.term.term for match in MATCHER.find(read(PersonalizationRequest.of(text)))}


@pytest.mark.parametrize("before", ["I", "HOT", "BIG", "EAT", "LUV", "GIV", "IH8"])
@pytest.mark.parametrize("word", HARM)
def test_a_word_is_cut_behind_what_was_put_before_it(before, word):
    assert word in found(before + word.upper())


@pytest.mark.parametrize("behind", ["4U", "2ME", "U", "ALL", "HERE", "HUNTER", "MAN", "4FREE"])
@pytest.mark.parametrize("word", HARM)
def test_a_word_is_cut_before_what_was_put_behind_it(behind, word):
    assert word in found(word.upper() + behind)


@pytest.mark.parametrize("text", ["SMURF U", "smurf u", "ISMURFU", "IH8SMURF4U", "WE WILL SMURF U 2"])
def test_letters_for_words_are_read_as_the_words(text):
    assert "smurf" in " ".join(found(text))


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("GRNGRVL", "green gravel"),
        ("GRENGRVL", "green gravel"),
        ("CRNKYBLSTR", "cranky blister"),
        ("KRNKYBLSTR", "cranky blister"),
        ("PCKTHCRT", "pick the carrot"),
        ("PKTHKRT", "pick the carrot"),
    ],
)
def test_a_phrase_of_harm_without_gaps_and_vowels_is_read_also_by_ear(text, read_as):
    assert found(text) == {read_as}


@pytest.mark.parametrize("text", ["CRNGRVL", "GRNGRVY", "PCTHCRTS", "BLCRDS"])
def test_other_squeezed_words_are_not(text):
    assert found(text) == set()


@pytest.mark.parametrize("text", ["Smurfu", "Hotsmurf", "Smurfman"])
def test_what_is_written_as_a_name_is_not_cut(text):
    assert plated(read(PersonalizationRequest.of(text)).folded, load_lexicon()) == []


@pytest.mark.parametrize("text", ["batman", "BATMAN", "PERU", "HITMAN", "10 4", "2024", "Best dad ever", "4 2"])
def test_known_words_and_numbers_are_not_cut(text):
    assert plated(read(PersonalizationRequest.of(text)).folded, load_lexicon()) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["SMURF4U", "LUV", "U", "Dan", "4", "2ME", "🅱", "IH8U", "n", "XQZKU"]), max_size=6))
def test_every_letter_keeps_its_way_back(words):
    folded = read(PersonalizationRequest.of(" ".join(words))).folded
    for reading in plated(folded, load_lexicon()):
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        assert all(
            0 <= low <= high <= len(" ".join(words)) for low, high in zip(reading.starts, reading.ends, strict=True)
        )


@pytest.mark.parametrize(
    ("text", "way"), [("370H55V", "upside down"), ("3JOH22A", "mirrored"), ("my 370H55V", "upside down")]
)
def test_a_plate_is_turned_and_mirrored(text, way):
    matcher = Matcher([term("asshole", severity=3)])
    assert {match.reading for match in matcher.find(read(PersonalizationRequest.of(text)))} == {way}
