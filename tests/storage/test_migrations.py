"""The migrations make the tables that the code was written for, on both databases, with the data in place."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import select

from api.storage.database import Database, alembic_config
from api.storage.searching import searchable
from api.storage.tables import DecisionRecord, Merchant, ReviewCase, Screening


def test_the_newest_revision_is_the_tables(database):
    assert database.is_current()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Screening.metadata) == []


def test_upgrading_again_changes_nothing(database):
    database.upgrade()
    assert database.is_current()


def migrate(database: Database, step: str, revision: str) -> None:
    with database.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        getattr(command, step)(config, revision)
        connection.commit()


@pytest.fixture
def stored(database):
    """An order with its case, which others refer to."""
    with database.writing() as session:
        shop = Merchant(name="Shop")
        session.add(shop)
        session.flush()
        order = Screening(
            merchant_id=shop.id, reference="R-1", fields=[{"name": "a", "text": "Ünïcode\0"}], status="in_review"
        )
        session.add(order)
        session.flush()
        session.add(DecisionRecord(screening_id=order.id, decided_by="machine", outcome="review", risk=0.5))
        session.add(
            ReviewCase(merchant_id=shop.id, screening_id=order.id, queue="brand", state="open", severity=2, risk=0.5)
        )
    return order


def test_going_back_and_forth_keeps_the_data(database, stored):
    migrate(database, "downgrade", "0001")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT status FROM screening")).scalar_one() == "in_review"
    database.upgrade()
    with database.reading() as session:
        order = session.get_one(Screening, stored.id)
        (case,) = session.exec(select(ReviewCase)).all()
    assert order.fields == stored.fields
    assert (order.revision, order.revision_of, order.erased_at) == (1, None, None)
    assert case.searched == searchable(order) == f"{order.id.lower()}\nr-1\nünïcode"
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Screening.metadata) == []
        for table in ("decision", "review_case"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1
