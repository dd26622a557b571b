"""A server that is half-configured does not start, and says which variable to set."""

import os
import subprocess
import sys


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
