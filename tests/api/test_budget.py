"""The time budget: a checkout that waits is answered in time, and what did not answer is named."""

import threading
import time
from typing import ClassVar

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from moderation.pipeline import Pipeline
from tests.words import WordDetector


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


class Sleeper:
    """Answers when the test lets it."""

    name: ClassVar[str] = "sleeper"

    def __init__(self) -> None:
        self.wake = threading.Event()

    def detect(self, readings):
        self.wake.wait(20)
        return []


class Late:
    """Comes after the sleeper."""

    name: ClassVar[str] = "late"
    asked = 0

    def detect(self, readings):
        Late.asked += 1
        return []


@pytest.fixture
def sleeper():
    made = Sleeper()
    yield made
    made.wake.set()


@pytest.fixture
def slow_client(settings, pipeline, token, sleeper):
    slow = Pipeline((WordDetector(), sleeper, Late()), pipeline.policies, pipeline.versions)
    hasty = settings.model_copy(update={"answer_within_ms": 150})
    with TestClient(create_app(hasty, slow), headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def order(text):
    return {"fields": [{"name": "a", "text": text}]}


def test_what_has_not_answered_holds_the_order_and_is_named(slow_client):
    began = time.monotonic()
    body = slow_client.post("/v1/screenings", json=order("reviewme")).json()
    assert time.monotonic() - began < 10
    assert body["status"] == "in_review"
    named = [each["source"] for each in body["evidence"]]
    assert {"sleeper/unavailable", "late/unavailable", "words/reviewme"} == set(named)
    assert "150 ms" in next(e["explanation"] for e in body["evidence"] if e["source"] == "sleeper/unavailable")


def test_nothing_begins_when_nobody_waits_any_more(slow_client, sleeper):
    before = Late.asked
    slow_client.post("/v1/screenings", json=order("hello"))
    sleeper.wake.set()
    time.sleep(0.2)
    assert Late.asked == before
    assert len(slow_client.get("/v1/screenings").json()["items"]) == 1


def test_in_time_the_answer_is_the_pipelines_own(slow_client, sleeper):
    sleeper.wake.set()
    body = slow_client.post("/v1/screenings", json=order("hello")).json()
    assert (body["status"], body["evidence"]) == ("approved", [])
    assert Late.asked


def test_when_every_thread_hangs_the_others_are_still_answered_in_time(settings, pipeline, token, sleeper, monkeypatch):
    monkeypatch.setattr("api.budget.AT_ONCE", 1)
    slow = Pipeline((sleeper,), pipeline.policies, pipeline.versions)
    hasty = settings.model_copy(update={"answer_within_ms": 150})
    with TestClient(create_app(hasty, slow), headers={"Authorization": f"Bearer {token}"}) as client:
        answers = [client.post("/v1/screenings", json=order(f"hello {number}")).json() for number in range(3)]
    assert [[each["source"] for each in answer["evidence"]] for answer in answers] == [["sleeper/unavailable"]] * 3
    assert {answer["status"] for answer in answers} == {"in_review"}
