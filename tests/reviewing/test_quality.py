"""Controls that nobody can tell from cases, and how alike people read; care for those who read."""

from datetime import timedelta

import pytest
from sqlmodel import func, select

from api.errors import Problem
from api.reviewing import care, claims, controls, deciding, waiting
from api.reviewing.dossier import open_dossier
from api.reviewing.given import given_by
from api.reviewing.known import add_control, parse_known
from api.reviewing.quality import look_at_quality
from api.reviewing.rules import set_rules
from api.reviewing.waiting import QueueFilter
from api.storage.tables import Care, ControlAnswer, Merchant, OutboxEvent, ReviewCase, Screening
from moderation.decision import Decision
from moderation.errors import PolicyError
from moderation.evidence import Category, Outcome
from moderation.review_rules import parse_rules
from tests.reviewing.shop import SWEATSHOP, found
from tests.reviewing.test_opinions import APPROVE, REJECT, rule, say

KNOWN = {
    "text": "sweatshop",
    "brand": "Strider",
    "outcome": "reject",
    "reason": "brand_targeting",
    "why": "It accuses the brand.",
}


@pytest.fixture
def control(shop, start):
    rule(shop, {"control_rate": 0.5})
    (known,) = parse_known([KNOWN], "known.yaml")
    decision = Decision(
        outcome=Outcome.REVIEW,
        reasons=(Category.BRAND_TARGETING,),
        risk=0.6,
        evidence=SWEATSHOP,
        versions={},
    )
    with shop.database.writing() as session:
        return add_control(session, session.get_one(Merchant, shop.merchant.id), known, decision, start).id


def take(shop, name, start, chance=0.0, queue=None):
    """What *next* gives when the dice fall so; in hand."""
    with shop.database.writing() as session:
        rules = parse_rules(session.get_one(Merchant, shop.merchant.id).review_rules)
        case = controls.draw(session, shop.people[name], queue, start, rules, chance=lambda: chance)
        return case and claims.claim(session, shop.people[name], case.id, start).id


def test_a_control_looks_like_any_case_and_is_nobody_elses(shop, start, control):
    real = shop.open_case(start - timedelta(minutes=10), texts={"text": "sweatshop"})
    case_id = take(shop, "Heron", start)
    with shop.database.reading() as session:
        seen = open_dossier(session, shop.people["Heron"], case_id, start)
        assert seen.is_mine
        assert [event.told for event in seen.events] == ["the machine opened it", "Heron claimed it"]
        assert seen.screening.reference.startswith("order-")
        # What it resembles is the shop's.
        assert (seen.alike, seen.waiting_alike) == ((), 1)
        for name in ("Plover", "Wren", "Owl"):
            with pytest.raises(Problem, match="no such case"):
                claims.find_case(session, shop.people[name], case_id)
        # No list and no count of the shop has it.
        assert session.exec(select(func.count()).where(Screening.merchant_id == shop.merchant.id)).one() == 1
        assert [row.case.id for row in waiting.list_waiting(session, shop.people["Wren"], QueueFilter(), None, start).rows] == [real]  # fmt: skip


def test_nobody_meets_a_control_twice_or_where_it_would_stand_out(shop, start, control):
    assert take(shop, "Heron", start, chance=0.6) is None
    assert take(shop, "Heron", start, queue="appeals") is None
    assert take(shop, "Heron", start) is not None
    assert take(shop, "Heron", start) is None
    assert take(shop, "Plover", start) is not None


def test_an_answer_is_kept_explained_and_told_to_no_shop(shop, start, control):
    for name, verdict in (("Heron", REJECT), ("Plover", APPROVE)):
        case_id = take(shop, name, start)
        with shop.database.writing() as session:
            version = session.get_one(ReviewCase, case_id).version
            deciding.decide(session, shop.people[name], case_id, version, verdict, start)
            deciding.undo(session, shop.people[name], case_id, start)
            version = session.get_one(ReviewCase, case_id).version
            deciding.decide(session, shop.people[name], case_id, version, verdict, start)
    with shop.database.reading() as session:
        assert [each.control for each in given_by(session, shop.people["Heron"])] == [None]  # until it counts
    deciding.settle_due(shop.database, start + timedelta(minutes=1))
    with shop.database.reading() as session:
        assert session.exec(select(OutboxEvent)).all() == []
        assert len(session.exec(select(ControlAnswer).where(ControlAnswer.outcome.is_not(None))).all()) == 2
        (lesson,) = given_by(session, shop.people["Plover"])
        assert (lesson.is_as_known, lesson.control.why) == (False, "It accuses the brand.")
        seen = look_at_quality(session, shop.merchant.id, start + timedelta(minutes=1))
    assert [(each.name, each.answered, each.as_known) for each in seen.controls] == [("Heron", 1, 1), ("Plover", 1, 0)]
    assert seen.hardest == (("brand_targeting", "It accuses the brand.", 2, 1),)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"why": ""}, "'why' is missing"), ({"outcome": "review"}, "approve, or reject"), ({"txt": 1}, "unknown key txt")],
)
def test_a_control_without_a_clear_answer_is_refused(wrong, says):
    with pytest.raises(PolicyError, match=rf"known\.yaml, number 1: .*{says}"):
        parse_known([{**KNOWN, **wrong}], "known.yaml")


