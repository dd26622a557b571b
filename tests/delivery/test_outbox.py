"""What an event says, and that it exists exactly when the change does."""

import json

import pytest

from api.delivery import outbox
from api.delivery.deliveries import message
from api.storage.database import Database
from api.storage.tables import DecisionRecord, OutboxEvent, Reviewer, Screening
from tests.delivery.conftest import Shop, make_shop


@pytest.fixture
def shop(database: Database) -> Shop:
    return make_shop(database)


def test_a_reviewer_is_named_by_pseudonym_alone(shop: Shop) -> None:
    with shop.database.writing() as session:
        reviewer = Reviewer(
            merchant_id=shop.merchant_id,
            email="jane.doe@shop.example",
            pseudonym="Heron",
            role="reviewer",
            password_hash="hash",
        )
        screening = Screening(merchant_id=shop.merchant_id, status="rejected", locale="de")
        session.add_all([reviewer, screening])
        session.flush()
        decision = DecisionRecord(
            screening_id=screening.id,
            decided_by=reviewer.id,
            outcome="reject",
            reasons=["not_producible"],
            risk=0.2,
            ground="my own words about jane",
        )
        session.add(decision)
        event = outbox.announce(session, screening, decision)
    assert event.payload["decided_by"] == "Heron"
    body = message(event)
    for private in ("jane", reviewer.id, "shop.example"):
        assert private not in body
    english = shop.decide(reasons=("not_producible",)).payload["reasons"][0]["message"]
    assert event.payload["reasons"][0]["message"] != english


def test_an_event_is_stored_with_the_change_and_rings_for_the_worker(shop: Shop) -> None:
    outbox.committed.clear()
    event = shop.decide("approved")
    assert outbox.committed.is_set()
    with shop.database.reading() as session:
        stored = session.get_one(OutboxEvent, event.id)
    assert (stored.type, stored.relayed_at) == ("screening.approved", None)
    assert stored.payload["reasons"] == []


def test_a_rolled_back_change_has_no_event_and_does_not_ring(shop: Shop) -> None:
    outbox.committed.clear()

    def change() -> None:
        with shop.database.writing() as session:
            screening = Screening(merchant_id=shop.merchant_id, status="approved")
            session.add(screening)
            session.flush()
            decision = DecisionRecord(screening_id=screening.id, decided_by="machine", outcome="approve", risk=0.0)
            session.add(decision)
            outbox.announce(session, screening, decision)
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert not outbox.committed.is_set()
    with shop.database.reading() as session:
        assert session.get(OutboxEvent, "evt") is None
        assert not session.connection().exec_driver_sql("SELECT 1 FROM outbox_event").all()


def test_the_body_is_the_same_text_whenever_it_is_built(shop: Shop) -> None:
    event = shop.decide("in_review", ("third_party_brand", "politics"))
    with shop.database.reading() as session:
        again = session.get_one(OutboxEvent, event.id)
    assert message(event) == message(again)
    assert list(json.loads(message(event))) == ["type", "timestamp", "data"]
