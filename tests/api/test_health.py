"""Alive, ready part by part, and counted."""

from typing import ClassVar

from fastapi.testclient import TestClient

from api.main import create_app
from moderation.detectors.registry import MissingToxicity
from moderation.detectors.toxicity import ToxicityDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.toxicity import CLASSES, Scores
from moderation.toxicity.cache import CacheCounts, ScoreCache
from moderation.toxicity.thresholds import UNCALIBRATED


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


class QuietModel:
    """Finds nothing, and keeps its answers as the real engines do."""

    version = "m1"
    thresholds: ClassVar = dict.fromkeys(CLASSES, UNCALIBRATED)

    def __init__(self) -> None:
        self.cache = ScoreCache()

    def scores(self, text: str) -> Scores:
        return self.cache.get_or_make(self.version, text, lambda _: dict.fromkeys(CLASSES, 0.0))

    def cache_counts(self) -> CacheCounts:
        return self.cache.counts()


def test_metrics_tell_how_often_the_models_cache_knew(settings, token):
    """The counters are those of the pipeline that serves."""
    pipeline = Pipeline(
        (ToxicityDetector(QuietModel()),), load_policies(), {"lists": "l1", "brands": "b1", "model": "m1"}
    )
    with TestClient(create_app(settings, pipeline), headers={"Authorization": f"Bearer {token}"}) as client:
        # Another region each time: the very same order would not be asked about again.
        for region, text in enumerate(("a quiet evening", "a quiet evening", "a quiet morning", "a quiet evening")):
            client.post("/v1/screenings", json={"fields": [{"name": "a", "text": text}], "region": f"r{region}"})
        text = client.get("/metrics").text
    assert counted(text, 'moderation_model_cache_total{answer="hit"}') == 2
    assert counted(text, 'moderation_model_cache_total{answer="miss"}') == 2
    assert counted(text, "moderation_model_cache_hit_rate") == 0.5


def counted(text: str, name: str) -> float:
    return next(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + " "))


def test_browsers_are_told_to_be_careful(client):
    headers = client.get("/healthz").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
