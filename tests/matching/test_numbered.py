"""Phrases with numbers are found as they are written, and only as whole words."""

import pytest

from moderation.matching.numbered import NumberedPhrases
from moderation.reading import read
from moderation.request import PersonalizationRequest
from moderation.terms.term import MatchKind
from tests.matching.test_matcher import term

PHRASES = NumberedPhrases(
    [
        term("vote list 9", match=MatchKind.PHRASE),
        term("14 stars", match=MatchKind.PHRASE),
        term("no number", match=MatchKind.PHRASE),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Vote list 9", ["Vote list 9"]),
        ("please VOTE - list, 9!", ["VOTE - list, 9"]),
        ("vote\nlist 9 and 14 stars", ["vote\nlist 9", "14 stars"]),
        ("vote list 99", []),
        ("vote list", []),
        ("114 stars", []),
        ("no number", []),
    ],
)
def test_a_phrase_is_found_word_by_word(text, found):
    folded = read(PersonalizationRequest.of(text)).folded
    assert [text[low:high] for _term, low, high in PHRASES.find(folded)] == found
