"""The pages stand on the API's fixtures."""

import pytest

from tests.api.conftest import client, pipeline, settings, token

__all__ = ["client", "pipeline", "settings", "token"]


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here; what does is tested beneath, on both."""
    return sqlite_database
