"""The operator's switch and test keys from the command line, on the very database that the server uses."""

import pytest
from typer.testing import CliRunner

from api.cli.app import app


@pytest.fixture
def command(settings, monkeypatch):
    monkeypatch.setenv("MODERATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MODERATION_SECRET_KEY", settings.secret_key)

    def run(*arguments):
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_a_running_server_holds_orders_from_the_moment_the_switch_is_thrown(client, command):
    order = {"fields": [{"name": "a", "text": "hello"}], "brand": "Stride"}
    said = command("holds", "place", "In the news", "--merchant", "Shop", "--brand", "Stride")
    hold_id = said.split(":")[0]
    assert "every order of the brand Stride" in said
    assert client.post("/v1/screenings", json=order).json()["status"] == "in_review"
    assert hold_id in command("holds", "list", "--merchant", "Shop")
    command("holds", "lift", hold_id, "--merchant", "Shop")
    assert client.post("/v1/screenings", json=order).json()["status"] == "approved"
    assert command("holds", "list", "--merchant", "Shop") == ""


def test_a_test_key_is_made_for_a_shop(client, command):
    token = command("keys", "create", "trying", "--merchant", "Shop", "--test", "--limit", "2").strip().splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    order = {"fields": [{"name": "a", "text": "test:reject:hate"}]}
    answers = [client.post("/v1/screenings", json=order, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (answers[0].json()["mode"], answers[0].json()["status"]) == ("test", "rejected")
