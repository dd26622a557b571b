"""Whatever arrives, the answer is well formed: a decision or one clear error, never a fault, nothing lost."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from api.storage.tables import Screening


def order(text, **more):
    return {"fields": [{"name": "line1", "text": text}], **more}


def send(client, content, **headers):
    return client.post("/v1/screenings", content=content, headers={"Content-Type": "application/json", **headers})


BAD_BODIES = {
    "no json": b"{",
    "empty": b"",
    "not utf-8": b'{"fields": "\xff\xfe"}',
    "a list": b"[]",
    "null": b"null",
    "deep nesting": b'{"metadata":' + b"[" * 100_000,
    "no fields": b'{"fields": []}',
    "fields of the wrong type": b'{"fields": 5}',
    "a text of the wrong type": b'{"fields": [{"name": "a", "text": 5}]}',
    "an unknown field": b'{"fields": [{"name": "a", "text": "x"}], "colour": "red"}',
    "an unknown field inside": b'{"fields": [{"name": "a", "text": "x", "size": 5}]}',
    "a lone surrogate": b'{"fields": [{"name": "a", "text": "\\ud800"}]}',
    "a NUL in a label": b'{"fields": [{"name": "a", "text": "x"}], "reference": "a\\u0000b"}',
    "a time without a zone": b'{"fields": [{"name": "a", "text": "x"}], "deadline_at": "2026-01-01T00:00:00"}',
    "a huge number": b'{"fields": [{"name": "a", "text": "x"}], "metadata": {"n": 1e999}}',
    "two fields of one name": b'{"fields": [{"name": "a", "text": "x"}, {"name": "a", "text": "y"}]}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_does_not_fit_is_refused_in_the_one_shape(client, database, body):
    response = send(client, body)
    assert response.status_code in (400, 422), response.text
    error = response.json()["error"]
    assert error["code"]
    assert len(error["detail"]) > 20
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 0


def test_an_error_says_where_and_what_is_so(client):
    def said(response):
        assert response.status_code == 422
        error = response.json()["error"]
        assert error["code"] == "invalid_request"
        return error["places"][0]["at"], error["detail"]

    good = json.dumps(order("x")).encode()
    for label in ({}, {"Content-Type": "application/x-www-form-urlencoded"}):
        at, detail = said(client.post("/v1/screenings", content=good, headers=label))
        assert (at, "Content-Type: application/json" in detail) == ("header.content-type", True)
    at, detail = said(send(client, b'{"fields": ['))
    assert (at, "no JSON, from character 12" in detail) == ("body", True)
    at, detail = said(send(client, BAD_BODIES["two fields of one name"]))
    assert (at, detail.endswith("body.fields: field names must differ within one request")) == ("body.fields", True)
    for path in ("/v1/screenings?refrence=o-1", "/v1/reconcile?refrence=o-1"):
        at, detail = said(client.get(path))
        assert (at, "no such parameter; it takes" in detail) == ("query.refrence", True)
    at, detail = said(client.post("/v1/screenings?mode=test", json=order("x")))
    assert (at, "it takes none" in detail) == ("query.mode", True)


def test_ten_megabytes_are_refused_before_they_are_read(client):
    response = send(client, json.dumps(order("x" * 10_000_000)).encode())
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


def test_a_body_without_a_stated_length_is_cut_off_at_the_limit(client):
    chunks = (b"x" * 100_000 for _ in range(100))
    assert send(client, chunks).status_code == 413


def test_a_compressed_body_is_refused_and_never_unpacked(client, database):
    """Twenty megabytes that travel as twenty thousand bytes."""
    packed = gzip.compress(json.dumps(order("x")).encode() + b" " * 20_000_000)
    for encoding in ("gzip", "deflate", "br", "identity, gzip"):
        response = send(client, packed, **{"Content-Encoding": encoding})
        assert response.status_code in (400, 415, 422), response.text
        assert response.json()["error"]["code"]
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 0


def test_a_hundred_thousand_characters_get_a_decision(client):
    response = client.post("/v1/screenings", json=order("lorem ipsum " * 8334))
    assert response.status_code == 201
    assert [r["category"] for r in response.json()["reasons"]] == ["not_producible"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_order_gets_a_decision_that_says_so(client, text):
    body = client.post("/v1/screenings", json=order(text)).json()
    assert [r["category"] for r in body["reasons"]] == ["not_producible"]


def test_a_fault_in_a_detector_holds_the_order_says_so_and_keeps_the_text_out_of_the_log(client, caplog):
    body = client.post("/v1/screenings", json=order("breakme secret-canary")).json()
    assert body["status"] == "in_review"
    assert "check did not run" in body["evidence"][0]["explanation"]
    assert "secret-canary" not in caplog.text


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_get_a_well_formed_answer(client, body):
    response = send(client, body)
    assert response.status_code in (400, 422)
    assert response.json()["error"]["code"]


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_unicode_gets_a_decision(client, text):
    response = client.post("/v1/screenings", json=order(text))
    assert response.status_code == 201
    assert response.json()["status"] in ("approved", "rejected", "in_review")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nowhere", 404), ("PUT", "/v1/screenings", 405)])
def test_errors_of_the_router_have_the_one_shape_too(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert set(response.json()["error"]) >= {"code", "detail"}


def test_a_database_that_is_gone_approves_nothing_and_says_when_to_come_back(client, database):
    def lost(*_arguments):
        raise OperationalError("SELECT a secret-canary", {}, Exception("gone"))

    event.listen(client.app.state.moderation.database.engine, "before_cursor_execute", lost)
    response = client.post("/v1/screenings", json=order("hello"))
    event.remove(client.app.state.moderation.database.engine, "before_cursor_execute", lost)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "store_unavailable")
    assert response.headers["retry-after"]
    assert "secret-canary" not in response.text
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 0


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_off_the_calendar_is_refused(client, moment):
    assert client.post("/v1/screenings", json=order("x", deadline_at=moment)).status_code == 422
    assert client.get("/v1/screenings", params={"created_from": moment}).status_code == 422
