"""A whole server in a process of its own, to be killed: the API and its worker, with detectors that are easy to predict."""

from multiprocessing.connection import Connection

import uvicorn

from api.main import create_app
from api.settings import Settings
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.words import WordDetector


def serve(said: Connection, url: str, port: int) -> None:
    """Serve until the process ends; says so when it answers."""
    settings = Settings(
        database_url=url,
        secret_key="k" * 32,
        allow_private_webhooks=True,
        answer_within_ms=30_000,
        requests_per_minute=10_000_000,
    )
    pipeline = Pipeline((WordDetector(),), load_policies(), {"lists": "l", "brands": "b", "model": "m"})

    class Server(uvicorn.Server):
        async def startup(self, *arguments: object, **named: object) -> None:
            await super().startup(*arguments, **named)
            said.send("ready")

    Server(uvicorn.Config(create_app(settings, pipeline), port=port, log_config=None, access_log=False)).run()
