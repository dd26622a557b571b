"""The webhook calls, on both databases; what they promise about sending is tested with a worker at work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.customers import merchants
from api.main import create_app
from api.settings import Settings
from api.storage.database import Database
from api.storage.tables import ApiKey, AuditEvent, ReviewCase, Screening
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.delivery import receiver as receivers
from tests.delivery.conftest import ENGINES, Shop, make_shop, served_database
from tests.delivery.receiver import Receiver, wait_until

ENDPOINTS = "/v1/webhook-endpoints"
#: An address of the internet that needs no name service.
PUBLIC = "https://93.184.216.34/hooks"


@pytest.fixture(scope="module", params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a worker that makes its second attempts after a minute: not while a test looks."""
    with served_database(request, tmp_path_factory, back_off=(60,)) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(database: Database) -> FastAPI:
    return _app(database, allow_private=False)


@pytest.fixture(scope="module")
def lenient_app(database: Database) -> FastAPI:
    """An installation for tests: it may call private addresses."""
    return _app(database, allow_private=True)


def _app(database: Database, *, allow_private: bool) -> FastAPI:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, secret_key="k" * 32, run_worker=False, allow_private_webhooks=allow_private)
    nothing_to_detect = Pipeline((), load_policies(), {"lists": "l1", "brands": "b1", "model": "m1"})
    return create_app(settings, nothing_to_detect)


def _client(app: FastAPI, shop: Shop, *scopes: str) -> TestClient:
    with shop.database.writing() as session:
        wanted = scopes or ("webhooks", "screenings:read")
        _key, token = merchants.create_key(session, shop.merchant_id, "test", wanted)
    return TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)


@pytest.fixture
def shop(database: Database) -> Shop:
    return make_shop(database)


@pytest.fixture
def client(app: FastAPI, shop: Shop) -> TestClient:
    return _client(app, shop)


@pytest.fixture
def stranger(app: FastAPI, database: Database) -> TestClient:
    """Another shop at the same installation."""
    return _client(app, make_shop(database))


def _create(client: TestClient, url: str = PUBLIC, **more: Any) -> dict[str, Any]:
    answer = client.post(ENDPOINTS, json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def _error(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    detail: str = answer.json()["error"]["detail"]
    return detail


def test_a_secret_is_shown_once(client: TestClient) -> None:
    created = _create(client, event_types=["screening.approved", "screening.approved"])
    assert created["secret"].startswith("whsec_")
    assert created["event_types"] == ["screening.approved"]
    assert created["status"] == "active"
    listed = client.get(ENDPOINTS)
    single = client.get(f"{ENDPOINTS}/{created['id']}")
    for text in (listed.text, single.text):
        assert created["id"] in text
        assert "whsec_" not in text


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://93.184.216.34/", "https://"),
        ("https://127.0.0.1/", "not a public internet address"),
        ("https://localhost:8000/", "not a public internet address"),
        ("https://[::1]/", "not a public internet address"),
        ("https://169.254.169.254/", "not a public internet address"),
        ("https://user:secret@93.184.216.34/", "user name"),
        ("https://no-such-host.invalid/", "does not resolve"),
    ],
)
def test_an_address_that_we_would_not_call_is_refused_at_creation(client: TestClient, url: str, says: str) -> None:
    assert says in _error(client.post(ENDPOINTS, json={"url": url}), 422, "address_refused")
    assert client.get(ENDPOINTS).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"url": 5}',
        b'{"url": ""}',
        b'{"url": "https://93.184.216.34/", "surprise": 1}',
        b'{"url": "https://93.184.216.34/", "event_types": ["screening.everything"]}',
        b'{"url": "https://93.184.216.34/\\u0000"}',
        b'{"url": "https://\\ud800.example/"}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_a_reason(client: TestClient, body: bytes) -> None:
    answer = client.post(ENDPOINTS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}
    assert client.get(ENDPOINTS).json()["items"] == []


