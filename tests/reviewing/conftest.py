"""A shop with two reviewers and a lead, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest

from api.reviewing.roles import Role
from tests.reviewing.shop import Shop

#: The tests' own time: nothing here waits.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def start():
    return START


@pytest.fixture
def shop(database):
    opened = Shop.open(database)
    opened.hire("Heron")
    opened.hire("Plover")
    opened.hire("Wren", Role.LEAD)
    opened.hire("Owl", Role.AUDITOR)
    return opened
