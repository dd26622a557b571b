"""The queues: counts that are true, an order that can be trusted, pages that lose nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.errors import Problem
from api.reviewing import claims, waiting
from api.reviewing.conversation import Party, ask, write
from api.reviewing.waiting import QueueFilter
from api.storage.tables import ReviewCase
from moderation.evidence import Category
from tests.reviewing.shop import Shop, found

ASKED = (Party.SHOP, Party.PARTNER)


def listed(shop, name, start, **wanted):
    with shop.database.reading() as session:
        page = waiting.list_waiting(session, shop.people[name], QueueFilter(**wanted), None, start)
    return [row.case.id for row in page.rows]


def test_the_earliest_due_comes_first_and_of_equals_the_most_severe(shop, start):
    mild = shop.open_case(start, evidence=(found(Category.PROFANITY, severity=1),))
    severe = shop.open_case(start, evidence=(found(Category.PROFANITY, severity=4),))
    urgent = shop.open_case(start, due_in=timedelta(minutes=5), evidence=(found(Category.PROFANITY, severity=1),))
    assert listed(shop, "Heron", start) == [urgent, severe, mild]


def test_pages_show_every_case_once_whatever_ties(shop, start):
    cases = {shop.open_case(start, due_in=timedelta(hours=number % 3)) for number in range(23)}
    seen, cursor = [], None
    with shop.database.reading() as session:
        while True:
            page = waiting.list_waiting(session, shop.people["Heron"], QueueFilter(), cursor, start, limit=5)
            seen += [row.case.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == 23
    assert set(seen) == cases


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "WzEsMl0=", "\x00", "é"])
def test_a_damaged_cursor_is_told_as_such(shop, start, cursor):
    with shop.database.reading() as session, pytest.raises(Problem, match="damaged"):
        waiting.list_waiting(session, shop.people["Heron"], QueueFilter(), cursor, start)


def test_counts_tell_the_truly_oldest_case_and_what_is_late(shop, start):
    shop.open_case(start - timedelta(hours=9), due_in=timedelta(hours=20))
    shop.open_case(start - timedelta(hours=2), due_in=timedelta(hours=1))
    shop.open_case(start, evidence=(found(Category.HATE),))
    with shop.database.reading() as session:
        counts = {each.name: each for each in waiting.count_queues(session, shop.people["Heron"], start)}
    assert counts["brand"].waiting == 2
    assert counts["brand"].oldest_at == start - timedelta(hours=9)
    assert counts["brand"].overdue == 1
    assert counts["hate-and-safety"].waiting == 1
    assert counts["appeals"].waiting == 0
    assert counts["appeals"].oldest_at is None


def test_search_finds_words_references_and_customers(shop, start):
    wanted = shop.open_case(
        start,
        texts={"left_shoe": "Sw3at 100% a_b", "right_shoe": 'sh0p Zoë say "hi"'} | {"third": "zoë"},
        customer="cust-77",
    )
    shop.open_case(start, texts={"only": "innocent 100 axb"}, reference="other-1", customer="c-9")
    with shop.database.reading() as session:
        order = session.get_one(ReviewCase, wanted).screening_id
    for search in (
        *("sw3AT", "sh0p", "ｓh0p", "100%", "a_b", "zoë", "ZOË", 'say "hi"', "zoe\u0308"),
        *("order-0001", "ORDER-00", "CUST-7", order, order[:-1].lower(), wanted, wanted[:-2].lower()),
    ):
        assert listed(shop, "Heron", start, search=search) == [wanted], search


def test_search_reads_no_more_of_an_order_than_every_database_takes(shop, start):
    long = shop.open_case(start, texts={"text": "🧿\0\ud800first " + "ﷺ" * 300 + "🧿" * 700 + " last"})
    assert listed(shop, "Heron", start, search="FIRST") == [long]
    assert listed(shop, "Heron", start, search="last") == []


def test_filters_combine(shop, start):
    wanted = shop.open_case(start, brand="Aurelia", product="ring")
    shop.open_case(start, brand="Aurelia", product="bottle")
    shop.open_case(start, brand="Strider", product="ring")
    assert listed(shop, "Heron", start, brand="Aurelia", product="ring") == [wanted]
    assert listed(shop, "Heron", start, brand="Aurelia", severity=4) == []


def test_mine_and_free_and_overdue(shop, start):
    mine, free = shop.open_case(start), shop.open_case(start, due_in=timedelta(hours=-1))
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Heron"], mine, start)
    assert listed(shop, "Heron", start, only="mine") == [mine]
    assert listed(shop, "Heron", start, only="free") == [free]
    assert listed(shop, "Heron", start, only="overdue") == [free]
    # A lease that is over frees the case in every list at once.
    assert set(listed(shop, "Heron", start + timedelta(hours=1), only="free")) == {mine, free}


def test_the_next_case_is_free_and_not_one_that_was_skipped(shop, start):
    taken = shop.open_case(start, due_in=timedelta(minutes=1))
    skipped = shop.open_case(start, due_in=timedelta(minutes=2))
    wanted = shop.open_case(start, due_in=timedelta(minutes=3))
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Plover"], taken, start)
        version = claims.claim(session, shop.people["Heron"], skipped, start).version
        claims.skip(session, shop.people["Heron"], skipped, version, "I know them.", start)
    with shop.database.writing() as session:
        assert waiting.next_case(session, shop.people["Heron"], QueueFilter(), start).id == wanted
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(), start).id == skipped
        assert waiting.next_case(session, shop.people["Heron"], QueueFilter(brand="None"), start) is None


def test_escalated_cases_wait_apart_for_those_who_may_decide_them(shop, start):
    case = shop.open_case(start)
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, start).version
        claims.escalate(session, shop.people["Heron"], case, version, "About us?", start)
    assert listed(shop, "Heron", start) == []
    assert listed(shop, "Wren", start, queue="brand") == []
    assert listed(shop, "Wren", start, queue="escalated") == [case]
    with shop.database.writing() as session:
        assert waiting.next_case(session, shop.people["Wren"], QueueFilter(), start) is None
        assert waiting.next_case(session, shop.people["Wren"], QueueFilter(queue="escalated"), start).id == case


def test_another_merchants_cases_are_neither_listed_nor_counted_nor_offered(shop, start):
    other = Shop.open(shop.database, "Other shop")
    other.open_case(start, brand="Secret")
    with shop.database.writing() as session:
        actor = shop.people["Wren"]
        assert waiting.list_waiting(session, actor, QueueFilter(), None, start).rows == ()
        assert waiting.list_waiting(session, actor, QueueFilter(search="order"), None, start).rows == ()
        assert sum(each.waiting for each in waiting.count_queues(session, actor, start)) == 0
        assert waiting.next_case(session, actor, QueueFilter(), start) is None
        assert waiting.brands_and_products(session, actor.merchant_id) == ([], [])


def counted(shop, name, at):
    with shop.database.reading() as session:
        return {each.name: each for each in waiting.count_queues(session, shop.people[name], at)}


def test_what_was_put_aside_waits_apart_and_comes_back_in_time(shop, start):
    case = shop.open_case(start, due_in=timedelta(hours=9))
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, start).version
        claims.snooze(session, shop.people["Heron"], case, version, start + timedelta(hours=4), start)
    assert (listed(shop, "Plover", start, queue="brand"), listed(shop, "Plover", start, queue="waiting")) == (
        [],
        [case],
    )
    aside = counted(shop, "Plover", start)
    assert (aside["brand"].waiting, aside["waiting"].waiting, aside["waiting"].oldest_at) == (0, 1, start)
    back = start + timedelta(hours=4)
    assert (listed(shop, "Plover", back, queue="brand"), listed(shop, "Plover", back, queue="waiting")) == ([case], [])
    assert (counted(shop, "Plover", back)["brand"].waiting, counted(shop, "Plover", back)["waiting"].waiting) == (1, 0)
    with shop.database.writing() as session:
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(), start) is None
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(queue="waiting"), start).id == case
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(), back).id == case


@pytest.mark.parametrize(("due", "hours", "until"), [(9, 4, 4), (3, 24, 2)])
def test_nothing_is_put_aside_beyond_an_hour_before_it_is_due(shop, start, due, hours, until):
    case = shop.open_case(start, due_in=timedelta(hours=due))
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, start).version
        put = claims.snooze(session, shop.people["Heron"], case, version, start + timedelta(hours=hours), start)
        assert put.waits_until == start + timedelta(hours=until)


@pytest.mark.parametrize(("due", "hours"), [(0.5, 1), (9, 0), (9, 200)])
def test_a_case_that_is_due_soon_is_not_put_aside(shop, start, due, hours):
    case = shop.open_case(start, due_in=timedelta(hours=due))
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, start).version
        with pytest.raises(Problem, match=r"due too soon|at most"):
            claims.snooze(session, shop.people["Heron"], case, version, start + timedelta(hours=hours), start)


def test_an_answer_brings_back_what_was_put_aside(shop, start):
    case = shop.open_case(start, due_in=timedelta(hours=9))
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, start).version
        soon = start + timedelta(hours=2)
        asked = [
            ask(session, shop.people["Heron"], case, version + n, party, "?", soon, start)
            for n, party in enumerate(ASKED)
        ]
        claims.snooze(session, shop.people["Heron"], case, version + 2, start + timedelta(hours=5), start)
    with shop.database.writing() as session:
        write(session, session.get_one(ReviewCase, case), ASKED[0], "Yes.", start, asked[0].id)
    # The partner was asked as well.
    assert listed(shop, "Heron", start, queue="waiting") == [case]
    with shop.database.writing() as session:
        write(session, session.get_one(ReviewCase, case), ASKED[1], "Yes.", start, asked[1].id)
    assert listed(shop, "Heron", start, queue="brand") == [case]


def test_a_bound_reviewer_is_shown_counted_and_offered_their_work_alone(shop, start):
    brand = shop.open_case(start, locale="de-AT")
    turkish = shop.open_case(start, evidence=(), locale="tr")
    unknown = shop.open_case(start, evidence=(), locale=None)
    plain = shop.people["Heron"]
    for bounds, mine in (
        ({"queues": {"brand"}}, {brand}),
        ({"languages": {"de", "en"}}, {brand, unknown}),
        ({"queues": {"language:tr", "general"}, "languages": {"tr"}}, {turkish, unknown}),
        ({}, {brand, turkish, unknown}),
    ):
        actor = shop.people["Heron"] = replace(plain, **{key: frozenset(value) for key, value in bounds.items()})
        assert set(listed(shop, "Heron", start)) == mine
        assert sum(each.waiting for each in counted(shop, "Heron", start).values()) == len(mine)
        with shop.database.writing() as session:
            assert waiting.next_case(session, actor, QueueFilter(), start).id in mine
            for case in {brand, turkish, unknown} - mine:
                with pytest.raises(Problem, match="A colleague decides it"):
                    claims.claim(session, actor, case, start)


def test_what_three_people_skip_is_a_seniors_and_goes_round_no_more(shop, start):
    case = shop.open_case(start)
    shop.hire("Teal")
    for name in ("Heron", "Plover", "Teal"):
        with shop.database.writing() as session:
            assert waiting.next_case(session, shop.people[name], QueueFilter(), start).id == case
            version = claims.claim(session, shop.people[name], case, start).version
            claims.skip(session, shop.people[name], case, version, "Hard.", start)
            assert waiting.next_case(session, shop.people[name], QueueFilter(), start) is None
    assert listed(shop, "Wren", start, queue="escalated") == [case]
