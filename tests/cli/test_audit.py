"""``moderation audit``: says that the log is whole, and fails when it is not."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.app import app
from api.reviewing import audit
from tests.reviewing.conftest import START
from tests.reviewing.shop import Shop
from tests.reviewing.test_audit import SECRET


@pytest.fixture
def shop(sqlite_database, monkeypatch):
    monkeypatch.setenv("MODERATION_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("MODERATION_SECRET_KEY", SECRET)
    opened = Shop.open(sqlite_database)
    opened.open_case(START)
    opened.open_case(START)
    return opened


def run(*arguments):
    return CliRunner().invoke(app, ["audit", *arguments])


def test_a_whole_log_is_said_to_be_whole_and_its_head_can_be_kept(shop):
    first = run("verify")
    assert first.exit_code == 0
    head = first.output.split()[-1]
    shop.open_case(START)
    again = run("verify", "--head", head)
    assert (again.exit_code, "6 entries" in again.output) == (0, True)
    assert [json.loads(line)["number"] for line in run("export").output.splitlines()] == [1, 2, 3, 4, 5, 6]


def test_the_worker_seals_what_happened(shop):
    from api.chores import chores
    from api.settings import Settings

    for chore in chores(Settings(), shop.database):
        chore()
    with shop.database.reading() as session:
        verified = audit.verify(session, SECRET)
    assert (verified.head.number, verified.unsealed) == (4, 0)


def test_a_change_ends_with_status_1_and_is_named(shop):
    run("verify")
    with shop.database.writing() as session:
        session.execute(text("UPDATE case_event SET actor = 'nobody' WHERE sealed_as = 2"))
    failed = run("verify")
    assert failed.exit_code == 1
    assert "entry 2" in failed.output
