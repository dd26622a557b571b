"""Admission: what is too much is told so at once, in lanes that do not take each other's places."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.api.conftest import make_token
from tests.delivery.receiver import wait_until

ORDER = {"fields": [{"name": "a", "text": "hello"}]}


class Door:
    """A detector that lets nobody pass until the door is opened."""

    name = "door"

    def __init__(self):
        self.opened = threading.Event()
        self.waiting = 0

    def detect(self, readings):
        self.waiting += "wait" in readings.as_written.text
        if "wait" in readings.as_written.text:
            self.opened.wait(30)
        return []


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


def test_what_finds_no_place_in_time_is_told_to_come_back_and_nothing_else_is_harmed(settings, database):
    door = Door()
    pipeline = Pipeline((door,), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    narrow = settings.model_copy(update={"orders_at_once": 2, "orders_within_ms": 50, "answer_within_ms": 30_000})
    token = make_token(database, "Busy", "admin")
    with (
        TestClient(create_app(narrow, pipeline), headers={"Authorization": f"Bearer {token}"}) as client,
        ThreadPoolExecutor(4) as shop,
    ):

        def order(text, key):
            body = {"fields": [{"name": "a", "text": text}]}
            return client.post("/v1/screenings", json=body, headers={"Idempotency-Key": key})

        slow = [shop.submit(order, "wait", f"slow {number}") for number in range(2)]
        wait_until(lambda: door.waiting == 2)
        refused = order("hello", "late")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/v1/screenings").json()["items"] == []
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/previews", json=ORDER).status_code == 200
        assert client.post("/v1/screenings/batch", json={"items": [ORDER]}).status_code == 200
        assert 'moderation_shed_total{lane="orders"} 1.0' in client.get("/metrics").text
        door.opened.set()
        assert [each.result().status_code for each in slow] == [201, 201]
        assert order("hello", "late").status_code == 201
