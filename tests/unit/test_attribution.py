"""Criticism of the brand leaves under its own name, however harsh its tone."""

import dataclasses

from moderation.attribution import KNOWN, attribute
from moderation.decision import decide
from moderation.evidence import Category, Evidence, Outcome
from moderation.policy import load_policies

POLICY = load_policies().effective()


def found(detector: str, category: Category, score: float, at_most: Outcome = Outcome.REJECT) -> Evidence:
    return Evidence(
        detector=detector, category=category, severity=4, score=score, source="s", explanation="Said.", at_most=at_most
    )


CRITICISM = found("brand", Category.BRAND_TARGETING, 0.9, Outcome.REVIEW)


def test_a_harsh_tone_about_the_brand_is_criticism_and_nothing_else():
    decision = decide(attribute([CRITICISM, found("toxicity", Category.VIOLENCE, 0.99)]), POLICY, {})
    assert decision.outcome is Outcome.REVIEW
    assert decision.reasons == (Category.BRAND_TARGETING,)
    assert len(decision.evidence) == 2


def test_hate_and_listed_words_are_not_excused_by_being_about_a_brand():
    for other in (found("toxicity", Category.HATE, 0.99), found("blocklist", Category.PROFANITY, 0.99)):
        decision = decide(attribute([CRITICISM, other]), POLICY, {})
        assert decision.outcome is Outcome.REJECT
        assert decision.reasons == (other.category,)


def test_a_tone_without_criticism_stands():
    weak = found("brand", Category.BRAND_TARGETING, 0.4)
    threat = found("toxicity", Category.VIOLENCE, 0.99)
    assert attribute([weak, threat]) == [weak, threat]


def test_a_cry_for_help_is_not_a_threat():
    distress = found("blocklist", Category.SELF_HARM, 0.99)
    decision = decide(attribute([distress, found("toxicity", Category.VIOLENCE, 0.99)]), POLICY, {})
    assert decision.outcome is Outcome.REVIEW
    assert decision.reasons == (Category.SELF_HARM,)


def test_a_known_title_is_neither_a_threat_nor_criticism_and_a_listed_word_in_it_stands():
    known = dataclasses.replace(found("blocklist", Category.UNCLEAR, 0.0, Outcome.APPROVE), source=KNOWN)
    threat, listed = found("toxicity", Category.VIOLENCE, 0.99), found("blocklist", Category.PROFANITY, 0.99)
    assert decide(attribute([known, threat, CRITICISM]), POLICY, {}).outcome is Outcome.APPROVE
    assert decide(attribute([known, threat, listed]), POLICY, {}).reasons == (Category.PROFANITY,)
    assert attribute([known]) == []
