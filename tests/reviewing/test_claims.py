"""Who has a case in hand: one at most, whatever happens."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from api.errors import Problem
from api.reviewing import claims, deciding
from api.reviewing.deciding import Verdict
from api.storage.tables import CaseEventRecord, ReviewCase
from moderation.errors import CaseConflict
from moderation.evidence import Outcome
from tests.reviewing.shop import Shop


def do(shop, move, *args):
    with shop.database.writing() as session:
        return move(session, *args)


def case_of(shop, case_id):
    with shop.database.reading() as session:
        return session.get_one(ReviewCase, case_id)


def test_a_claimed_case_is_refused_to_the_next_reviewer_by_name(shop, start):
    case = shop.open_case(start)
    do(shop, claims.claim, shop.people["Heron"], case, start)
    with pytest.raises(CaseConflict, match="in the hands of Heron"):
        do(shop, claims.claim, shop.people["Plover"], case, start)
    assert case_of(shop, case).claimed_by == shop.people["Heron"].id


def test_claiming_ones_own_case_again_renews_it_and_keeps_open_pages_valid(shop, start):
    case = shop.open_case(start)
    first = do(shop, claims.claim, shop.people["Heron"], case, start).version
    again = do(shop, claims.claim, shop.people["Heron"], case, start + timedelta(minutes=5))
    assert again.version == first
    assert again.claimed_until == start + timedelta(minutes=5) + claims.CLAIM_FOR


def test_two_at_once_leave_one_holder(shop, start):
    case = shop.open_case(start)
    outcomes = []
    gate = threading.Barrier(2)

    def take(name):
        gate.wait()
        try:
            do(shop, claims.claim, shop.people[name], case, start)
            outcomes.append(name)
        except CaseConflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=take, args=(name,)) for name in ("Heron", "Plover")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[-1] == "refused"
    assert outcomes.count("refused") == 1


def test_a_page_that_was_closed_frees_its_case_after_four_missed_heartbeats(shop, start):
    case = shop.open_case(start)
    do(shop, claims.claim, shop.people["Heron"], case, start)
    assert do(shop, claims.keep_alive, shop.people["Heron"], case, start + timedelta(seconds=8))
    later = start + timedelta(seconds=8) + claims.ALIVE_FOR
    with pytest.raises(CaseConflict):
        do(shop, claims.claim, shop.people["Plover"], case, later - timedelta(seconds=1))
    do(shop, claims.claim, shop.people["Plover"], case, later)
    assert case_of(shop, case).claimed_by == shop.people["Plover"].id
    assert not do(shop, claims.keep_alive, shop.people["Heron"], case, later)


def test_a_lease_that_ran_out_unnoticed_loses_no_decision(shop, start):
    case = shop.open_case(start)
    version = do(shop, claims.claim, shop.people["Heron"], case, start).version
    approve = Verdict(outcome=Outcome.APPROVE)
    do(shop, deciding.decide, shop.people["Heron"], case, version, approve, start + timedelta(hours=1))
    assert case_of(shop, case).state == "resolved"


def test_a_reviewer_holds_three_cases_at_most(shop, start):
    cases = [shop.open_case(start) for _ in range(4)]
    for case in cases[:3]:
        do(shop, claims.claim, shop.people["Heron"], case, start)
    with pytest.raises(CaseConflict, match="You hold 3 cases"):
        do(shop, claims.claim, shop.people["Heron"], cases[3], start)


def test_releasing_always_frees_the_case(shop, start):
    case = shop.open_case(start)
    version = do(shop, claims.claim, shop.people["Heron"], case, start).version
    do(shop, claims.release, shop.people["Heron"], case, version, start)
    do(shop, claims.claim, shop.people["Plover"], case, start)
    assert case_of(shop, case).claimed_by == shop.people["Plover"].id


def test_a_stale_move_is_refused_with_what_happened_meanwhile(shop, start):
    case = shop.open_case(start)
    seen = do(shop, claims.claim, shop.people["Heron"], case, start).version
    later = start + timedelta(minutes=20)
    taken = do(shop, claims.claim, shop.people["Plover"], case, later).version
    do(shop, deciding.decide, shop.people["Plover"], case, taken, Verdict(outcome=Outcome.APPROVE), later)
    with pytest.raises(CaseConflict, match=r"Nothing was changed.*Plover claimed it; Plover approved it"):
        do(shop, deciding.decide, shop.people["Heron"], case, seen, Verdict(outcome=Outcome.APPROVE), later)


def test_an_escalated_case_never_returns_to_the_open_queue(shop, start):
    case = shop.open_case(start)
    version = do(shop, claims.claim, shop.people["Heron"], case, start).version
    do(shop, claims.escalate, shop.people["Heron"], case, version, "Is this about us?", start)
    with pytest.raises(Problem, match="may not decide escalated cases"):
        do(shop, claims.claim, shop.people["Plover"], case, start)
    version = do(shop, claims.claim, shop.people["Wren"], case, start).version
    do(shop, claims.release, shop.people["Wren"], case, version, start)
    assert case_of(shop, case).state == "escalated"


def test_escalating_and_skipping_need_words(shop, start):
    case = shop.open_case(start)
    version = do(shop, claims.claim, shop.people["Heron"], case, start).version
    for move in (claims.escalate, claims.skip):
        with pytest.raises(Problem, match="needs a"):
            do(shop, move, shop.people["Heron"], case, version, "  ", start)


def test_a_senior_takes_over_with_a_note_and_the_first_reviewer_is_told(shop, start):
    case = shop.open_case(start)
    seen = do(shop, claims.claim, shop.people["Heron"], case, start).version
    with pytest.raises(Problem, match="may not take over"):
        do(shop, claims.take_over, shop.people["Plover"], case, seen, "mine", start)
    with pytest.raises(Problem, match="needs a note"):
        do(shop, claims.take_over, shop.people["Wren"], case, seen, "", start)
    do(shop, claims.take_over, shop.people["Wren"], case, seen, "The shop called.", start)
    with pytest.raises(CaseConflict, match="Wren took it over"):
        do(shop, claims.release, shop.people["Heron"], case, seen, start)


def test_an_auditor_changes_nothing(shop, start):
    case = shop.open_case(start)
    with pytest.raises(Problem, match="auditor may not review cases"):
        do(shop, claims.claim, shop.people["Owl"], case, start)


def test_another_merchants_case_does_not_exist(shop, start):
    other = Shop.open(shop.database, "Other shop")
    case = other.open_case(start)
    heron = shop.people["Heron"]
    moves = [
        (claims.claim, heron, case, start),
        (claims.keep_alive, heron, case, start),
        (claims.release, heron, case, 1, start),
        (claims.skip, heron, case, 1, "x", start),
        (claims.escalate, heron, case, 1, "x", start),
        (claims.take_over, shop.people["Wren"], case, 1, "x", start),
        (deciding.decide, heron, case, 1, Verdict(outcome=Outcome.APPROVE), start),
        (deciding.undo, heron, case, start),
    ]
    for move in moves:
        with pytest.raises(Problem) as refused:
            do(shop, *move)
        assert refused.value.status == 404


def test_every_move_is_on_record_with_who_and_which_version(shop, start):
    case = shop.open_case(start)
    version = do(shop, claims.claim, shop.people["Heron"], case, start).version
    do(shop, claims.skip, shop.people["Heron"], case, version, "I know the customer.", start)
    with shop.database.reading() as session:
        events = session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == case)).all()
    told = [(event.kind, event.actor, event.detail.get("version")) for event in sorted(events, key=lambda e: e.id)]
    assert told == [
        ("opened", "machine", None),
        ("claim", shop.people["Heron"].id, 2),
        ("release", shop.people["Heron"].id, 3),
    ]
