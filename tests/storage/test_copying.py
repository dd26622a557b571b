"""An installation moves from SQLite to PostgreSQL whole, goes on after an interruption, and differences are told."""

import re

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from typer.testing import CliRunner

from api.cli.app import app
from api.errors import StoreRefused
from api.storage import copying
from api.storage.copying import copy_all
from api.storage.database import Database
from api.storage.tables import (
    DecisionRecord,
    Delivery,
    IdempotencyKey,
    Merchant,
    OutboxEvent,
    Reviewer,
    Screening,
)
from tests.faults import processes
from tests.faults.conftest import Process
from tests.storage.busy import fill

pytestmark = pytest.mark.postgres


@pytest.fixture
def source(sqlite_database):
    fill(sqlite_database, orders=3)
    return sqlite_database


@pytest.fixture
def target(new_postgres_url):
    opened = Database(new_postgres_url())
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch):
    monkeypatch.setattr(copying, "PAGE", 3)


def rows(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_everything_arrives_and_the_source_stays_as_it_was(source, target):
    copied = {each.table: each for each in copy_all(source, target)}
    assert set(copied) == set(Screening.metadata.tables)
    assert copied["screening"].rows == copied["screening"].added == 3
    with source.reading() as here, target.reading() as there:
        for table in (Merchant, Screening, DecisionRecord):
            assert (
                here.exec(select(table).order_by(table.id)).all() == there.exec(select(table).order_by(table.id)).all()
            )
        assert there.get_one(DecisionRecord, "dec_A0").override_of == "dec_Z0"
        # The durable engine's own tables stay behind: what it had begun is begun again, on the new side alone.
        statuses = select(Delivery.status).distinct().order_by(col(Delivery.status))
        assert here.exec(statuses).all() == ["delivered", "failed", "pending"]
        assert sorted(there.exec(statuses).all()) == ["delivered", "failed", "requested"]
        waiting = select(OutboxEvent.id).where(col(OutboxEvent.relayed_at).is_(None))
        assert here.exec(waiting).all() == []
        assert there.exec(waiting).all() == ["evt_UNATTEMPTED"]


def test_a_second_run_finds_nothing_to_do(source, target):
    first = list(copy_all(source, target))
    second = list(copy_all(source, target))
    assert [each.digest for each in first] == [each.digest for each in second]
    assert sum(each.added for each in second) == 0


def test_a_copy_killed_in_the_middle_of_a_transaction_goes_on_where_it_was(source, target):
    whole = rows(source, IdempotencyKey)
    for inserts in (2, 9):
        dead = Process(processes.copy_and_die, source.url, target.url, inserts)
        assert (dead.wait(), dead.said) == (-9, [])
    # What the killed ones had committed is there, and the page in which each died is not.
    assert 0 < sum(rows(target, table) for table in (Merchant, Reviewer, Screening, IdempotencyKey)) < whole
    copied = list(copy_all(source, target))
    assert 0 < sum(each.added for each in copied) < sum(each.rows for each in copied)
    assert rows(target, IdempotencyKey) == rows(source, IdempotencyKey) == whole
    assert sum(each.added for each in copy_all(source, target)) == 0


def test_a_row_that_differs_is_told(source, target):
    list(copy_all(source, target))
    with source.writing() as session:
        session.exec(select(Merchant)).one().name = "Renamed"
    with pytest.raises(StoreRefused, match="merchant differs: 1 rows here, 1 there"):
        list(copy_all(source, target))


def test_what_postgresql_cannot_hold_is_named(source, target):
    with source.writing() as session:
        session.add(Merchant(name="a\0b"))
    with pytest.raises(StoreRefused, match=r"merchant: PostgreSQL cannot hold a row between .*NUL"):
        list(copy_all(source, target))


def test_addresses_the_wrong_way_round_are_refused(source, target):
    with pytest.raises(StoreRefused, match="in this order"):
        list(copy_all(target, source))


def test_the_command_counts_every_table(source, target):
    arguments = ["db", "copy", source.url, target.engine.url.render_as_string(hide_password=False)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert re.search(r"^screening: 3 rows \(3 added\), sha256 [0-9a-f]{64}$", done.output, re.MULTILINE)
    assert "Both hold the same." in done.output
