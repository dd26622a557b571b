"""After the first answer: a new text, an appeal, a withdrawal, erasure. Nothing is decided twice, nothing unheard."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.reviewing import claims, deciding
from api.reviewing.deciding import Verdict
from api.reviewing.orders import MAX_REVISIONS
from api.reviewing.roles import Actor, Role
from api.storage.clock import now
from api.storage.tables import (
    Appeal,
    CaseEventRecord,
    DecisionRecord,
    IdempotencyKey,
    Merchant,
    OutboxEvent,
    ReviewCase,
    Reviewer,
    Screening,
)
from moderation.errors import DishonestReason
from moderation.evidence import Category, Outcome
from tests.api.conftest import make_token


def place(client, text, **more):
    order = {"reference": "order-1", "fields": [{"name": "line1", "text": text}], "brand": "Stride", **more}
    return client.post("/v1/screenings", json=order).json()


def fields(text):
    return {"fields": [{"name": "line1", "text": text}]}


@pytest.fixture
def hire(database):
    def add(name, role=Role.REVIEWER):
        with database.writing() as session:
            shop = session.exec(select(Merchant).where(Merchant.name == "Shop")).one()
            shop.undo_seconds = 0
            person = Reviewer(
                merchant_id=shop.id, email=f"{name}@x.example", pseudonym=name, role=role, password_hash=""
            )
            session.add(person)
        return Actor(id=person.id, merchant_id=shop.id, pseudonym=name, role=role)

    return add


def judge(database, actor, case_id, verdict):
    with database.writing() as session:
        case = claims.claim(session, actor, case_id, now())
        deciding.decide(session, actor, case_id, case.version, verdict, now())


def events(database):
    with database.reading() as session:
        return [e.type.removeprefix("screening.") for e in session.exec(select(OutboxEvent).order_by(OutboxEvent.id))]


REJECTED = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It is about us.")
APPROVED = Verdict(outcome=Outcome.APPROVE, ground="It is a town.")


# A new text


@pytest.mark.parametrize(("old", "closed"), [("a rejectme b", "rejected"), ("a reviewme b", "withdrawn")])
def test_a_new_text_is_a_screening_of_its_own_linked_to_the_old_one(client, database, old, closed):
    first = place(client, old, locale="de", metadata={"till": 4})
    answer = client.post(f"/v1/screenings/{first['id']}/revisions", json=fields("hello"))
    new = answer.json()
    assert answer.status_code == 201
    assert (new["status"], new["revision"], new["revision_of"]) == ("approved", 2, first["id"])
    assert new["reference"] == "order-1"
    before = client.get(f"/v1/screenings/{first['id']}").json()
    assert (before["status"], before["revised_by"], before["case"]) == (closed, new["id"], None)
    with database.reading() as session:
        kept = session.get_one(Screening, new["id"])
        assert (kept.locale, kept.extra, kept.brand) == ("de", {"till": 4}, "Stride")
        assert {case.state for case in session.exec(select(ReviewCase))} <= {"closed"}
    assert events(database)[-1] == "approved"


def test_a_text_that_was_replaced_or_approved_takes_no_new_one(client):
    first = place(client, "rejectme")
    path = f"/v1/screenings/{first['id']}/revisions"
    second = client.post(path, json=fields("hello")).json()
    again = client.post(path, json=fields("hi"))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_revised")
    assert again.json()["error"]["revised_by"] == second["id"]
    approved = client.post(f"/v1/screenings/{second['id']}/revisions", json=fields("hi"))
    assert (approved.status_code, approved.json()["error"]["code"]) == (409, "not_revisable")


def test_an_order_has_a_limited_number_of_texts(client):
    at = place(client, "rejectme 1")["id"]
    for number in range(2, MAX_REVISIONS + 1):
        at = client.post(f"/v1/screenings/{at}/revisions", json=fields(f"rejectme {number}")).json()["id"]
    refused = client.post(f"/v1/screenings/{at}/revisions", json=fields("hello"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_revisions")


def test_the_same_revision_with_the_same_key_is_made_once(client):
    first = place(client, "rejectme")
    send = {"json": fields("hello"), "headers": {"Idempotency-Key": "r1"}}
    one = client.post(f"/v1/screenings/{first['id']}/revisions", **send)
    two = client.post(f"/v1/screenings/{first['id']}/revisions", **send)
    assert (one.status_code, two.status_code, two.headers["idempotent-replayed"]) == (201, 200, "true")
    assert one.content == two.content
    elsewhere = client.post("/v1/screenings", json=fields("hello"), headers={"Idempotency-Key": "r1"})
    assert elsewhere.json()["error"]["code"] == "idempotency_conflict"


# An appeal


def test_an_appeal_against_the_machine_is_answered_by_a_person_and_the_shop_hears(client, database, hire):
    heron = hire("Heron")
    first = place(client, "rejectme")
    lodged = client.post(f"/v1/screenings/{first['id']}/appeal", json={"message": "It is a town."})
    body = lodged.json()
    assert lodged.status_code == 201
    assert (body["status"], body["case"]["queue"], body["appeal"]["verdict"]) == ("in_review", "appeals", None)
    judge(database, heron, body["case"]["id"], APPROVED)
    after = client.get(f"/v1/screenings/{first['id']}").json()
    assert after["status"] == "approved"
    assert (after["appeal"]["verdict"], after["appeal"]["reason"]) == ("overturned", "It is a town.")
    assert events(database) == ["rejected", "in_review", "approved"]
    with database.reading() as session:
        told = session.exec(select(OutboxEvent).where(OutboxEvent.type == "screening.approved")).one()
    assert told.payload["appeal"] == {"verdict": "overturned", "reason": "It is a town."}


def test_an_appeal_goes_to_a_reviewer_other_than_the_first(client, database, hire):
    heron, plover, wren = hire("Heron"), hire("Plover"), hire("Wren", Role.LEAD)
    first = place(client, "reviewme")
    judge(database, wren, first["case"]["id"], REJECTED)
    case = client.post(f"/v1/screenings/{first['id']}/appeal", json={"message": "Why?"}).json()["case"]
    from api.errors import Problem
    from api.reviewing.waiting import QueueFilter, next_case

    with database.writing() as session:
        assert next_case(session, wren, QueueFilter(), now()) is None
        assert next_case(session, heron, QueueFilter(), now()).id == case["id"]
        with pytest.raises(Problem, match="your own decision"):
            claims.claim(session, wren, case["id"], now())
        held = claims.claim(session, heron, case["id"], now())
        with pytest.raises(Problem, match="your own decision"):
            claims.take_over(session, wren, case["id"], held.version, "mine", now())
    silent = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING)
    with database.writing() as session, pytest.raises(DishonestReason, match="customer reads it"):
        deciding.decide(session, heron, case["id"], held.version, silent, now())
    judge(database, heron, case["id"], REJECTED)
    after = client.get(f"/v1/screenings/{first['id']}").json()
    assert (after["status"], after["appeal"]["verdict"]) == ("rejected", "upheld")
    again = client.post(f"/v1/screenings/{first['id']}/appeal", json={"message": "But why?"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_appealed")
    assert plover.id != heron.id


@pytest.mark.parametrize("text", ["hello", "reviewme"])
def test_only_a_rejection_can_be_appealed(client, text):
    made = place(client, text)
    refused = client.post(f"/v1/screenings/{made['id']}/appeal", json={"message": "No."})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_rejected")


# Withdrawing and erasing


def test_a_withdrawn_order_is_decided_by_nobody_and_the_shop_hears_once(client, database, hire):
    heron = hire("Heron")
    made = place(client, "reviewme")
    for _ in range(2):
        gone = client.post(f"/v1/screenings/{made['id']}/withdraw")
        assert (gone.status_code, gone.json()["status"], gone.json()["case"]) == (200, "withdrawn", None)
    assert events(database) == ["in_review", "withdrawn"]
    from moderation.errors import CaseConflict

    with database.writing() as session, pytest.raises(CaseConflict, match="closed"):
        claims.claim(session, heron, made["case"]["id"], now())


def test_an_order_is_withdrawn_and_erased_by_whichever_of_its_texts_the_shop_knows(client, database):
    first = place(client, "a reviewme b")
    second = client.post(f"/v1/screenings/{first['id']}/revisions", json=fields("canary rejectme")).json()
    third = client.post(f"/v1/screenings/{second['id']}/revisions", json=fields("canary reviewme")).json()
    gone = client.post(f"/v1/screenings/{first['id']}/withdraw")
    assert (gone.json()["id"], gone.json()["status"]) == (first["id"], "withdrawn")
    states = [client.get(f"/v1/screenings/{each['id']}").json()["status"] for each in (second, third)]
    assert states == ["rejected", "withdrawn"]
    assert events(database)[-1] == "withdrawn"
    client.delete(f"/v1/screenings/{second['id']}/text")
    for each in (first, second, third):
        assert client.get(f"/v1/screenings/{each['id']}/text").json()["fields"] == []
    assert client.get(f"/v1/screenings/{third['id']}").json()["erased_at"]


def test_a_verdict_that_has_not_taken_effect_goes_with_the_order(client, database, hire):
    heron = hire("Heron")
    with database.writing() as session:
        session.exec(select(Merchant)).one().undo_seconds = 15
    made = place(client, "reviewme")
    judge(database, heron, made["case"]["id"], REJECTED)
    assert client.post(f"/v1/screenings/{made['id']}/withdraw").json()["status"] == "withdrawn"
    assert deciding.settle_due(database, now() + timedelta(minutes=1)) == 0
    assert events(database) == ["in_review", "withdrawn"]


def test_erasing_takes_the_words_everywhere_and_leaves_the_decision(client, database, hire):
    heron = hire("Heron")
    first = client.post(
        "/v1/screenings",
        json={**fields("canary rejectme"), "metadata": {"note": "canary"}},
        headers={"Idempotency-Key": "k"},
    ).json()
    second = client.post(f"/v1/screenings/{first['id']}/revisions", json=fields("canary reviewme")).json()
    judge(
        database,
        heron,
        second["case"]["id"],
        Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="canary"),
    )
    appealed = client.post(f"/v1/screenings/{second['id']}/appeal", json={"message": "canary"}).json()
    client.post(f"/v1/screenings/{second['id']}/messages", json={"text": "canary", "party": "customer"})
    assert appealed["status"] == "in_review"
    erased = client.delete(f"/v1/screenings/{second['id']}/text")
    assert erased.status_code == 200
    assert (erased.json()["status"], erased.json()["outcome"]) == ("withdrawn", "reject")
    assert client.delete(f"/v1/screenings/{second['id']}/text").json() == erased.json()
    with database.engine.connect() as connection:
        for table in Screening.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                for column, value in row._mapping.items():
                    assert "canary" not in str(value), f"{table.name}.{column}"
                    assert "rejectme" not in str(value) or column == "source" or "words/" in str(value), table.name
    with database.reading() as session:
        screenings = session.exec(select(Screening)).all()
        assert all(each.likeness is None and each.fields == [] and each.erased_at for each in screenings)
        decisions = session.exec(select(DecisionRecord)).all()
        assert [d.reasons for d in sorted(decisions, key=lambda d: d.id)] == [
            ["profanity"],
            ["brand_targeting"],
            ["brand_targeting"],
        ]
        chain = [
            e.detail["version"]
            for e in session.exec(select(CaseEventRecord).order_by(CaseEventRecord.id))
            if e.kind != "opened"
        ]
        assert chain == sorted(chain)
        assert session.exec(select(IdempotencyKey)).one().answer == client.get(f"/v1/screenings/{first['id']}").text
        assert session.exec(select(Appeal)).one().message == "[erased]"


def test_what_belongs_to_another_shop_cannot_be_touched(client, database):
    made = place(client, "rejectme")
    other = {"Authorization": f"Bearer {make_token(database, 'Other')}"}
    path = f"/v1/screenings/{made['id']}"
    answers = [
        client.post(f"{path}/revisions", json=fields("x"), headers=other),
        client.post(f"{path}/appeal", json={"message": "x"}, headers=other),
        client.post(f"{path}/withdraw", headers=other),
        client.delete(f"{path}/text", headers=other),
        client.get(f"{path}/messages", headers=other),
        client.post(f"{path}/messages", json={"text": "x"}, headers=other),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert client.get(path).json() == made
