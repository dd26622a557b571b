"""The checkout's calls: one answer, stored with everything that explains it, the same answer to the same key."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select

from api.storage.tables import DecisionRecord, OutboxEvent, ReviewCase, Screening
from tests.api.conftest import make_token


def order(text="hello", **more):
    return {"reference": "order-1", "fields": [{"name": "line1", "text": text}], "product": "mug", **more}


@pytest.mark.parametrize(
    ("text", "status", "outcome", "reasons", "queue"),
    [
        ("hello", "approved", "approve", [], None),
        ("a rejectme b", "rejected", "reject", ["profanity"], None),
        ("a reviewme b", "in_review", "review", ["brand_targeting"], "brand"),
        ("a breakme b", "in_review", "review", ["unclear"], "general"),
    ],
)
def test_an_order_gets_its_status_reasons_and_case(client, text, status, outcome, reasons, queue):
    response = client.post("/v1/screenings", json=order(text))
    body = response.json()
    assert response.status_code == 201
    assert (body["status"], body["outcome"]) == (status, outcome)
    assert [reason["category"] for reason in body["reasons"]] == reasons
    assert all(reason["message"] for reason in body["reasons"])
    assert (body["case"] or {}).get("queue") == queue
    assert set(body["versions"]) == {"policy", "lists", "brands", "model", "normaliser"}
    assert client.get(response.headers["location"]).json() == body


def test_what_was_decided_is_stored_with_its_event(client, database):
    answer = client.post("/v1/screenings", json=order("a reviewme b", locale="en", metadata={"till": 4})).json()
    with database.reading() as session:
        screening = session.exec(select(Screening)).one()
        decision = session.exec(select(DecisionRecord)).one()
        case = session.exec(select(ReviewCase)).one()
        event = session.exec(select(OutboxEvent)).one()
    assert screening.fields == [{"name": "line1", "text": "a reviewme b"}]
    assert screening.extra == {"till": 4}
    assert screening.decision_id == decision.id
    assert decision.decided_by == "machine"
    assert decision.evidence[0]["spans"] == [{"field": "line1", "start": 2, "end": 10}]
    assert case.id == answer["case"]["id"]
    assert (event.type, event.screening_id, event.relayed_at) == ("screening.in_review", screening.id, None)


@pytest.mark.parametrize(
    "text", ["NULL", "<b>x</b>", "'; -- drop", "🙂", " two  spaces ", "a\u0000b", "\u202eabc", "Ａ"]
)
def test_the_customers_text_is_kept_byte_for_byte(client, database, text):
    assert client.post("/v1/screenings", json=order(text)).status_code == 201
    with database.reading() as session:
        assert session.exec(select(Screening)).one().fields[0]["text"] == text


def test_the_same_key_and_body_get_the_first_answer_again(client, database):
    first = client.post("/v1/screenings", json=order("reviewme"), headers={"Idempotency-Key": "k1"})
    again = client.post("/v1/screenings", json=order("reviewme"), headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 1


def test_the_same_key_with_another_body_is_a_conflict(client):
    client.post("/v1/screenings", json=order("one"), headers={"Idempotency-Key": "k1"})
    response = client.post("/v1/screenings", json=order("two"), headers={"Idempotency-Key": "k1"})
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "idempotency_conflict"


def test_two_shops_may_use_the_same_key(client, database):
    other = make_token(database, "Other")
    client.post("/v1/screenings", json=order("one"), headers={"Idempotency-Key": "k1"})
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {other}"}
    assert client.post("/v1/screenings", json=order("two"), headers=headers).status_code == 201


def test_two_at_once_with_one_key_make_one_screening(client, database):
    def send(_):
        return client.post("/v1/screenings", json=order("reviewme"), headers={"Idempotency-Key": "race"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.content for answer in answers}) == 1
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 1
        assert session.exec(select(func.count()).select_from(OutboxEvent)).one() == 1


def test_the_list_is_newest_first_in_cursor_pages_and_filtered(client):
    made = [
        client.post("/v1/screenings", json=order(t, reference=r)).json()["id"]
        for t, r in [("a", "r1"), ("rejectme", "r1"), ("b", "r2"), ("c", "r1")]
    ]
    seen, cursor = [], None
    while True:
        page = client.get("/v1/screenings", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(made, reverse=True)
    by_reference = client.get("/v1/screenings", params={"reference": "r1"}).json()["items"]
    assert [item["id"] for item in by_reference] == [made[3], made[1], made[0]]
    by_status = client.get("/v1/screenings", params={"status": "rejected"}).json()["items"]
    assert [item["id"] for item in by_status] == [made[1]]


def test_another_shops_screening_does_not_exist(client, database):
    made = client.post("/v1/screenings", json=order()).json()["id"]
    other = {"Authorization": f"Bearer {make_token(database, 'Other')}"}
    theirs, missing = client.get(f"/v1/screenings/{made}", headers=other), client.get("/v1/screenings/scr_none")
    assert theirs.status_code == missing.status_code == 404
    assert theirs.json() == missing.json()
    assert client.get("/v1/screenings", headers=other).json()["items"] == []


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_good_key_nothing_is_said(client, headers):
    response = client.post("/v1/screenings", json=order(), headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthorized"
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_and_a_key_without_the_scope_are_refused(client, database):
    from api.customers import merchants

    reading = make_token(database, "Reader", "screenings:read")
    refused = client.post("/v1/screenings", json=order(), headers={"Authorization": f"Bearer {reading}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")
    with database.writing() as session:
        caller = merchants.authenticate(session.connection(), reading)
        merchants.revoke_key(session, caller.key.id)
    assert client.get("/v1/screenings", headers={"Authorization": f"Bearer {reading}"}).status_code == 401


def test_messages_come_in_the_customers_language(client):
    english = client.post("/v1/screenings", json=order("rejectme", locale="en")).json()["message"]
    unknown = client.post("/v1/screenings", json=order("rejectme", locale="xx-YY")).json()["message"]
    german = client.post("/v1/screenings", json=order("rejectme", locale="de-AT")).json()["message"]
    assert english == unknown != german


def test_a_key_is_remembered_for_a_day_and_then_forgotten(client, database):
    from datetime import timedelta

    from api.intake.idempotency import KEPT_FOR, forget_old_keys
    from api.storage.clock import now

    first = client.post("/v1/screenings", json=order("one"), headers={"Idempotency-Key": "k1"}).json()["id"]
    forget_old_keys(database, now() + KEPT_FOR - timedelta(minutes=1))
    assert client.post("/v1/screenings", json=order("one"), headers={"Idempotency-Key": "k1"}).json()["id"] == first
    forget_old_keys(database, now() + KEPT_FOR + timedelta(minutes=1))
    assert client.post("/v1/screenings", json=order("two"), headers={"Idempotency-Key": "k1"}).status_code == 201
    assert timedelta(hours=24) <= KEPT_FOR


def test_the_list_is_filtered_by_whose_and_what_and_when(client):
    made = client.post("/v1/screenings", json=order("a", customer="c-1", brand="Stride")).json()
    client.post("/v1/screenings", json=order("b", customer="c-2", brand="Aurelia"))

    def found(**wanted):
        return [item["id"] for item in client.get("/v1/screenings", params=wanted).json()["items"]]

    assert found(customer="c-1") == found(brand="Stride") == [made["id"]]
    assert found(customer="c-1\0") == []
    assert len(found(created_from=made["created_at"])) == 2
    assert found(created_until=made["created_at"]) == []
