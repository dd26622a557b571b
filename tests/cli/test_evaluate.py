"""``moderation evaluate``: labelled files and generated batteries, as tables and as JSON."""

import json

import pytest
from typer.testing import CliRunner

import moderation.pipeline
from api.cli.app import app
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.words import WordDetector

ROWS = (
    {"text": "hello", "expected": "approve", "class": "plain"},
    {"text": "rejectme", "expected": "approve"},
    {"text": "bad but unknown", "expected": "stop"},
    {"text": "reviewme", "expected": "stop", "reason": "hate"},
    {"text": "reviewme", "expected": "reject"},
    {"text": "rejectme", "expected": "stop", "reason": "profanity"},
    {"text": "rejectme", "expected": "perhaps"},
)


@pytest.fixture
def run(monkeypatch):
    small = Pipeline((WordDetector(),), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    monkeypatch.setattr(moderation.pipeline, "build_pipeline", lambda **_: small)
    return lambda *arguments: CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture
def labelled(tmp_path):
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    return file


def test_each_kind_of_disagreement_is_named_with_its_line(run, labelled):
    result = run(labelled, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 1, "a line without a usable label is told by the exit status"
    assert [(each["line"], each["kind"]) for each in said["disagreements"]] == [
        (2, "false alarm"), (3, "missed"), (4, "wrong reason"), (5, "other outcome"),
    ]  # fmt: skip
    assert said["unreadable"][0].startswith("line 7: \"expected\" is 'perhaps'")
    assert {(row["class"], row["expected"], row["outcome"]): row["count"] for row in said["table"]} == {
        ("plain", "approve", "approve"): 1, ("all", "approve", "reject"): 1, ("all", "stop", "approve"): 1,
        ("all", "stop", "review"): 1, ("all", "reject", "review"): 1, ("all", "stop", "reject"): 1,
    }  # fmt: skip


def test_the_same_orders_as_csv_give_the_same_table(run, labelled, tmp_path):
    table = tmp_path / "labelled.csv"
    lines = [",".join((row["text"], row["expected"], row.get("reason", ""), row.get("class", ""))) for row in ROWS]
    table.write_text("\n".join(["text,expected,reason,class", *lines]), "utf-8")
    first, second = (json.loads(run(file, "--json").stdout) for file in (labelled, table))
    assert first["table"] == second["table"]


def test_a_person_reads_counts_and_the_orders_behind_them(run, labelled):
    said = run(labelled).stdout
    assert "missed 1 of 4; false alarms 1 of 2" in said
    assert "line 4: reviewme  -> review brand_targeting, expected hate" in said


def test_a_generated_battery_is_told_by_technique_category_language_and_part(run):
    said = json.loads(run("--terms", 1, "--innocents", 0, "--json").stdout)
    cells = said["disguises"]
    assert len({cell["technique"] for cell in cells}) >= 40
    assert len({cell["language"] for cell in cells}) >= 10
    assert len({cell["category"] for cell in cells}) >= 8
    assert {cell["held"] for cell in cells} == {True, False}
    assert {cell["stopped"] for cell in cells} == {0}, "the fake detector knows none of the listed terms"
    assert len(said["misses"]) == sum(cell["of"] for cell in cells)


def test_an_unknown_policy_and_a_missing_file_are_errors_of_the_command(run, tmp_path):
    assert run("--policy", "no-such-policy").exit_code != 0
    assert run(tmp_path / "none.jsonl").exit_code == 2
