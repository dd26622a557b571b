"""The API over a fresh database, with detectors small enough to predict."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.customers import merchants
from api.main import create_app
from api.settings import Settings
from api.storage.database import Database
from moderation.detectors.producible import ProducibleDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.products import load_products
from tests.words import WordDetector

SECRET = "a-secret-for-tests-of-thirty-two-characters"


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
