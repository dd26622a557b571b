"""Test keys: every outcome on demand, and nothing of it is real."""

import pytest
from sqlmodel import select

from api.customers import merchants
from api.intake import submit
from api.intake.submit import PLAYED_REVIEW_TAKES
from api.reviewing.deciding import settle_due
from api.reviewing.roles import Actor, Role
from api.reviewing.waiting import count_queues
from api.storage.clock import now
from api.storage.tables import Merchant, OutboxEvent, Reviewer


@pytest.fixture
def tried(client, database):
    """Calls with a test key of the same shop."""
    with database.writing() as session:
        shop = session.exec(select(Merchant)).one()
        scopes = ["screenings:write", "screenings:read", "previews"]
        token = merchants.create_key(session, shop.id, "test", scopes, mode="test")[1]
        again = merchants.create_key(session, shop.id, "test 2", scopes, mode="test")[0]
    assert token.startswith("mk_test_")
    assert again.merchant_id != shop.id
    headers = {"Authorization": f"Bearer {token}"}

    def place(text, **more):
        body = {"fields": [{"name": "a", "text": text}], **more}
        return client.post("/v1/screenings", json=body, headers=headers).json()

    place.headers = headers
    return place


@pytest.mark.parametrize(
    ("text", "status", "reasons", "queue"),
    [
        ("test:approve rejectme", "approved", [], None),
        ("x test:reject:hate", "rejected", ["hate"], None),
        ("test:reject", "rejected", ["unclear"], None),
        ("test:review:brand_targeting", "in_review", ["brand_targeting"], "brand"),
        ("test:timeout", "in_review", ["unclear"], "general"),
        ("rejectme", "rejected", ["profanity"], None),
    ],
)
def test_a_text_chooses_its_outcome(client, tried, text, status, reasons, queue):
    body = tried(text)
    assert (body["mode"], body["status"]) == ("test", status)
    assert [reason["category"] for reason in body["reasons"]] == reasons
    assert (body["case"] or {}).get("queue") == queue
    # Nothing is laid to the text of an order that waits because a check did not answer.
    assert ("not everything is decided automatically" in body["message"]) == (text == "test:timeout")
    typed = {"fields": [{"name": "a", "text": text}]}
    hint = client.post("/v1/previews", json=typed, headers=tried.headers).json()["hint"]
    assert hint == ("looks_fine" if status == "approved" else "needs_a_look")


@pytest.mark.parametrize(("then", "status"), [("approve", "approved"), ("reject:politics", "rejected")])
def test_a_reviewer_is_played_on_the_way_that_real_verdicts_go(client, database, tried, then, status):
    body = tried(f"test:review-then-{then}")
    assert body["status"] == "in_review"
    assert settle_due(database, now() + PLAYED_REVIEW_TAKES) == 1
    after = client.get(f"/v1/screenings/{body['id']}", headers=tried.headers).json()
    assert after["status"] == status
    with database.reading() as session:
        told = [e.type for e in session.exec(select(OutboxEvent).order_by(OutboxEvent.id))]
    assert told == ["screening.in_review", f"screening.{status}"]


def test_two_servers_that_make_the_player_at_once_both_answer(client, database, tried, monkeypatch):
    """The one that comes second meets what the first one made, and looks again."""
    first = tried("test:review-then-approve")
    with database.writing() as session:
        player = session.exec(select(Reviewer).where(Reviewer.pseudonym == "Test reviewer")).one()
        player.merchant_id = session.exec(select(Merchant.id).where(Merchant.name == "Shop")).one()
    made = submit._test_reviewer

    def meets_another(merchant_id):
        monkeypatch.setattr(submit, "_test_reviewer", made_again)
        return made(merchant_id)

    def made_again(merchant_id):
        reviewer = made(merchant_id)
        reviewer.email = f"again.{reviewer.email}"
        return reviewer

    monkeypatch.setattr(submit, "_test_reviewer", meets_another)
    second = tried("test:review-then-approve")
    assert [first["status"], second["status"]] == ["in_review", "in_review"]


def test_nothing_of_it_is_seen_among_the_real(client, database, tried):
    body = tried("test:review:hate")
    assert client.get(f"/v1/screenings/{body['id']}").status_code == 404
    assert client.get("/v1/screenings").json()["items"] == []
    with database.reading() as session:
        shop = session.exec(select(Merchant).where(Merchant.name == "Shop")).one()
        lead = Actor(id="rev_x", merchant_id=shop.id, pseudonym="x", role=Role.LEAD)
        assert sum(count.waiting for count in count_queues(session, lead, now())) == 0


def test_with_a_real_key_the_words_are_words(client):
    body = client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "test:reject:hate"}]}).json()
    assert (body["mode"], body["status"]) == ("live", "approved")


def test_a_test_key_decides_by_the_shops_own_policy(database, tried, client):
    with database.writing() as session:
        shop = session.exec(select(Merchant).where(Merchant.name == "Shop")).one()
        shop.policy = "family"
    assert tried("hello")["versions"]["policy"].startswith("family")
    assert client.get("/v1/guidelines", headers=tried.headers).json()["policy"].startswith("family")
