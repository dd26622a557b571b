"""Admission: how much is worked on at a time, so that what is accepted is answered soon and the rest is told to come back.

Nothing is queued that could not be answered in time. Each kind of work has its own lane: neither previews nor batches
take the place of orders, and the console, the keys and the webhooks are in none.
"""

import asyncio
import time
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
    """A number of places, and how soon one who comes in shall be answered.

    Who is not likely to be answered in half of that time is refused at once: the other half is for what nobody can foretell,
    and a longer queue would answer no more orders, only each of them later.
    """

    name: str
    at_once: int
    #: Seconds, waiting for the place included.
    within: float
    _places: asyncio.Semaphore = field(init=False)
    _waiting: int = field(init=False, default=0)
    #: Seconds that a place is held, as a mean over the last dozens.
    _usual: float = field(init=False, default=0.0)
    #: When a place was last taken or given back, on the monotonic clock.
    _moved_at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_once)
        SHED.labels(self.name)  # a series that begins at 0 shows its first step

    async def enter(self) -> bool:
        """Take a place; False for one who would be answered too late. Who has waited longest is first."""
        if not self._places.locked():
            await self._places.acquire()
            self._moved_at = time.monotonic()
            return True
        if self._expected() > self.within / 2 or self._still_for() > self.within:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(max(self.within - self._usual, self.within / 2)):
                await self._places.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    def _expected(self) -> float:
        """Seconds until one who comes now is answered, by the queue before him and the usual time."""
        return (self._waiting + 1) * self._usual / self.at_once + self._usual

    def _still_for(self) -> float:
        """Seconds since a place was taken or given back: as long as an answer may take, and nobody need wait for what hangs."""
        return time.monotonic() - self._moved_at

    def leave(self, seconds: float) -> None:
        """Give the place back that was held for so long."""
        # One that hung for long says little of those that come: a mean that trusts it would refuse them.
        self._usual += (min(seconds, 2 * self._usual + 0.05) - self._usual) / 20
        self._moved_at = time.monotonic()
        self._places.release()


class Admission:
    """Lets requests into their lanes, or answers 503 with ``Retry-After``."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        within = settings.orders_within_ms / 1000
        self._orders = Lane("orders", settings.orders_at_once, within)
        self._lanes: Mapping[str, Lane] = {
            "/v1/previews": Lane("previews", 4, within / 2),
            # Hundreds of orders each, and nobody stands at a checkout for them.
            "/v1/screenings/batch": Lane("batches", 2, 20 * within),
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
        began = time.monotonic()
        try:
            return await self._app(scope, receive, send)
        finally:
            lane.leave(time.monotonic() - began)

    def _lane_of(self, scope: Scope) -> Lane | None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        path: str = scope["path"]
        return self._lanes.get(path) or (self._orders if path.startswith("/v1/screenings") else None)
