"""Admission: what is too much is told so at once, in lanes that do not take each other's places."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi.testclient import TestClient

from api.admission import Lane
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


class Slow:
    """A detector that takes 50 ms."""

    name = "slow"

    def detect(self, readings):
        time.sleep(0.05)
        return []


async def at_rate(client, rate, seconds, what):
    """Orders at a fixed rate whatever comes back: each answer, and the seconds that it took."""
    began = time.perf_counter()

    async def order(number):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        sent = time.perf_counter()
        answer = await client.post("/v1/screenings", json={"fields": [{"name": "a", "text": f"{what} {number}"}]})
        return answer, time.perf_counter() - sent

    return await asyncio.gather(*(order(number) for number in range(int(rate * seconds))))


def _run(work):
    """In a thread of its own: a browser that other tests use leaves its loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.alone
def test_overload_is_refused_at_once_and_below_the_knee_nothing_is(settings, database):
    pipeline = Pipeline((Slow(),), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    app = create_app(settings.model_copy(update={"orders_at_once": 2}), pipeline)  # so 40 a second are answered
    token = make_token(database, "Flash sale", "screenings:write", "screenings:read")

    async def days():
        transport, headers = httpx.ASGITransport(app), {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
            usual, rush, after = [
                await at_rate(client, rate, 1, what) for rate, what in ((25, "usual"), (120, "rush"), (25, "after"))
            ]
            stored = await client.get("/v1/screenings", params={"limit": 200})
            return usual, rush, after, len(stored.json()["items"])

    usual, rush, after, stored = _run(days())
    assert {answer.status_code for answer, _ in usual + after} == {201}
    accepted = [took for answer, took in rush if answer.status_code == 201]
    refused = [(answer, took) for answer, took in rush if answer.status_code != 201]
    assert len(accepted) > 20 < len(refused)  # of 96, of which 32 can be answered meanwhile
    assert {(a.status_code, a.json()["error"]["code"], a.headers["retry-after"]) for a, _ in refused} == {
        (503, "overloaded", "1")
    }
    assert max(accepted) < settings.orders_within_ms / 1000
    assert sorted(took for _, took in refused)[len(refused) * 9 // 10] < 0.1
    assert stored == len(usual) + len(accepted) + len(after)


def test_a_burst_after_quiet_waits_and_what_stands_still_is_noticed():
    async def burst_and_stall():
        lane = Lane("orders", 2, 0.4)
        assert [await lane.enter() for _ in range(2)] == [True, True]
        burst = [asyncio.create_task(lane.enter()) for _ in range(6)]  # nothing is known of how long orders take
        await asyncio.sleep(0)
        for _ in range(6):
            lane.leave(0.001)
            await asyncio.sleep(0.001)
        assert [await each for each in burst] == [True] * 6
        waiting = asyncio.create_task(lane.enter())
        await asyncio.sleep(0.45)  # the store hangs, say
        began = time.perf_counter()
        assert not await lane.enter()
        assert time.perf_counter() - began < 0.05
        assert not await waiting

    _run(burst_and_stall())
