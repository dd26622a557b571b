"""``moderation quality`` and ``moderation lists judged``: what a policy person sees of the rules and of people's verdicts."""

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.storage.database import Database
from tests.reviewing.shop import Shop


@pytest.fixture
def run(new_sqlite_url, monkeypatch):
    url = new_sqlite_url()
    monkeypatch.setenv("MODERATION_DATABASE_URL", url)
    monkeypatch.setenv("MODERATION_SECRET_KEY", "only-for-the-tests-" * 3)
    database = Database(url)
    Shop.open(database, "Corner Shop").hire("Heron")
    database.close()
    return lambda *words: CliRunner().invoke(app, [*words, "--merchant", "Corner Shop"])


def test_rules_are_set_from_a_file_and_shown(run, tmp_path):
    assert "every verdict stands alone" in run("quality", "rules").output
    rules = tmp_path / "rules.yaml"
    rules.write_text("second_opinion: {categories: [hate]}\n")
    told = run("quality", "rules", str(rules))
    assert "has 1 people who decide" in told.output
    assert "- hate" in run("quality", "rules").stdout
    rules.write_text("second_opinion: {categories: [rude]}\n")
    refused = run("quality", "rules", str(rules))
    assert "rules.yaml: there is no category 'rude'" in str(refused.exception)
    assert "- hate" in run("quality", "rules").stdout


def test_reports_of_an_empty_shop_are_only_their_heads(run):
    for words in (("quality", "agreement"), ("lists", "judged"), ("lists", "judged", "--detectors")):
        told = run(*words)
        assert told.exit_code == 0, told.output
        assert len(told.output.splitlines()) == 1
