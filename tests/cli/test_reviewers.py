"""``moderation reviewers``: added, changed, reset and disabled; each is in the log."""

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.cli.app import app
from api.customers.reviewers import passwords
from api.errors import Problem
from api.storage.clock import now
from api.storage.tables import AuditEvent, Reviewer, ReviewerSession, SecondFactor
from tests.reviewing.shop import Shop


@pytest.fixture
def shop(sqlite_database, monkeypatch):
    monkeypatch.setenv("MODERATION_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("MODERATION_SECRET_KEY", "only-for-the-tests-" * 3)
    opened = Shop.open(sqlite_database)
    opened.hire("Heron")
    return opened


@pytest.fixture
def run(shop):
    def command(*arguments, typed=None):
        return CliRunner().invoke(app, ["reviewers", *arguments], input=typed)

    return command


def test_a_reviewer_gets_another_role_and_password_and_signs_in_again(shop, run):
    heron = shop.people["Heron"].id
    with shop.database.writing() as session:
        session.add(ReviewerSession(token_hash="x", reviewer_id=heron, csrf_token="x", expires_at=now()))
        session.add(SecondFactor(reviewer_id=heron, secret="x", confirmed_at=now()))
    changed = run("change", shop.address_of("Heron"), "--role", "lead", "--password", typed="another one\n" * 2)
    assert (changed.exit_code, "is lead and has a new password" in changed.output) == (0, True)
    assert run("reset", shop.address_of("Heron")).exit_code == 0
    with shop.database.reading() as session:
        reviewer = session.get_one(Reviewer, heron)
        assert session.exec(select(ReviewerSession)).all() == []
        assert session.get(SecondFactor, heron) is None
        kinds = session.exec(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert (reviewer.role, passwords.verify("another one", reviewer.password_hash)) == ("lead", True)
    assert kinds == ["reviewer_changed", "second_factor_reset"]


def test_what_cannot_be_done_is_said_and_changes_nothing(shop, run):
    assert "--role ROLE" in run("change", shop.address_of("Heron")).output
    for arguments in (("change", shop.address_of("Heron"), "--role", "boss"), ("reset", "nobody@shop.example")):
        failed = run(*arguments)
        assert isinstance(failed.exception, Problem)
    with shop.database.reading() as session:
        assert session.exec(select(AuditEvent)).all() == []
