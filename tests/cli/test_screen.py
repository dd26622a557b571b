"""``moderation screen``: every line answered in order, bad lines in their place, one sentence explained to a person."""

import csv
import json

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

import moderation.pipeline
from api.cli.app import app
from moderation.detectors.producible import ProducibleDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.products import load_products
from tests.words import WordDetector

KEYS = {"id", "outcome", "risk", "reasons", "evidence", "message", "versions"}


@pytest.fixture
def run(monkeypatch):
    detectors = (ProducibleDetector(load_products()), WordDetector())
    small = Pipeline(detectors, load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    monkeypatch.setattr(moderation.pipeline, "build_pipeline", lambda **_: small)

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return invoke


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_decisions_come_in_the_order_of_the_lines(run):
    stdin = "\n".join(json.dumps({"id": n, "text": t}) for n, t in enumerate(["hello", "rejectme", "reviewme"]))
    result = run("screen", stdin=stdin)
    answers = lines(result.stdout)
    assert result.exit_code == 0
    assert [(a["id"], a["outcome"]) for a in answers] == [(0, "approve"), (1, "reject"), (2, "review")]
    assert all(set(answer) == KEYS for answer in answers)
    assert answers[1]["reasons"] == ["profanity"]
    assert answers[1]["evidence"][0]["spans"] == [{"field": "text", "start": 0, "end": 8}]


def test_a_line_that_cannot_be_read_has_its_error_in_its_place_and_the_rest_go_on(run):
    stdin = '{"id": "a", "text": "x"}\nnot json\n{"id": "b"}\n[1]\n{"id": "c", "fields": {"l": "x", "r": "rejectme"}}\n'
    result = run("screen", stdin=stdin)
    first, second, third, fourth, fifth = lines(result.stdout)
    assert result.exit_code == 1
    assert first["outcome"] == "approve"
    assert (second["line"], second["error"]["code"]) == (2, "invalid_request")
    assert (third["id"], third["error"]["code"]) == ("b", "invalid_request")
    assert "object" in fourth["error"]["detail"]
    assert fifth["outcome"] == "reject"


def test_a_lone_surrogate_and_a_nul_are_answered(run):
    result = run("screen", stdin='{"id": 1, "text": "\\ud800"}\n{"id": 2, "text": "\\u0000"}\n')
    assert [answer["reasons"] for answer in lines(result.stdout)] == [["not_producible"], ["not_producible"]]


def test_files_are_read_and_written_by_their_ending(run, tmp_path):
    source = tmp_path / "orders.csv"
    source.write_text("id,text,brand\n1,hello,\n2,rejectme,Acme\n", "utf-8")
    for name in ("out.jsonl", "out.csv", "out.parquet"):
        assert run("screen", str(source), "--output", str(tmp_path / name)).exit_code == 0
    from_json = lines((tmp_path / "out.jsonl").read_text("utf-8"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        from_csv = list(csv.DictReader(file))
    from_parquet = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    expected = [("1", "approve"), ("2", "reject")]
    for rows in (from_json, from_csv, from_parquet):
        assert [(row["id"], row["outcome"]) for row in rows] == expected
    assert run("screen", str(tmp_path / "out.parquet")).exit_code == 1  # decisions are no requests, and said so


def test_an_unknown_policy_or_file_is_an_error_of_the_command(run):
    missing = run("screen", "nowhere.jsonl")
    assert missing.exit_code == 2
    assert "nowhere.jsonl" in missing.stderr
    unknown = run("screen", "--policy", "strict", stdin="{}")
    assert unknown.exit_code != 0
    assert unknown.stdout == ""


def test_one_sentence_is_explained_to_a_person(run):
    said = run("screen", "--text", "a rejectme b").stdout.splitlines()
    assert said[0].split() == ["REJECT", "profanity"]
    assert said[1] == "  a rejectme b"
    assert said[2] == "    ^^^^^^^^"
    assert "The test's own word rejectme." in said[3]
    assert "words/rejectme" in said[3]


def test_evaluate_counts_misses_false_alarms_and_wrong_reasons(run, tmp_path):
    labelled = tmp_path / "labelled.jsonl"
    rows = [
        {"text": "hello", "expected": "approve"},
        {"text": "rejectme", "expected": "approve"},
        {"text": "bad but unknown", "expected": "stop"},
        {"text": "reviewme", "expected": "stop", "reason": "profanity"},
    ]
    labelled.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    said = run("evaluate", str(labelled)).stdout
    assert "missed 1 of 2; false alarms 1 of 2" in said
    assert "wrong reason (1)" in said


@pytest.mark.parametrize(
    "group",
    ["screen", "serve", "worker", "evaluate", "demo", "db", "keys", "reviewers", "lists", "brands", "policy", "models"],
)
def test_every_command_explains_itself(run, group):
    result = run(group, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout
