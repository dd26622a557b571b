"""The order that named the problem, replayed: caught in every spelling, for the true reason, without hurting others.

Each list is a handful of examples of a class; the batteries of the single parts hold the classes themselves.
"""

import pytest

from moderation.evidence import Category, Outcome
from moderation.messages import load_messages
from moderation.request import Field, PersonalizationRequest
from moderation.review import Queue
from moderation.routing import Subject, shipped_routing

BRAND = "Strider"


def shoe(**fields: str) -> PersonalizationRequest:
    made = tuple(Field(name=name, text=text) for name, text in fields.items())
    return PersonalizationRequest(fields=made, brand=BRAND, product="shoe", locale="en")


CRITICISM = {
    "the word": shoe(text="sweatshop"),
    "digits for letters": shoe(text="Sw3at sh0p"),
    "left and right shoe": shoe(left_shoe="SWEAT", right_shoe="SHOP"),
    "spaced out": shoe(text="s w e a t s h o p"),
    "a word of one's own": shoe(text="kidswork"),
    "a statement": shoe(text="made by children"),
    "another statement": shoe(text="Sewn by underpaid workers"),
    "backwards": shoe(text="pohstaews"),
    "other letters": shoe(text="ѕwеаtѕhор"),
}


@pytest.mark.parametrize("request_", CRITICISM.values(), ids=CRITICISM.keys())
def test_criticism_waits_for_a_person_under_its_true_name(shipped, request_):
    decision = shipped.moderate(request_)
    assert decision.outcome is Outcome.REVIEW
    assert decision.reasons[0] is Category.BRAND_TARGETING
    assert Category.PROFANITY not in decision.reasons
    assert shipped_routing().queue_for(Subject(reasons=decision.reasons)) == Queue.BRAND
    assert any(found.spans for found in decision.evidence)


INNOCENT = [
    "no sweat",
    "sweet shop",
    "Sussex",
    "Dickinson",
    "Muslim",
    "Romeo",
    "Class of 2026",
    "Sweat it out",
    "Shop local",
    "Kids rule",
    "Made by Grandma",
    "Proud to be Palestinian",
    "Scunthorpe United",
    "NULL",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_was_hurt_by_looking_for_it_is_made(shipped, text):
    decision = shipped.moderate(shoe(text=text))
    assert decision.outcome is Outcome.APPROVE, [found.explanation for found in decision.evidence]


def test_the_evidence_marks_both_shoes(shipped):
    decision = shipped.moderate(shoe(left_shoe="SWEAT", right_shoe="SHOP"))
    fields = {span.field for found in decision.evidence for span in found.spans}
    assert fields == {"left_shoe", "right_shoe"}


def test_the_same_request_gives_the_same_decision(shipped):
    for request in CRITICISM.values():
        assert shipped.moderate(request) == shipped.moderate(request)


#: Where a quotation would itself offend or take sides, or is a matter of craft, the handbook describes instead.
DESCRIBED = {Category.EXTREMISM, Category.POLITICS, Category.NOT_PRODUCIBLE, Category.UNCLEAR}


def test_the_guidelines_examples_end_as_the_guidelines_say(shipped):
    wrong = []
    messages = load_messages()
    for locale in messages.locales:
        for category, words in messages.catalogue(locale).categories.items():
            against = () if category in DESCRIBED else words.against
            for text, is_fine in [*((text, False) for text in against), *((text, True) for text in words.fine)]:
                decision = shipped.moderate(PersonalizationRequest.of(text, brand=BRAND, locale=locale))
                named = category in decision.reasons
                if is_fine != (decision.outcome is Outcome.APPROVE) or named == is_fine:
                    wrong.append((locale, category.value, text, decision.outcome.value, decision.reasons))
    assert wrong == []
