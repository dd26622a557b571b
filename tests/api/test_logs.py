"""Log lines are JSON with the request's id, and neither they nor the metrics carry a customer's word."""

import io
import json
import logging
import uuid
from urllib.parse import urlsplit

import pytest
import structlog

from api.logs import configure_logging
from tests.api.conftest import make_token

CANARY = "zebrafinch"
ORDER = {"fields": [{"name": "line1", "text": f"{CANARY} hello"}], "reference": "order-1"}


@pytest.fixture
def lines():
    """The log as a process writes it, at its most talkative."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure_logging("DEBUG", stream)

    def written():
        made = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [
            line for line in made if not line["logger"].startswith(("httpx2", "httpcore2"))
        ]  # the test's own client

    yield written
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    for handler in before[0]:
        root.addHandler(handler)
    root.setLevel(before[1])


def test_every_line_of_a_request_carries_its_id(client, lines):
    answer = client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "breakme"}]})
    mine = [line for line in lines() if line.get("request_id") == answer.headers["x-request-id"]]
    said = [line["event"] for line in mine]
    assert "detector words failed: RuntimeError" in said  # logged by another thread
    assert any(each.startswith("POST /v1/screenings answered 201 in ") for each in said)
    assert structlog.contextvars.get_contextvars() == {}


def test_an_id_that_came_with_the_request_is_kept_unless_it_could_be_words(client):
    given = uuid.uuid4().hex
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"] == given
    for odd in ("two words", "x" * 65, 'a"b', ""):
        assert client.get("/healthz", headers={"X-Request-ID": odd}).headers["x-request-id"] != odd


def test_two_requests_have_two_ids(client):
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(2)}) == 2


def test_a_refusal_and_a_fault_are_found_by_their_id_too(client, lines, monkeypatch):
    assert client.get("/v1/nothing").headers["x-request-id"]
    monkeypatch.setattr("api.intake.direct.answer_new", _fails)
    answer = client.post("/v1/screenings", json=ORDER)
    assert answer.status_code == 500
    said = [line for line in lines() if line.get("request_id") == answer.headers["x-request-id"]]
    assert any("ValueError" in line["event"] for line in said)


def _fails(*_arguments, **_named):
    raise ValueError(f"a fault that quotes {CANARY}")


def test_logs_and_metrics_carry_no_word_of_a_customer(client, database, lines, monkeypatch):
    """Along every way that an order's words take, faults included."""
    texts = (CANARY, f"{CANARY} rejectme", f"{CANARY} reviewme", f"{CANARY} breakme", f"{CANARY}\0")
    made = [client.post("/v1/screenings", json={**ORDER, "fields": [{"name": "a", "text": text}]}) for text in texts]
    assert [answer.status_code for answer in made] == [201] * 5
    typing = {"Authorization": f"Bearer {make_token(database, 'Typed', 'previews')}"}
    assert client.post("/v1/previews", json={"fields": ORDER["fields"]}, headers=typing).status_code == 200
    client.post("/v1/screenings/batch", json={"items": [ORDER]})
    client.post("/v1/screenings", json={**ORDER, "brand": {"not": CANARY}})
    client.post("/v1/screenings", content=f"{{{CANARY}")
    client.get(f"/v1/screenings/{CANARY}")
    link = urlsplit(made[1].json()["status_url"]).path
    assert client.get(link).status_code == 200
    client.post(f"{link}/appeal", data={"message": CANARY})
    client.get(f"/s/{CANARY}")
    client.get(f"/v1/screenings?reference={CANARY}")
    with monkeypatch.context() as broken:
        broken.setattr("api.intake.direct.answer_new", _fails)
        assert client.post("/v1/screenings", json=ORDER).status_code == 500
    assert link not in json.dumps(lines())  # who has the link sees the order
    assert CANARY not in json.dumps(lines())
    assert CANARY not in client.get("/metrics").text


@pytest.mark.parametrize("logger", ["uvicorn.error", "dbos", "api.delivery.deliveries"])
def test_an_exceptions_message_is_left_out_whoever_logs_it(lines, logger):
    """Libraries log tracebacks, and a traceback ends with a message that may quote anything."""
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        logging.getLogger(logger).exception("it failed")
    [line] = lines()
    assert (line["event"], line["error"], line["logger"]) == ("it failed", "RuntimeError", logger)
    assert "test_logs.py:" in line["places"]
    assert CANARY not in json.dumps(line)
