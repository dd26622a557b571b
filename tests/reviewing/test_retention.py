"""Words go when their time is over; the decision, and the chain of what happened, stay whole."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.delivery import schedules
from api.reviewing import audit, claims
from api.reviewing.retention import AT_ONCE, forget_words
from api.storage.tables import CaseEventRecord, DecisionRecord, ReviewCase, Screening
from tests.reviewing.shop import Shop
from tests.reviewing.test_audit import SECRET

KEEP = timedelta(days=30)


def settled(shop: Shop, case_id: str, at) -> str:
    """The case's order, as if it had been approved and not been touched since."""
    with shop.database.writing() as session:
        screening = session.get_one(Screening, session.get_one(ReviewCase, case_id).screening_id)
        screening.status, screening.updated_at = "approved", at
    return screening.id


def test_the_words_of_settled_orders_go_in_their_time_and_nothing_else_does(shop, start):
    noted = shop.open_case(start)
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Heron"], noted, start)
        claims.escalate(session, shop.people["Heron"], noted, 2, "canary note", start)
    old, fresh = settled(shop, noted, start), settled(shop, shop.open_case(start), start + timedelta(days=2))
    waiting = shop.open_case(start)
    audit.seal(shop.database, SECRET)

    later = start + KEEP + timedelta(days=1)
    assert [forget_words(shop.database, KEEP, later), forget_words(shop.database, KEEP, later)] == [1, 0]
    audit.seal(shop.database, SECRET)

    with shop.database.reading() as session:
        orders = {each.id: each for each in session.exec(select(Screening))}
        assert (orders[old].fields, orders[old].likeness, orders[old].status) == ([], None, "approved")
        assert orders[fresh].fields
        assert orders[session.get_one(ReviewCase, waiting).screening_id].fields
        decision = session.exec(select(DecisionRecord).where(DecisionRecord.screening_id == old)).one()
        assert (decision.reasons, decision.versions["lists"]) == (["brand_targeting"], "00000000")
        assert "sweatshop" not in str(decision.evidence)
        events = session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == noted)).all()
        assert "canary" not in str([each.detail for each in events])
        assert [each.actor for each in events if each.kind == "erase"] == ["retention"]
        assert audit.verify(session, SECRET).faults == ()


def test_a_sweep_of_many_takes_them_all_or_ends_with_its_process(shop, start):
    with shop.database.writing() as session:
        for _ in range(AT_ONCE + 1):
            words = [{"name": "a", "text": "canary"}]
            session.add(Screening(merchant_id=shop.merchant.id, status="rejected", fields=words, updated_at=start))
    ended = []
    schedules.stop()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(
                schedules._known, "sweep", lambda: ended.append(forget_words(shop.database, KEEP, start + KEEP * 2))
            )
            schedules.by_the_clock.__wrapped__(start, "sweep")
    finally:
        schedules._stopping.clear()
    assert ended == [0]
    assert forget_words(shop.database, KEEP, start + KEEP * 2) == AT_ONCE + 1
