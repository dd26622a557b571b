"""The direct way answers as the documented route does: the same decision, byte for byte, and the same refusals."""

import json
import re

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.intake.direct import DirectRoute
from api.main import create_app


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


@pytest.fixture
def both(settings, pipeline, token):
    """The server as it is, and one whose orders go the usual way."""
    usual = create_app(settings, pipeline)
    usual.router.routes = [route for route in usual.router.routes if not isinstance(route, DirectRoute)]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with (
        TestClient(create_app(settings, pipeline), headers=headers) as direct,
        TestClient(usual, headers=headers) as plain,
    ):
        yield direct, plain


def alike(response):
    """What it says, without what differs between two orders: ids, moments, links."""
    told = re.sub(rb'(scr|case|dec)_[0-9A-Z]{26}|"[^"]*/s/[^"]*"', b"*", response.content)
    told = re.sub(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z", b"*", told)
    headers = {name for name, _ in response.headers.items()}
    return response.status_code, told, headers


words = st.lists(st.sampled_from(["hello", "rejectme", "reviewme", "breakme", "❤", "x" * 200]), max_size=3).map(
    " ".join
)
labels = st.none() | st.text(max_size=5)
orders = st.fixed_dictionaries(
    {"fields": st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc"), "text": words | st.text(max_size=20)}))},
    optional={
        "reference": labels,
        "locale": st.sampled_from(["de", "xx-YY", 7]),
        "deadline_at": st.sampled_from(["2030-01-01T00:00:00Z", "soon", 1893456000, None]),
        "metadata": st.dictionaries(
            labels, st.integers() | st.booleans() | st.floats() | st.text(max_size=3), max_size=2
        ),
        "unknown": st.just(1),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders)
def test_both_ways_answer_alike(both, order):
    body = json.dumps(order)
    direct, plain = (client.post("/v1/screenings", content=body) for client in both)
    assert alike(direct) == alike(plain)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, b'{"fields": [NaN]}'])
def test_what_is_no_order_is_refused_alike(both, body):
    direct, plain = (client.post("/v1/screenings", content=body) for client in both)
    assert alike(direct) == alike(plain)
    assert direct.status_code in (400, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic x"},
        {"Authorization": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "application/vnd.shop+json"},
        {"Idempotency-Key": ""},
        {"Idempotency-Key": "k" * 256},
        {"Idempotency-Key": "k"},
    ],
)
def test_headers_mean_the_same_on_both_ways(both, headers):
    body = json.dumps({"fields": [{"name": "a", "text": "hello"}]})
    direct, plain = (client.post("/v1/screenings", content=body, headers=headers) for client in both)
    if headers == {"Idempotency-Key": "k"}:
        assert (direct.content, plain.headers["idempotent-replayed"]) == (plain.content, "true")
    else:
        assert alike(direct) == alike(plain)
