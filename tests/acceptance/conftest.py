"""The demo as a new user starts it."""

from collections.abc import Iterator

import pytest

from tests.acceptance.demo_process import Demo


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, str]]:
    """A running demo and what it printed."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "shop")
    yield demo, demo.start()
    demo.stop()
