"""Review rules and agreement: data that says what it means, and a kappa that others compute, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.agreement import cohen_kappa, share_alike
from moderation.errors import PolicyError
from moderation.evidence import Category, Outcome
from moderation.glossary import KINDS, find_entries, load_glossary
from moderation.review_rules import ReviewRules, parse_rules

RULES = {
    "second_opinion": {"categories": ["hate"], "brands": ["Lumière & Vale"], "overturned_appeals": True},
    "double_review_rate": 0.05,
    "control_rate": 0.02,
    "severe_in_a_row": 3,
    "break_after_minutes": 40,
}


def test_rules_say_which_verdicts_need_two():
    rules = parse_rules(RULES)
    assert rules.demands_second(Outcome.REJECT, Category.HATE, None, False)
    assert rules.demands_second(Outcome.REJECT, Category.PROFANITY, "LUMIÈRE & VALE", False)
    assert rules.demands_second(Outcome.APPROVE, None, None, True)
    assert not rules.demands_second(Outcome.APPROVE, None, "Lumière & Vale", False)
    assert not rules.demands_second(Outcome.REJECT, Category.PROFANITY, "Strider", True)
    assert (rules.severe_in_a_row, rules.break_after_minutes) == (3, 40)
    assert parse_rules({}) == parse_rules(None) == ReviewRules()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"second_opinions": {}}, "unknown key second_opinions"),
        ({"second_opinion": ["hate"]}, "second_opinion holds categories, brands"),
        ({"second_opinion": {"category": []}}, "unknown key category"),
        ({"second_opinion": {"categories": ["rude"]}}, "no category 'rude'"),
        ({"second_opinion": {"categories": "hate"}}, "must be a list of names"),
        ({"second_opinion": {"overturned_appeals": "yes"}}, "must be true or false"),
        ({"double_review_rate": 5}, "share from 0 to 0.5"),
        ({"control_rate": True}, "share from 0 to 0.5"),
        ({"severe_in_a_row": -1}, "whole number"),
        (["hate"], "must be 'key: value' lines"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(wrong, says):
    with pytest.raises(PolicyError, match=rf"shop\.yaml.*{says}"):
        parse_rules(wrong, "shop.yaml")


def test_a_sample_is_as_large_as_its_rate_and_always_the_same():
    rules = parse_rules({"double_review_rate": 0.2})
    drawn = [rules.samples(f"case_{n}") for n in range(2000)]
    assert 330 < sum(drawn) < 470
    assert drawn == [rules.samples(f"case_{n}") for n in range(2000)]
    assert not any(ReviewRules().samples(f"case_{n}") for n in range(100))


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # Rows: what the first says; columns: what the second says.
        (((20, 5), (10, 15)), 0.4),
        (((45, 15), (25, 15)), 0.1304),
        (((25, 35), (5, 35)), 0.2593),
        (((88, 14, 18), (10, 40, 10), (2, 6, 12)), 0.4915),  # Cohen 1960, the table of three kinds
        (((0, 5), (5, 0)), -1.0),
        (((7, 0), (0, 3)), 1.0),
    ],
)
def test_kappa_is_what_the_books_say(table, kappa):
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    assert cohen_kappa(pairs) == pytest.approx(kappa, abs=5e-5)


def test_kappa_is_none_where_it_is_not_defined():
    assert cohen_kappa([]) is share_alike([]) is None
    assert cohen_kappa([("approve", "approve")] * 9) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30))
def test_kappa_does_not_ask_who_came_first(pairs):
    kappa = cohen_kappa(pairs)
    assert kappa == pytest.approx(cohen_kappa([pair[::-1] for pair in pairs]))
    assert kappa is None or -1 <= kappa <= 1


def test_the_glossary_knows_what_stands_as_a_word_of_its_own():
    def found(*texts):
        return [entry.forms[0] for entry in find_entries(texts)]

    assert found("born in 88") == ["88"]
    assert found("1988", "188", "880") == []
    assert found("FECK off") == ["feck"]
    assert found("(((name)))") == ["((("]
    assert found("", "Anna & Jonas") == []


def test_every_glossary_entry_has_its_own_place_and_forms():
    entries = load_glossary()
    anchors, forms = [entry.anchor for entry in entries], [form for entry in entries for form in entry.forms]
    assert len(set(anchors)) == len(anchors)
    assert len(set(forms)) == len(forms)
    assert {entry.kind for entry in entries} == set(KINDS)
