"""Admission: how much is worked on at a time, so that what is accepted is answered soon and the rest is told to come back.

Nothing is queued for longer than a checkout would wait. Each kind of work has its own lane: neither previews nor batches
take the place of orders, and the console, the keys and the webhooks are in none.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Problem
from api.metrics import SHED
from api.problems import problem_response
from api.settings import Settings

#: Seconds after which a shed request may come again; load that lasts is told so once a second, which costs little.
RETRY_AFTER = 1


@dataclass(slots=True)
class Lane:
    """A number of places, and how long one waits for a place."""

    name: str
    at_once: int
    #: In seconds.
    patience: float
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_once)

    async def enter(self) -> bool:
        """Take a place; False when none becomes free in time. Who has waited longest is first."""
        if not self._places.locked():
            await self._places.acquire()
            return True
        try:
            async with asyncio.timeout(self.patience):
                await self._places.acquire()
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        self._places.release()


class Admission:
    """Lets requests into their lanes, or answers 503 with ``Retry-After``."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        patience = settings.orders_wait_ms / 1000
        self._orders = Lane("orders", settings.orders_at_once, patience)
        self._lanes: Mapping[str, Lane] = {
            "/v1/previews": Lane("previews", 4, patience / 2),
            # Hundreds of orders each, and nobody stands at a checkout for them.
            "/v1/screenings/batch": Lane("batches", 2, 20 * patience),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lane = self._lane_of(scope)
        if lane is None:
            return await self._app(scope, receive, send)
        if not await lane.enter():
            SHED.labels(lane.name).inc()
            detail = (
                "Too much to do at the moment; nothing was stored. Repeat with the same key after Retry-After seconds."
            )
            refused = Problem(503, "overloaded", detail, headers={"Retry-After": str(RETRY_AFTER)})
            return await problem_response(refused)(scope, receive, send)
        try:
            return await self._app(scope, receive, send)
        finally:
            lane.leave()

    def _lane_of(self, scope: Scope) -> Lane | None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        path: str = scope["path"]
        return self._lanes.get(path) or (self._orders if path.startswith("/v1/screenings") else None)
