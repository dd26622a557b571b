"""Traces tell which route and which detectors took how long, and nothing that a customer wrote."""

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.errors import StartRefused
from api.tracing import start_tracing, trace_with

CALLER = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider)
    yield exporter
    trace_with(None)


def test_an_order_is_one_trace_of_its_caller_without_a_word_of_the_customer(client: TestClient, spans):
    headers = {"traceparent": f"00-{CALLER}-b7ad6b7169203331-01"}
    body = {
        "reference": "secret-canary",
        "customer": "secret-canary",
        "fields": [{"name": "a", "text": "secret-canary"}],
    }
    answer = client.post("/v1/screenings", json=body, headers=headers)
    client.get(f"/v1/screenings/{answer.json()['id']}")
    client.post("/v1/screenings", json=body | {"fields": [{"name": "a", "text": "breakme secret-canary"}]})
    client.post("/v1/screenings", content=b"secret-canary", headers={"Content-Type": "application/json"})
    made = spans.get_finished_spans()
    names = [each.name for each in made]
    assert {"POST /v1/screenings", "GET /v1/screenings/{screening_id}"} <= set(names)
    first = next(each for each in made if each.name == "POST /v1/screenings")
    assert f"{first.context.trace_id:032x}" == CALLER
    assert first.attributes["http.response.status_code"] == 201
    looked = [
        each for each in made if each.name.startswith("detector ") and each.context.trace_id == first.context.trace_id
    ]
    assert looked
    assert all(each.parent.span_id == first.context.span_id for each in looked)
    told = "".join(each.to_json() for each in made)
    assert "canary" not in told
    assert answer.json()["id"] not in told


def test_without_the_extra_the_start_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(StartRefused, match=r"moderation\[tracing\]"):
        start_tracing("http://127.0.0.1:1/v1/traces")