def test_endpoints_come_in_pages_the_newest_first(client: TestClient) -> None:
    created = [_create(client, f"{PUBLIC}/{number}")["id"] for number in range(3)]
    first = client.get(ENDPOINTS, params={"limit": 2}).json()
    second = client.get(ENDPOINTS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == created[::-1]
    assert second["next_cursor"] is None


def test_there_is_a_limit_to_endpoints(client: TestClient) -> None:
    for number in range(20):
        _create(client, f"{PUBLIC}/{number}")
    assert "Delete one" in _error(client.post(ENDPOINTS, json={"url": PUBLIC}), 409, "too_many_endpoints")


def test_another_shops_endpoint_is_as_unknown_as_none(client: TestClient, stranger: TestClient) -> None:
    mine = _create(client)["id"]
    span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    for identifier in (mine, "whe_unknown"):
        base = f"{ENDPOINTS}/{identifier}"
        answers = [
            stranger.get(base),
            stranger.delete(base),
            stranger.post(f"{base}/disable"),
            stranger.post(f"{base}/enable"),
            stranger.post(f"{base}/rotate-secret"),
            stranger.post(f"{base}/test"),
            stranger.get(f"{base}/deliveries"),
            stranger.post(f"{base}/deliveries/dlv_1/replay"),
            stranger.post(f"{base}/replay", json=span),
        ]
        for answer in answers:
            assert _error(answer, 404, "endpoint_not_found") == (
                "There is no webhook endpoint with this id for this key."
            )
    assert client.get(f"{ENDPOINTS}/{mine}").json()["status"] == "active"


def test_the_scope_is_needed(app: FastAPI, shop: Shop) -> None:
    client = _client(app, shop, "screenings:write", "screenings:read")
    _error(client.get(ENDPOINTS), 403, "scope_missing")
    _error(client.post(ENDPOINTS, json={"url": PUBLIC}), 403, "scope_missing")
    client.headers.pop("Authorization")
    _error(client.get(ENDPOINTS), 401, "unauthorized")


def test_rotation_overlaps_for_as_long_as_asked(client: TestClient) -> None:
    created = _create(client)
    base = f"{ENDPOINTS}/{created['id']}"
    rotated = client.post(f"{base}/rotate-secret", json={"overlap_hours": 2}).json()
    assert rotated["secret"] not in (created["secret"], None)
    until = datetime.fromisoformat(rotated["old_secrets_until"])
    assert timedelta(minutes=119) < until - datetime.now(UTC) <= timedelta(hours=2)
    assert client.post(f"{base}/rotate-secret", json={"overlap_hours": 0}).json()["old_secrets_until"] is None
    assert client.post(f"{base}/rotate-secret").json()["old_secrets_until"] is not None
    for wrong in (-1, 169, "NaN", "soon"):
        _error(client.post(f"{base}/rotate-secret", json={"overlap_hours": wrong}), 422, "invalid_request")


def test_a_disabled_endpoint_cannot_be_tested_or_replayed_until_it_is_enabled(client: TestClient) -> None:
    base = f"{ENDPOINTS}/{_create(client)['id']}"
    assert client.post(f"{base}/disable").json()["status"] == "disabled"
    assert "/enable" in _error(client.post(f"{base}/test"), 409, "endpoint_disabled")
    span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    _error(client.post(f"{base}/replay", json=span), 409, "endpoint_disabled")
    assert client.post(f"{base}/enable").json()["status"] == "active"
    assert client.post(f"{base}/test").status_code == 202


def test_every_change_of_an_endpoint_is_in_the_shops_log(client: TestClient, shop: Shop) -> None:
    base = f"{ENDPOINTS}/{client.post(ENDPOINTS, json={'url': PUBLIC + '?token=s3cret'}).json()['id']}"
    for move in ("rotate-secret", "disable", "enable"):
        assert client.post(f"{base}/{move}").status_code == 200
    assert client.delete(base).status_code == 204
    with shop.database.reading() as session:
        mine = col(AuditEvent.merchant_id) == shop.merchant_id, col(AuditEvent.kind).startswith("webhook_")
        events = session.exec(select(AuditEvent).where(*mine).order_by(col(AuditEvent.id))).all()
        keys = session.exec(select(ApiKey.id).where(ApiKey.merchant_id == shop.merchant_id)).all()
    kinds = ["webhook_added", "webhook_rotated", "webhook_disabled", "webhook_enabled", "webhook_deleted"]
    assert [event.kind for event in events] == kinds
    assert {event.about for event in events} == {base.rpartition("/")[2]}
    assert {event.actor for event in events} <= set(keys)
    assert "s3cret" not in str([event.detail for event in events])


def test_a_span_that_ends_before_it_begins_is_refused(client: TestClient) -> None:
    base = f"{ENDPOINTS}/{_create(client)['id']}"
    span = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert "before" in _error(client.post(f"{base}/replay", json=span), 422, "invalid_request")
    without_zone = {"since": "2026-01-01T00:00:00", "until": "2026-01-02T00:00:00"}
    _error(client.post(f"{base}/replay", json=without_zone), 422, "invalid_request")


def test_reconcile_lists_what_is_undecided_and_nothing_of_others(
    client: TestClient, stranger: TestClient, shop: Shop, database: Database
) -> None:
    shop.decide("approved")
    held = [shop.decide("in_review").screening_id for _ in range(3)]
    due = datetime(2026, 11, 30, tzinfo=UTC)
    with database.writing() as session:
        session.add(
            ReviewCase(
                merchant_id=shop.merchant_id,
                screening_id=held[0] or "",
                queue="brand",
                state="open",
                severity=2,
                risk=0.5,
                due_at=due,
            )
        )
    first = client.get("/v1/reconcile", params={"limit": 2}).json()
    second = client.get("/v1/reconcile", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert (first["total"], second["next_cursor"]) == (3, None)
    assert [item["screening_id"] for item in first["items"] + second["items"]] == held[::-1]
    assert second["items"][0]["queue"] == "brand"
    assert datetime.fromisoformat(second["items"][0]["due_at"]) == due
    assert stranger.get("/v1/reconcile").json()["total"] == 0
    with database.writing() as session:
        session.get_one(Screening, held[2]).status = "approved"
    assert client.get("/v1/reconcile").json()["total"] == 2


@pytest.fixture
def sending_client(lenient_app: FastAPI, shop: Shop) -> TestClient:
    return _client(lenient_app, shop)


def test_an_endpoints_life_over_http(sending_client: TestClient, receiver: Receiver, shop: Shop) -> None:
    """Test event, rotation, a shop that is down, replay of what waits, of one, of a span, and deletion."""
    client = sending_client
    created = _create(client, receiver.url, event_types=["screening.rejected"])
    base = f"{ENDPOINTS}/{created['id']}"

    def deliveries(**params: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get(f"{base}/deliveries", params=params).json()["items"]
        return items

    test_event = client.post(f"{base}/test").json()["event_id"]
    [received] = receiver.wait_for(1)
    assert (received.id, received.verified(created["secret"])["type"]) == (test_event, "webhook.test")
    wait_until(lambda: [d["status"] for d in deliveries()] == ["delivered"])
    [delivered] = deliveries()
    assert (delivered["response_code"], delivered["attempts"], delivered["screening_id"]) == (200, 1, None)
    assert 0 <= delivered["latency_ms"] < 2000

    rotated = client.post(f"{base}/rotate-secret").json()
    receiver.behave = [receivers.answer(500)]
    waiting = shop.decide()
    received = receiver.wait_for(2)[1]
    assert received.verified(rotated["secret"]) == received.verified(created["secret"])
    wait_until(lambda: [d["attempts"] for d in deliveries(status="pending")] == [1])
    [pending] = deliveries(status="pending")
    assert pending["response_code"] == 500

    receiver.behave = [receivers.accept]
    replay = client.post(f"{base}/deliveries/{pending['id']}/replay")
    assert (replay.status_code, replay.json()["event_id"]) == (202, waiting.id)
    wait_until(lambda: len(deliveries(status="delivered")) == 2)
    assert [d["attempts"] for d in deliveries() if d["event_id"] == waiting.id] == [2]

    client.post(f"{base}/deliveries/{pending['id']}/replay")
    receiver.wait_for(4)
    assert [r.id for r in receiver.received[1:]] == [waiting.id] * 3

    client.post(f"{base}/disable")
    missed, unwanted = shop.decide(), shop.decide("approved")
    wait_until(lambda: shop.was_relayed(missed) and shop.was_relayed(unwanted))
    client.post(f"{base}/enable")
    span = {
        "since": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    assert client.post(f"{base}/replay", json=span).json() == {"requested": 1}
    assert receiver.wait_for(5)[4].id == missed.id
    wait_until(lambda: {d["status"] for d in deliveries()} == {"delivered"})
    assert client.post(f"{base}/replay", json=span).json() == {"requested": 0}
    assert client.post(f"{base}/replay", json={**span, "include_delivered": True}).json() == {"requested": 2}
    assert {r.id for r in receiver.wait_for(7)[5:]} == {waiting.id, missed.id}

    assert client.delete(base).status_code == 204
    _error(client.get(base), 404, "endpoint_not_found")
    last = shop.decide()
    wait_until(lambda: shop.was_relayed(last))
    assert len(receiver.received) == 7


def test_deleting_an_endpoint_ends_what_was_on_its_way(
    sending_client: TestClient, receiver: Receiver, shop: Shop
) -> None:
    client = sending_client
    receiver.behave = [receivers.answer(500)]
    doomed, kept = _create(client, receiver.url + "/doomed"), _create(client, receiver.url + "/kept")
    shop.decide()
    receiver.wait_for(2)
    wait_until(lambda: [d.attempts for d in shop.deliveries()] == [1, 1])
    assert client.delete(f"{ENDPOINTS}/{doomed['id']}").status_code == 204
    assert [d.endpoint_id for d in shop.deliveries()] == [kept["id"]]
