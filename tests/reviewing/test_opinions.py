"""Two pairs of eyes: what stands, who may say it, and that nobody is led by the other."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.errors import Problem
from api.reviewing import claims, deciding, orders, waiting
from api.reviewing.deciding import Verdict
from api.reviewing.dossier import open_dossier
from api.reviewing.roles import Role
from api.reviewing.waiting import QueueFilter
from api.storage.tables import CaseEventRecord, Merchant, Opinion, OutboxEvent, ReviewCase, Screening
from moderation.evidence import Category, Outcome
from tests.reviewing.shop import Shop

REJECT = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It says so.")
APPROVE = Verdict(outcome=Outcome.APPROVE, ground="It is a town.")
BY_CATEGORY = {"second_opinion": {"categories": ["brand_targeting"]}}
BY_BRAND = {"second_opinion": {"brands": ["STRIDER"]}}


def rule(shop: Shop, rules: dict) -> None:
    with shop.database.writing() as session:
        session.get_one(Merchant, shop.merchant.id).review_rules = rules


def say(shop: Shop, name: str, case_id: str, verdict: Verdict, at, *, settle: bool = True) -> None:
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people[name], case_id, at).version
        deciding.decide(session, shop.people[name], case_id, version, verdict, at)
    if settle:
        deciding.settle_due(shop.database, at + timedelta(seconds=20))


def stands(shop: Shop, case_id: str) -> tuple[str, str | None, str]:
    """The order's status, whom the case awaits, and its state."""
    with shop.database.reading() as session:
        case = session.get_one(ReviewCase, case_id)
        return session.get_one(Screening, case.screening_id).status, case.awaits, case.state


def told(shop: Shop) -> list[str]:
    with shop.database.reading() as session:
        return list(session.exec(select(OutboxEvent.type).where(OutboxEvent.merchant_id == shop.merchant.id)))


def seen_by(shop: Shop, name: str, case_id: str, at):
    with shop.database.reading() as session:
        return open_dossier(session, shop.people[name], case_id, at)


@pytest.mark.parametrize("rules", [BY_CATEGORY, BY_BRAND])
def test_a_rejection_stands_when_a_second_person_says_the_same(shop, start, rules):
    rule(shop, rules)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    assert stands(shop, case_id) == ("in_review", "second", "open")
    assert told(shop) == []
    later = start + timedelta(minutes=1)
    say(shop, "Plover", case_id, REJECT, later, settle=False)
    deciding.settle_due(shop.database, later + timedelta(seconds=14))
    assert told(shop) == []  # the undo window of the one that makes it stand
    deciding.settle_due(shop.database, later + timedelta(seconds=16))
    assert stands(shop, case_id) == ("rejected", None, "resolved")
    assert told(shop) == ["screening.rejected"]
    assert [view.by for view in seen_by(shop, "Wren", case_id, later).opinions] == ["Heron", "Plover"]


def test_other_verdicts_stand_alone(shop, start):
    rule(shop, BY_CATEGORY)
    approved, other = shop.open_case(start), shop.open_case(start)
    say(shop, "Heron", approved, APPROVE, start)
    say(shop, "Heron", other, Verdict(outcome=Outcome.REJECT, reason=Category.HATE, ground="It says so."), start)
    assert stands(shop, approved)[0] == "approved"
    assert stands(shop, other)[0] == "rejected"


def test_nobody_is_led_by_what_the_first_one_said(shop, start):
    rule(shop, BY_CATEGORY)
    fresh, case_id = shop.open_case(start), shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start, settle=False)
    for moment in (start + timedelta(seconds=5), start + timedelta(minutes=1)):
        deciding.settle_due(shop.database, moment)
        seen = seen_by(shop, "Plover", case_id, moment)
        assert seen.pending is None
        assert seen.opinions == ()
        shown = [event.told for event in seen.events]
        assert shown == [event.told for event in seen_by(shop, "Plover", fresh, moment).events]
    assert seen.can_claim
    with shop.database.reading() as session:
        happened = session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == case_id)).all()
        told_ = " ".join(claims.tell(session, event) for event in happened)
    assert "rejected" not in told_


def test_the_same_person_is_never_asked_twice(shop, start):
    rule(shop, BY_CATEGORY)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    heron = shop.people["Heron"]
    with shop.database.writing() as session:
        assert waiting.next_case(session, heron, QueueFilter(), start) is None
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(), start) is not None
    with shop.database.writing() as session, pytest.raises(Problem, match="You have given your opinion"):
        claims.claim(session, heron, case_id, start)
    assert not seen_by(shop, "Heron", case_id, start).can_claim


