"""A whole server in a process of its own, to be killed: the API and its worker, with detectors that are easy to predict."""

import os
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

import uvicorn
from fastapi import FastAPI

import api.main
import api.storage.clock
import moderation.holder
from api.cli.serve import DRAIN_SECONDS
from api.main import create_app
from api.settings import Settings
from moderation.detectors.blocklist import BlocklistDetector
from moderation.evidence import Evidence
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.reading import Readings
from moderation.terms import load_lists
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
    _run(said, create_app(settings, pipeline), port)


def serve_files(said: Connection, url: str, port: int, folder: str) -> None:
    """Serve until the process ends, by the lists, policies and routing of a folder, without the other detectors."""
    place = Path(folder)
    os.environ["MODERATION_CACHE_DIR"] = str(place / "cache")
    api.main.build_pipeline = _from_lists
    moderation.holder.load_brands = lambda _folder: _NoBrands  # theirs take seconds to read, and are not looked at here
    settings = Settings(
        database_url=url,
        secret_key="k" * 32,
        run_worker=False,
        answer_within_ms=30_000,
        blocklists=place / "blocklists",
        policies=place / "policies",
        routing=place / "routing.yaml",
    )
    _run(said, create_app(settings), port)


class _NoBrands:
    version: ClassVar[str] = "b"


def _from_lists(*, blocklists: Path, policies: Path, **_more: object) -> Pipeline:
    lists = load_lists(blocklists)
    versions = {"lists": lists.version, "brands": _NoBrands.version, "model": "m"}
    return Pipeline((BlocklistDetector(lists),), load_policies(policies), versions)


def _run(said: Connection, app: FastAPI, port: int) -> None:
    class Server(uvicorn.Server):
        async def startup(self, *arguments: object, **named: object) -> None:
            await super().startup(*arguments, **named)
            said.send("ready")

    config = uvicorn.Config(
        app,
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
