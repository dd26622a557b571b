"""The batteries: every disguise disguises, the same seed makes the same orders, nothing held back was chosen by hand."""

import random

import pytest

from moderation.battery import Sample, choose_terms, disguise, innocents
from moderation.battery.filling import Filler
from moderation.battery.techniques import TECHNIQUES
from tests.matching.measure import base_terms

TERMS = base_terms()
MADE = list(disguise(TERMS))


def test_there_are_enough_techniques_terms_and_languages() -> None:
    assert len(TECHNIQUES) >= 40
    assert len({term.term for term in TERMS}) >= 60
    assert len({term.language for term in TERMS}) >= 6


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_every_technique_changes_some_term_and_says_none_where_it_does_not_suit(technique: str) -> None:
    made = [TECHNIQUES[technique](term.term.lower(), random.Random(1)) for term in TERMS if " " not in term.term]
    assert any(each and each != term.term.lower() for each, term in zip(made, TERMS, strict=False))
    assert all(each is None or each for each in made)


def test_the_same_seed_makes_the_same_orders_and_another_makes_others() -> None:
    assert list(disguise(TERMS)) == MADE
    assert list(disguise(TERMS, seed=2)) != MADE


def test_a_disguise_is_marked_with_what_it_hides_and_a_part_is_held_back() -> None:
    categories = {term.id: term.category for term in TERMS}
    assert all(each.is_harmful and each.category == categories[each.source] for each in MADE)
    assert 0.3 < sum(each.is_held for each in MADE) / len(MADE) < 0.6


def test_only_terms_that_stop_an_order_everywhere_are_chosen() -> None:
    chosen = choose_terms(TERMS, each=2)
    assert all(term.severity >= 2 for term in chosen)
    groups = [(term.category, term.language) for term in chosen]
    assert max(map(groups.count, groups)) == 2


def test_innocents_are_many_of_many_classes_and_three_in_ten_are_held_back() -> None:
    made: list[Sample] = list(innocents(TERMS, each=1))
    assert len(made) >= 4000
    assert len({each.kind for each in made}) >= 30
    assert len({each.language for each in made}) >= 20
    assert not any(each.is_harmful or each.category for each in made)
    assert 0.2 < sum(each.is_held for each in made) / len(made) < 0.35


def test_a_frame_is_filled_alike_for_the_same_seed() -> None:
    frame = "{given} & {given}, {date}, {place} {coords} {verse}"
    assert (
        Filler("pl", seed="a").fill(frame) == Filler("pl", seed="a").fill(frame) != Filler("pl", seed="b").fill(frame)
    )
    with pytest.raises(KeyError):
        Filler("en", seed="a").fill("{nothing}")
