"""Alive, ready part by part, and counted."""

from fastapi.testclient import TestClient

from api.main import create_app
from moderation.detectors.registry import MissingToxicity
from moderation.pipeline import Pipeline
from moderation.policy import load_policies


def test_a_sound_server_is_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert all(part["ready"] for part in ready.json()["parts"].values())


def test_without_its_model_the_server_says_so_and_holds_every_order(settings, token):
    lame = Pipeline(
        (MissingToxicity("the model is damaged"),),
        load_policies(),
        {"lists": "l", "brands": "b", "model": "unavailable"},
    )
    with TestClient(create_app(settings, lame), headers={"Authorization": f"Bearer {token}"}) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert not ready.json()["parts"]["model"]["ready"]
        answer = client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "hello"}]}).json()
    assert answer["status"] == "in_review"
    assert "the model is damaged" in answer["evidence"][0]["explanation"]


def test_metrics_count_outcomes_and_hold_no_words(client):
    client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "canary-word rejectme"}]})
    text = client.get("/metrics").text
    assert 'moderation_screenings_total{outcome="reject"}' in text
    assert "canary-word" not in text


def test_browsers_are_told_to_be_careful(client):
    headers = client.get("/healthz").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
