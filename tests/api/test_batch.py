"""Many at once: each order as if it had come alone."""

from sqlalchemy import event
from sqlmodel import func, select

from api.storage.tables import Screening


def order(text, **more):
    return {"fields": [{"name": "line1", "text": text}], **more}


def test_each_order_has_its_own_result_in_its_own_place(client, database):
    items = [order("hello"), order("rejectme"), {"fields": []}, "no order", order("reviewme", reference="r")]
    answer = client.post("/v1/screenings/batch", json={"items": items})
    results = answer.json()["items"]
    assert answer.status_code == 200
    assert [each["status"] for each in results] == [201, 201, 422, 422, 201]
    assert [(each["screening"] or {}).get("status") for each in results] == [
        "approved", "rejected", None, None, "in_review",
    ]  # fmt: skip
    assert "fields" in results[2]["error"]["detail"]
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 3


def test_each_order_has_its_own_idempotency(client, database):
    alone = client.post("/v1/screenings", json=order("one"), headers={"Idempotency-Key": "k1"}).json()
    items = [
        order("one", idempotency_key="k1"),
        order("two", idempotency_key="k1"),
        order("two", idempotency_key="k2"),
        order("two", idempotency_key="k2"),
    ]
    results = client.post("/v1/screenings/batch", json={"items": items}).json()["items"]
    assert [each["status"] for each in results] == [200, 409, 201, 200]
    assert results[0]["screening"] == alone
    assert results[1]["error"]["code"] == "idempotency_conflict"
    assert results[2]["screening"] == results[3]["screening"]


def test_a_batch_has_a_size(client):
    for items in ([], [order("x")] * 501):
        assert client.post("/v1/screenings/batch", json={"items": items}).status_code == 422


def test_a_batch_waits_for_the_disk_a_few_times_only(client):
    commits = []
    engine = client.app.state.moderation.database.engine
    client.post("/v1/screenings", json=order("the key's first use is noted"))
    event.listen(engine, "commit", lambda connection: commits.append(connection))
    results = client.post("/v1/screenings/batch", json={"items": [order(f"text {n}") for n in range(100)]})
    assert [each["status"] for each in results.json()["items"]] == [201] * 100
    assert len(commits) == 2
