"""Verdicts: held to the honest reason, in effect once, after the window in which they can be undone."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.reviewing import claims, deciding
from api.reviewing.deciding import Verdict
from api.storage.tables import DecisionRecord, Merchant, OutboxEvent, PendingDecision, ReviewCase, Screening
from moderation.errors import CaseConflict, DishonestReason
from moderation.evidence import Category, Outcome

APPROVE = Verdict(outcome=Outcome.APPROVE)
WINDOW = timedelta(seconds=15)


def decide(shop, name, case_id, verdict, at):
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people[name], case_id, at).version
    with shop.database.writing() as session:
        return deciding.decide(session, shop.people[name], case_id, version, verdict, at)


def stored(shop, case_id):
    with shop.database.reading() as session:
        case = session.get_one(ReviewCase, case_id)
        screening = session.get_one(Screening, case.screening_id)
        decisions = session.exec(
            select(DecisionRecord).where(DecisionRecord.screening_id == screening.id).order_by(DecisionRecord.id)
        ).all()
        events = session.exec(select(OutboxEvent).where(OutboxEvent.screening_id == screening.id)).all()
    return case, screening, decisions, events


def test_a_verdict_takes_effect_after_the_window_and_the_shop_hears_of_it_then(shop, start):
    case_id = shop.open_case(start)
    decide(shop, "Heron", case_id, Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING), start)
    assert deciding.settle_due(shop.database, start + WINDOW - timedelta(seconds=1)) == 0
    case, screening, decisions, events = stored(shop, case_id)
    assert (case.state, screening.status, len(decisions), events) == ("resolved", "in_review", 1, [])
    assert deciding.settle_due(shop.database, start + WINDOW) == 1
    _case, screening, decisions, events = stored(shop, case_id)
    assert screening.status == "rejected"
    assert screening.decision_id == decisions[1].id
    assert decisions[1].decided_by == shop.people["Heron"].id
    assert decisions[1].reasons == ["brand_targeting"]
    assert decisions[1].override_of == decisions[0].id
    assert [event.type for event in events] == ["screening.rejected"]


def test_settling_again_changes_nothing(shop, start):
    case_id = shop.open_case(start)
    decide(shop, "Heron", case_id, APPROVE, start)
    later = start + WINDOW
    assert [deciding.settle_due(shop.database, later) for _ in range(3)] == [1, 0, 0]
    _case, screening, decisions, events = stored(shop, case_id)
    assert (screening.status, len(decisions), len(events)) == ("approved", 2, 1)


def test_without_a_window_a_verdict_takes_effect_at_once(shop, start):
    with shop.database.writing() as session:
        session.get_one(Merchant, shop.merchant.id).undo_seconds = 0
    case_id = shop.open_case(start)
    assert decide(shop, "Heron", case_id, APPROVE, start) is None
    _case, screening, _decisions, events = stored(shop, case_id)
    assert screening.status == "approved"
    assert len(events) == 1


def test_undo_puts_the_case_back_into_the_same_hands_and_the_shop_hears_nothing(shop, start):
    case_id = shop.open_case(start)
    decide(shop, "Heron", case_id, APPROVE, start)
    with shop.database.writing() as session:
        deciding.undo(session, shop.people["Heron"], case_id, start + timedelta(seconds=10))
    assert deciding.settle_due(shop.database, start + timedelta(hours=1)) == 0
    case, screening, decisions, events = stored(shop, case_id)
    assert (case.state, case.claimed_by) == ("claimed", shop.people["Heron"].id)
    assert case.resolved_at is None
    assert (screening.status, len(decisions), events) == ("in_review", 1, [])


def test_undo_is_refused_when_the_window_has_passed_or_the_verdict_is_anothers(shop, start):
    case_id = shop.open_case(start)
    decide(shop, "Heron", case_id, APPROVE, start)
    with shop.database.writing() as session, pytest.raises(CaseConflict, match="someone else"):
        deciding.undo(session, shop.people["Plover"], case_id, start)
    with shop.database.writing() as session, pytest.raises(CaseConflict, match="too late"):
        deciding.undo(session, shop.people["Heron"], case_id, start + WINDOW)


def test_an_order_withdrawn_during_the_window_gets_no_second_outcome(shop, start):
    case_id = shop.open_case(start)
    decide(shop, "Heron", case_id, APPROVE, start)
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        session.get_one(Screening, case.screening_id).status = "withdrawn"
    assert deciding.settle_due(shop.database, start + WINDOW) == 0
    _case, screening, decisions, events = stored(shop, case_id)
    assert (screening.status, len(decisions), events) == ("withdrawn", 1, [])
    with shop.database.reading() as session:
        assert session.get(PendingDecision, case_id) is None


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (Verdict(outcome=Outcome.REJECT), "needs a reason"),
        (Verdict(outcome=Outcome.REJECT, reason=Category.PROFANITY), "No evidence names profanity"),
        (Verdict(outcome=Outcome.REJECT, reason=Category.PROFANITY, ground="  "), "No evidence names profanity"),
    ],
)
def test_a_dishonest_reason_is_refused_and_the_case_stays_in_hand(shop, start, verdict, says):
    case_id = shop.open_case(start)
    with pytest.raises(DishonestReason, match=says):
        decide(shop, "Heron", case_id, verdict, start)
    case, screening, _decisions, events = stored(shop, case_id)
    assert (case.state, screening.status, events) == ("claimed", "in_review", [])


def test_a_ground_in_ones_own_words_carries_another_reason_and_the_record_says_so(shop, start):
    case_id = shop.open_case(start)
    ground = "It names a rival's slogan."
    decide(
        shop, "Heron", case_id, Verdict(outcome=Outcome.REJECT, reason=Category.THIRD_PARTY_BRAND, ground=ground), start
    )
    deciding.settle_due(shop.database, start + WINDOW)
    _case, _screening, decisions, _events = stored(shop, case_id)
    assert decisions[1].reason_added_by_person
    assert decisions[1].ground == ground


def test_only_a_case_in_ones_own_hands_can_be_decided(shop, start):
    case_id = shop.open_case(start)
    with shop.database.writing() as session, pytest.raises(CaseConflict, match="Claim it first"):
        deciding.decide(session, shop.people["Heron"], case_id, 1, APPROVE, start)


def test_the_newest_verdict_is_the_one_that_undo_means(shop, start):
    first, second = shop.open_case(start), shop.open_case(start)
    decide(shop, "Heron", first, APPROVE, start)
    decide(shop, "Heron", second, APPROVE, start + timedelta(seconds=3))
    with shop.database.reading() as session:
        assert deciding.last_pending(session, shop.people["Heron"], start + timedelta(seconds=4)).case_id == second
        assert deciding.last_pending(session, shop.people["Plover"], start + timedelta(seconds=4)) is None
        assert deciding.last_pending(session, shop.people["Heron"], start + timedelta(hours=1)) is None