@pytest.mark.parametrize("other", [APPROVE, Verdict(outcome=Outcome.REJECT, reason=Category.HATE, ground="So.")])
def test_what_two_see_differently_a_third_decides_who_is_a_lead(shop, start, other):
    rule(shop, BY_CATEGORY)
    shop.hire("Rail", Role.SENIOR)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    say(shop, "Plover", case_id, other, start + timedelta(minutes=1))
    assert stands(shop, case_id) == ("in_review", "lead", "escalated")
    assert told(shop) == []
    later = start + timedelta(minutes=2)
    with shop.database.writing() as session:
        escalated = QueueFilter(queue="escalated")
        assert waiting.next_case(session, shop.people["Rail"], escalated, later) is None
        assert waiting.next_case(session, shop.people["Wren"], escalated, later) is not None
    with shop.database.writing() as session, pytest.raises(Problem, match="may not decide what two reviewers see"):
        claims.claim(session, shop.people["Rail"], case_id, later)
    views = seen_by(shop, "Wren", case_id, later).opinions
    assert [(view.by, view.opinion.outcome) for view in views] == [("Heron", "reject"), ("Plover", other.outcome)]
    say(shop, "Wren", case_id, REJECT, later)
    assert stands(shop, case_id) == ("rejected", None, "resolved")
    assert told(shop) == ["screening.rejected"]


def test_an_undone_second_verdict_is_no_opinion(shop, start):
    rule(shop, BY_CATEGORY)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    later = start + timedelta(minutes=1)
    say(shop, "Plover", case_id, APPROVE, later, settle=False)
    with shop.database.writing() as session:
        version = deciding.undo(session, shop.people["Plover"], case_id, later).version
        deciding.decide(session, shop.people["Plover"], case_id, version, REJECT, later)
    deciding.settle_due(shop.database, later + timedelta(minutes=1))
    assert stands(shop, case_id) == ("rejected", None, "resolved")


def test_an_overturned_appeal_needs_two_and_neither_of_those_before(shop, start):
    rule(shop, {"second_opinion": {"categories": ["brand_targeting"], "overturned_appeals": True}})
    for name in ("Rail", "Tern"):
        shop.hire(name)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    say(shop, "Plover", case_id, REJECT, start + timedelta(minutes=1))
    later = start + timedelta(hours=1)
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        orders.appeal(session, session.get_one(Screening, case.screening_id), case, "It is a town.", later)
    for name in ("Heron", "Plover"):
        with shop.database.writing() as session, pytest.raises(Problem, match="You have given your opinion"):
            claims.claim(session, shop.people[name], case_id, later)
    say(shop, "Rail", case_id, APPROVE, later)
    assert stands(shop, case_id) == ("in_review", "second", "open")
    say(shop, "Tern", case_id, APPROVE, later + timedelta(minutes=1))
    assert stands(shop, case_id) == ("approved", None, "resolved")


def test_some_orders_are_decided_twice_whatever_is_said_unless_they_are_nearly_due(shop, start):
    rule(shop, {"double_review_rate": 0.5})
    cases = [shop.open_case(start) for _ in range(16)]
    urgent = [shop.open_case(start, due_in=timedelta(minutes=30)) for _ in range(8)]
    for case_id in cases + urgent:
        say(shop, "Heron", case_id, APPROVE, start, settle=False)
    deciding.settle_due(shop.database, start + timedelta(minutes=1))
    drawn = [stands(shop, case_id)[1] for case_id in cases].count("second")
    assert 0 < drawn < len(cases)
    assert {stands(shop, case_id)[0] for case_id in urgent} == {"approved"}
    with shop.database.reading() as session:
        asked = session.exec(select(Opinion.asked_for).where(Opinion.merchant_id == shop.merchant.id)).all()
    assert set(asked) == {"sample"}


def test_an_order_that_goes_away_takes_its_opinions_with_it(shop, start):
    rule(shop, BY_CATEGORY)
    case_id = shop.open_case(start)
    say(shop, "Heron", case_id, REJECT, start)
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        orders.withdraw(session, session.get_one(Screening, case.screening_id), case, "shop", start)
    assert stands(shop, case_id) == ("withdrawn", None, "closed")
