"""The whole pipeline as it is shipped, and the demo as a new user starts it."""

from collections.abc import Iterator

import pytest

from moderation.pipeline import Pipeline, build_pipeline
from tests.acceptance.demo_process import Demo


@pytest.fixture(scope="session")
def shipped() -> Pipeline:
    """Real lists, profiles and model."""
    return build_pipeline()


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, str]]:
    """A running demo and what it printed."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "shop")
    yield demo, demo.start()
    demo.stop()
