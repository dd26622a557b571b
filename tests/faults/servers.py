"""A whole server in a process of its own, to be killed: the API and its worker, with detectors that are easy to predict."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

import uvicorn

import api.storage.clock
from api.cli.serve import DRAIN_SECONDS
from api.main import create_app
from api.settings import Settings
from moderation.evidence import Evidence
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.reading import Readings
from tests.words import WordDetector


class SlowDetector:
    """Takes a second for ``slowme``, and says so."""

    name: ClassVar[str] = "slow"

    def __init__(self, said: Connection) -> None:
        self._said = said
        self._lock = threading.Lock()

    def detect(self, readings: Readings) -> Sequence[Evidence]:
        if "slowme" in readings.as_written.text:
            with self._lock:
                self._said.send("slow")
            time.sleep(1.0)
        return []


def serve(said: Connection, url: str, port: int, clock: str | None = None, answer_within_ms: int = 30_000) -> None:
    """Serve until the process ends; says so when it answers.

    Args:
        clock: A file that holds by how many seconds this process's clock is wrong.
    """
    if clock is not None:
        _set_clock(Path(clock))
    settings = Settings(
        database_url=url,
        secret_key="k" * 32,
        allow_private_webhooks=True,
        answer_within_ms=answer_within_ms,
        orders_within_ms=answer_within_ms,
        requests_per_minute=10_000_000,
    )
    detectors = (WordDetector(), SlowDetector(said))
    pipeline = Pipeline(detectors, load_policies(), {"lists": "l", "brands": "b", "model": "m"})

    class Server(uvicorn.Server):
        async def startup(self, *arguments: object, **named: object) -> None:
            await super().startup(*arguments, **named)
            said.send("ready")

    config = uvicorn.Config(
        create_app(settings, pipeline),
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    Server(config).run()


def _set_clock(offset: Path) -> None:
    def seconds() -> float:
        return float(offset.read_text())

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz or UTC) + timedelta(seconds=seconds())

    right = time.time
    time.time = lambda: right() + seconds()
    api.storage.clock.datetime = Wrong  # type: ignore[misc]
