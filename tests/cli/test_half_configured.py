"""A server that is half-configured does not start, and says which variable to set."""

import os
import subprocess
import sys

import pytest

from api.cli.app import main


def start(*arguments, **variables):
    env = {key: value for key, value in os.environ.items() if not key.startswith("MODERATION_")}
    command = [sys.executable, "-m", "api.cli", *arguments]
    return subprocess.run(command, env={**env, **variables}, capture_output=True, text=True, timeout=120)


def test_what_is_missing_or_wrong_is_named():
    done = start("serve", MODERATION_SECRET_KEY="short")
    assert done.returncode == 1
    assert "set MODERATION_DATABASE_URL: Field required" in done.stderr
    assert "set MODERATION_SECRET_KEY" in done.stderr
    assert "short" not in done.stderr.replace("shorter", "").replace("too_short", "")
    assert "Traceback" not in done.stderr


def test_a_database_without_its_tables_is_refused_with_the_command_that_makes_them(tmp_path):
    variables = {"MODERATION_DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", "MODERATION_SECRET_KEY": "k" * 40}
    done = start("serve", **variables)
    assert done.returncode == 1
    assert "moderation db upgrade" in done.stderr
    assert start("db", "upgrade", **variables).returncode == 0
    token = start("keys", "create", "checkout", "--merchant", "Mine", **variables)
    assert token.stdout.startswith("mk_")
    assert "Mine is a new shop" in token.stderr
    assert "checkout" in start("keys", "list", **variables).stdout


@pytest.mark.parametrize(
    ("command", "address", "said"),
    [
        (
            "keys list",
            "mysql://a/b",
            "set MODERATION_DATABASE_URL: Value error, it must be sqlite:///FILE or postgresql://",
        ),
        (
            "keys list",
            "sqlite:////no/such/place.sqlite3",
            "The database refuses: unable to open database file. Check the",
        ),
        ("db upgrade", "postgresql://me:hush@127.0.0.1:1/x", "The database refuses: connection failed"),
        ("db backup /no/such/place", "sqlite:///{here}/x", "schema is not the one"),
        (
            "db copy sqlite:///{here}/none postgresql://me:hush@h/x",
            "sqlite:///{here}/x",
            "There is no database {here}/none",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path, monkeypatch, capsys, command, address, said):
    monkeypatch.setattr("sys.argv", ["moderation", *command.format(here=tmp_path).split()])
    monkeypatch.setenv("MODERATION_DATABASE_URL", address.format(here=tmp_path))
    monkeypatch.setenv("MODERATION_SECRET_KEY", "k" * 40)
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (1, 1)
    assert said.format(here=tmp_path) in told
    assert "hush" not in told
    assert not (tmp_path / "none").exists()
