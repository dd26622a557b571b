"""The API over a fresh database, with detectors small enough to predict."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from fastapi.testclient import TestClient

from api.customers import merchants
from api.main import create_app
from api.settings import Settings
from api.storage.database import Database
from moderation.detectors.producible import ProducibleDetector
from moderation.evidence import Category, Evidence
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.products import load_products
from moderation.reading import Readings

SECRET = "a-secret-for-tests-of-thirty-two-characters"


class WordDetector:
    """Says what a test tells it to: ``rejectme`` is profanity for sure, ``reviewme`` criticism, ``breakme`` a fault."""

    name: ClassVar[str] = "words"

    def detect(self, readings: Readings) -> list[Evidence]:
        text = readings.as_written.text
        if "breakme" in text:
            raise RuntimeError(f"a fault that quotes {text}")
        words = {"rejectme": (Category.PROFANITY, 3, 0.95), "reviewme": (Category.BRAND_TARGETING, 2, 0.8)}
        return [
            Evidence(
                detector=self.name,
                category=category,
                severity=severity,
                score=score,
                spans=readings.as_written.spans(*match.span()),
                source=f"words/{word}",
                explanation=f"The test's own word {word}.",
            )
            for word, (category, severity, score) in words.items()
            for match in re.finditer(word, text)
        ]


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    detectors = (ProducibleDetector(load_products()), WordDetector())
    return Pipeline(detectors, load_policies(), {"lists": "l1", "brands": "b1", "model": "m1"})


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(database_url=url, secret_key=SECRET, run_worker=False, model_directory=tmp_path)


@pytest.fixture
def token(database: Database) -> str:
    return make_token(database, "Shop")


@pytest.fixture
def client(settings: Settings, pipeline: Pipeline, token: str) -> Iterator[TestClient]:
    app = create_app(settings, pipeline)
    with TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False) as client:
        yield client


def make_token(database: Database, shop: str, *scopes: str) -> str:
    with database.writing() as session:
        owner = merchants.add_merchant(session, shop, "balanced")
        wanted = scopes or ("screenings:write", "screenings:read", "webhooks")
        return merchants.create_key(session, owner.id, "checkout", wanted)[1]
