"""Checkouts that never give up: they repeat with the same key, at whichever server answers, and keep every answer."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import httpx

#: What customers order; with a test key these words choose the outcome.
TEXTS = ("hello", "hello again", "rejectme", "reviewme", "test:review-then-approve", "test:review-then-reject:politics")


class Checkouts:
    """Several at work on the same servers until so many requests were answered."""

    def __init__(self, addresses: Sequence[str], token: str, requests: int, seed: int, threads: int = 6) -> None:
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}"}
        self._left = requests
        self._lock = threading.Lock()
        #: The bodies of all good answers, by the key of their request.
        self.answers: dict[str, list[bytes]] = defaultdict(list)
        #: Ids of the orders that were withdrawn, as the servers said.
        self.withdrawn: set[str] = set()
        #: How often a request got no answer and was repeated.
        self.lost = 0
        self.faults: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._work, args=(number, random.Random(seed + number)), daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def left(self) -> int:
        """Requests that are still to be answered."""
        return self._left

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive(), f"{self._left} requests are not answered"
        if self.faults:
            raise self.faults[0]

    def _work(self, number: int, chance: random.Random) -> None:
        try:
            with httpx.Client(timeout=30, headers=self._headers) as http:
                order = 0
                while self._left > 0:
                    order += 1
                    self._life_of_an_order(http, chance, f"{number}-{order}")
        except BaseException as fault:
            self.faults.append(fault)

    def _life_of_an_order(self, http: httpx.Client, chance: random.Random, name: str) -> None:
        text = chance.choice(TEXTS)
        body = {"reference": name, "fields": [{"name": "line1", "text": text}]}
        made = self._call(http, chance, "/v1/screenings", body, f"{name} order")
        path = f"/v1/screenings/{made['id']}"
        next_step = chance.random()
        if made["status"] == "rejected" and next_step < 0.4:
            self._call(http, chance, f"{path}/appeal", {"message": "It is a town."}, f"{name} appeal")
        elif text in ("rejectme", "reviewme") and next_step < 0.7:
            self._call(http, chance, f"{path}/revisions", {"fields": body["fields"]}, f"{name} revision")
        elif text == "reviewme":
            self.withdrawn.add(self._call(http, chance, f"{path}/withdraw", None, None)["id"])
        elif next_step > 0.9:
            self._call(http, chance, "/v1/screenings", body, f"{name} order")  # once more, out of the blue

    def _call(self, http: httpx.Client, chance: random.Random, path: str, body: Any, key: str | None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        give_up = time.monotonic() + 120
        while True:
            address = chance.choice(self._addresses)
            try:
                answer = http.post(f"http://{address}{path}", json=body, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code != 503:
                break
            assert time.monotonic() < give_up, f"no answer to {path}"
            with self._lock:
                self.lost += 1
            time.sleep(chance.uniform(0.02, 0.1))
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        with self._lock:
            self._left -= 1
            if key:
                self.answers[key].append(answer.content)
        return answer.json()
