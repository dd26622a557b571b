"""Many equal cases in one go: each with its own record, none that was not shown."""

from datetime import timedelta

import pytest

from api.errors import Problem
from api.reviewing import alike, claims, deciding
from api.reviewing.deciding import Verdict
from api.storage.likeness import likeness
from api.storage.tables import PendingDecision, ReviewCase
from moderation.evidence import Category, Outcome
from tests.reviewing.shop import Shop, found

REJECT = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING)


def words(text):
    return likeness([{"name": "text", "text": text}])


@pytest.mark.parametrize(
    "other",
    ["SWEAT SHOP", "sweat-shop!", "sweatshoop", "ｓｗｅａｔｓｈｏｐ", "swéatshop", "sweat\u200bshop", "Sw3at sh0p"],
)
def test_nearly_the_same_words_share_a_print(other):
    assert words(other) == words("sweatshop")


@pytest.mark.parametrize("other", ["sweetshop", "sweatshops", "shopsweat", ""])
def test_other_words_do_not(other):
    assert words(other) != words("sweatshop")


@pytest.mark.parametrize(("one", "other"), [("1000", "100"), ("2024", "2026"), ("room 101", "room ioi"), ("10", "io")])
def test_numbers_stay_what_they_are(one, other):
    assert words(one) != words(other)


def test_the_division_into_fields_makes_no_difference():
    assert likeness([{"name": "a", "text": "SWEAT"}, {"name": "b", "text": "SHOP"}]) == words("sweatshop")


def test_long_texts_are_compared_whole():
    assert words("a" * 2000) != words("a" * 2001)


def listed(shop, case_id, start):
    with shop.database.reading() as session:
        return alike.list_alike(session, shop.people["Heron"], case_id, start)


def test_each_case_gets_its_own_verdict_and_undo(shop, start):
    cases = [shop.open_case(start, due_in=timedelta(hours=n)) for n in range(1, 6)]
    shop.open_case(start, texts={"text": "something else"})
    rows = listed(shop, cases[2], start)
    assert [row.case.id for row in rows] == cases
    chosen = [(row.case.id, row.case.version) for row in rows[:4]]
    assert alike.decide_alike(shop.database, shop.people["Heron"], chosen, REJECT, start) == []
    with shop.database.reading() as session:
        assert [session.get(PendingDecision, case) is not None for case in cases] == [True] * 4 + [False]
    with shop.database.writing() as session:
        deciding.undo(session, shop.people["Heron"], cases[1], start)
    assert deciding.settle_due(shop.database, start + timedelta(minutes=1)) == 3


def test_a_case_that_moved_or_is_taken_is_left_alone_and_named(shop, start):
    taken, moved, free = (shop.open_case(start) for _ in range(3))
    chosen = [(row.case.id, row.case.version) for row in listed(shop, free, start)]
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Plover"], taken, start)
        version = claims.claim(session, shop.people["Plover"], moved, start).version
        claims.release(session, shop.people["Plover"], moved, version, start)
    refused = alike.decide_alike(shop.database, shop.people["Heron"], chosen, REJECT, start)
    assert {each.case_id for each in refused} == {taken, moved}
    with shop.database.reading() as session:
        assert session.get_one(ReviewCase, free).state == "resolved"
        assert session.get_one(ReviewCase, moved).state == "open"


def test_a_reason_that_one_of_them_does_not_support_is_refused_there_alone(shop, start):
    supported = shop.open_case(start)
    other = shop.open_case(start, evidence=(found(Category.POLITICS, ("left_shoe", 0, 5)),))
    refused = alike.decide_alike(shop.database, shop.people["Heron"], [(supported, 1), (other, 1)], REJECT, start)
    assert [each.case_id for each in refused] == [other]


def test_other_words_are_never_decided_in_one_go(shop, start):
    case, other = shop.open_case(start), shop.open_case(start, texts={"text": "other words"})
    bare = [shop.open_case(start, texts={"text": sign}) for sign in "!?"]
    for chosen in ([case, other], bare):
        with pytest.raises(Problem, match="different words"):
            alike.decide_alike(shop.database, shop.people["Heron"], [(each, 1) for each in chosen], REJECT, start)
    with shop.database.reading() as session:
        assert {session.get_one(ReviewCase, each).state for each in (case, other, *bare)} == {"open"}


def test_never_more_than_a_page_and_never_anothers(shop, start):
    with pytest.raises(Problem, match="At most 25"):
        alike.decide_alike(shop.database, shop.people["Heron"], [("case_x", 1)] * 26, REJECT, start)
    theirs = Shop.open(shop.database, "Other shop").open_case(start)
    mine = shop.open_case(start)
    assert [row.case.id for row in listed(shop, mine, start)] == [mine]
    assert len(alike.decide_alike(shop.database, shop.people["Heron"], [(theirs, 1)], REJECT, start)) == 1


def test_an_order_without_words_is_like_no_other(shop, start):
    case = shop.open_case(start, texts={"text": " !"}, evidence=())
    shop.open_case(start, texts={"text": "?"}, evidence=())
    assert listed(shop, case, start) == []