def test_agreement_is_told_by_category_and_by_name(shop, start):
    rule(shop, {"double_review_rate": 0.5})
    twice = 0
    for number in range(40):
        case_id = shop.open_case(start)
        say(shop, "Heron", case_id, REJECT if number % 2 else APPROVE, start)
        with shop.database.reading() as session:
            if session.get_one(ReviewCase, case_id).awaits != "second":
                continue
        twice += 1
        say(shop, "Plover", case_id, APPROVE if twice == 1 or not number % 2 else REJECT, start + timedelta(minutes=1))
    with shop.database.reading() as session:
        seen = look_at_quality(session, shop.merchant.id, start + timedelta(hours=1))
    assert twice >= 10  # of forty at one half: fewer once in a thousand runs
    differ = len(seen.differences)
    assert differ in (0, 1)
    (category,) = seen.categories
    assert (category.name, category.pairs, category.alike) == ("brand_targeting", twice, (twice - differ) / twice)
    assert [each.name for each in seen.reviewers] == ["Heron", "Plover"]
    assert seen.reviewers[0].kappa == pytest.approx(seen.reviewers[1].kappa)
    assert seen.overall.kappa > 0.5
    assert seen.demanded == 0


def test_second_opinions_that_a_rule_demanded_are_no_sample(shop, start):
    rule(shop, {"second_opinion": {"categories": ["brand_targeting"]}})
    for other in (REJECT, APPROVE):
        case_id = shop.open_case(start)
        say(shop, "Heron", case_id, REJECT, start)
        say(shop, "Plover", case_id, other, start + timedelta(minutes=1))
    with shop.database.reading() as session:
        seen = look_at_quality(session, shop.merchant.id, start + timedelta(hours=1))
    assert (seen.overall, seen.categories, seen.reviewers) == (None, (), ())
    assert (seen.demanded, seen.demanded_alike, len(seen.differences)) == (2, 1, 1)


def test_a_shop_without_the_people_for_its_rules_is_told(shop):
    with shop.database.writing() as session:
        merchant = session.get_one(Merchant, shop.merchant.id)
        assert set_rules(session, merchant, {"severe_in_a_row": 2}, "x") == []
        (warning,) = set_rules(session, merchant, {"double_review_rate": 0.1}, "x")
    assert "1 leads" in warning


def test_after_severe_cases_in_a_row_the_subject_changes_while_there_is_another(shop, start):
    rule(shop, {"severe_in_a_row": 2})
    severe = (found(Category.HATE, ("text", 0, 4), severity=4),)
    heron = shop.people["Heron"]
    for _ in range(2):
        case_id = shop.open_case(start, texts={"text": "some"}, evidence=severe, due_in=timedelta(hours=1))
        say(shop, "Heron", case_id, APPROVE, start)
    shop.open_case(start, texts={"text": "some"}, evidence=severe, due_in=timedelta(hours=1))
    with shop.database.writing() as session:
        assert waiting.next_case(session, heron, QueueFilter(), start).severity == 4  # nothing else waits
    shop.open_case(start, due_in=timedelta(hours=9))
    with shop.database.writing() as session:
        other = waiting.next_case(session, heron, QueueFilter(), start)
        assert other.severity < 4
        assert waiting.next_case(session, shop.people["Plover"], QueueFilter(), start).severity == 4
    say(shop, "Heron", other.id, APPROVE, start)
    with shop.database.writing() as session:
        assert waiting.next_case(session, heron, QueueFilter(), start).severity == 4


def test_a_break_is_due_after_a_while_of_deciding_and_not_after_a_pause(shop, start):
    rule(shop, {"break_after_minutes": 30})

    def worked(minute):
        with shop.database.reading() as session:
            kept = session.get(Care, shop.people["Heron"].id)
            merchant = session.get_one(Merchant, shop.merchant.id)
            return care.break_is_due(kept, merchant, start + timedelta(minutes=minute))

    for minute in range(0, 36, 5):
        say(shop, "Heron", shop.open_case(start), APPROVE, start + timedelta(minutes=minute))
        assert (worked(minute) is not None) == (minute >= 30)
    assert worked(50) is None  # gone for a quarter of an hour
    with shop.database.writing() as session:
        care.remind_later(session, shop.people["Heron"], start + timedelta(minutes=36))
    assert worked(36) is None


def test_what_is_covered_is_each_persons_own(shop):
    with shop.database.writing() as session:
        care.set_mask(session, shop.people["Heron"], 3, "block")
        with pytest.raises(Problem, match="Choose what to cover"):
            care.set_mask(session, shop.people["Heron"], 9, "block")
    with shop.database.reading() as session:
        assert care.mask_of(session.get(Care, shop.people["Heron"].id)) == care.Mask(severity=3, look="block")
        assert care.mask_of(session.get(Care, shop.people["Plover"].id)) == care.Mask()
