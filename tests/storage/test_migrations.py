"""The migrations make the tables that the code was written for, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from api.storage.tables import Screening


def test_the_newest_revision_is_the_tables(database):
    assert database.is_current()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Screening.metadata) == []


def test_upgrading_again_changes_nothing(database):
    database.upgrade()
    assert database.is_current()
