"""``moderation screen FILES... --output DIR``: the same answers however many workers there are, and after any death."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

import api.cli.bulk.plan
import api.cli.bulk.rows
import api.cli.bulk.run
import moderation.pipeline
from api.cli.app import app
from api.cli.bulk.rows import open_remote, rows_of
from api.cli.bulk.run import find_files
from api.errors import BulkRefused
from tests.cli.small import SmallScreener, small_pipeline
from tests.delivery.receiver import wait_until

ROOT = Path(__file__).parents[2]
FILES = ("a.jsonl", "b.csv", "c.parquet", "d.parquet")
TEXTS = ("hello", "rejectme", "reviewme", "two\nlines, and a comma", "héllo")


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    """Three files of the three kinds, each with a record that cannot be read, and one that is no file of its kind."""
    folder = tmp_path_factory.mktemp("orders")
    records = [{"id": f"o{number}", "text": TEXTS[number % len(TEXTS)]} for number in range(25)]
    lines = [json.dumps(record) for record in records]
    (folder / "a.jsonl").write_text("\n".join([*lines[:7], "", "not json", *lines[7:]]) + "\n", "utf-8")
    rows = [f'{record["id"]},"{record["text"]}"' for record in records]
    (folder / "b.csv").write_text(
        "\ufeff" + "\r\n".join(["id,text", *rows[:12], "x,hello, world", *rows[12:]]), "utf-8"
    )
    table = pyarrow.Table.from_pylist([*records[:3], {"id": "x", "text": None}, *records[3:]])
    pyarrow.parquet.write_table(table, folder / "c.parquet", row_group_size=10)
    (folder / "d.parquet").write_bytes(b"PAR1 and not much more")
    return folder


@pytest.fixture(scope="module")
def whole(orders, tmp_path_factory):
    """All files, screened by one worker without a break."""
    output = tmp_path_factory.mktemp("whole") / "out"
    with pytest.MonkeyPatch.context() as patch:
        _make_small(patch)
        _invoke(*(orders / name for name in FILES), "--output", output, "--workers", 1)
    return output


def _make_small(patch):
    patch.setattr(api.cli.bulk.run, "Screener", SmallScreener)
    patch.setattr(moderation.pipeline, "build_pipeline", small_pipeline)
    patch.setattr(api.cli.bulk.plan, "ROWS_PER_PART", 10)


def _invoke(*arguments):
    return CliRunner().invoke(app, ["screen", *map(str, arguments)])


@pytest.fixture
def run(monkeypatch):
    _make_small(monkeypatch)
    return _invoke


def answers_in(folder):
    """All answers, in the order of the parts."""
    return [json.loads(line) for part in sorted(folder.glob("part-*")) for line in part.read_text("utf-8").splitlines()]


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_record_of_every_file_is_answered_in_order_whatever_the_number_of_workers(
    run, orders, whole, tmp_path, monkeypatch
):
    notes = tmp_path / "notes"
    monkeypatch.setenv("SMALL_NOTES", str(notes))
    several = run(orders / "[ab].*", f"file://{orders}/c.parquet", orders / "d.parquet", "--output", tmp_path / "two")
    assert several.exit_code == 1, several.stderr
    assert "Each error stands in its place" in several.stderr
    noted = notes.read_text().splitlines()
    assert sum("loaded" in each for each in noted) == len({each.split()[0] for each in noted}) == os.cpu_count()

    assert bytes_in(tmp_path / "two") == bytes_in(whole)

    answers = answers_in(whole)
    assert len(answers) == 3 * 26 + 1
    outcomes = {"hello": "approve", "rejectme": "reject", "reviewme": "review"}
    expected = [outcomes.get(TEXTS[number % len(TEXTS)], "approve") for number in range(25)]
    for place in range(3):
        of_a_file = answers[place * 26 : place * 26 + 26]
        good = [(each["id"], each["outcome"]) for each in of_a_file if "error" not in each]
        assert good == [(f"o{number}", outcome) for number, outcome in enumerate(expected)]
    faults = [each for each in answers if "error" in each]
    assert [(Path(each["file"]).name, each["line"]) for each in faults] == [
        ("a.jsonl", 8), ("b.csv", 13), ("c.parquet", 4), ("d.parquet", 1),
    ]  # fmt: skip
    assert [each["error"]["code"] for each in faults] == [*["invalid_request"] * 3, "unreadable_file"]

    plain = run(orders / "b.csv", "--output", tmp_path / "plain.jsonl")
    assert plain.exit_code == 1
    named = [{key: each[key] for key in each if key != "file"} for each in answers[26:52]]
    assert [json.loads(line) for line in (tmp_path / "plain.jsonl").read_text().splitlines()] == named


def test_a_file_of_an_object_store_is_read_like_one_of_this_machine(orders, monkeypatch):
    monkeypatch.setattr(api.cli.bulk.plan, "ROWS_PER_PART", 10)
    here = [str(orders / name) for name in FILES[:3]]
    parts = api.cli.bulk.plan.plan_parts(here)
    rows = [list(rows_of(part)) for part in parts]
    for module in (api.cli.bulk.plan, api.cli.bulk.rows):
        monkeypatch.setattr(module, "open_source_file", open_remote)
    assert api.cli.bulk.plan.plan_parts(here) == parts
    assert [list(rows_of(part)) for part in parts] == rows
    with pytest.raises(BulkRefused, match="cannot be read"):
        api.cli.bulk.plan.plan_parts([str(orders / "gone.csv")])


def test_patterns_are_read_from_where_one_stands(orders, monkeypatch):
    monkeypatch.chdir(orders)
    assert find_files(["*.jsonl", "./b.*", str(orders / "[cd].parquet")]) == [str(orders / name) for name in FILES]
    with pytest.raises(BulkRefused, match=r"No file can be found for \*.zzz: nothing matches it. Check"):
        find_files(["*.zzz"])


def test_a_worker_that_falls_over_ends_the_run_with_a_sentence(run, orders, tmp_path, monkeypatch):
    monkeypatch.setenv("SMALL_FAILS_AT", "2")
    stopped = run(orders / "c.parquet", "--output", tmp_path / "out", "--workers", 1).exception
    assert isinstance(stopped, BulkRefused)
    assert "the same command goes on" in str(stopped)


def test_a_run_killed_in_the_middle_goes_on_with_what_is_not_finished(run, orders, whole, tmp_path, monkeypatch):
    output, notes = tmp_path / "out", tmp_path / "notes"
    given = [*(str(orders / name) for name in FILES), "--output", str(output)]
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.small", "screen", *given, "--workers", "1"],
        cwd=ROOT,
        env={**os.environ, "SMALL_SECONDS": "0.2", "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    wait_until(lambda: len(list(output.glob("part-*"))) >= 2, 60)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    finished = {path.name: path.stat().st_mtime_ns for path in output.glob("part-*")}
    (output / ".unfinished-x").mkdir()
    (output / ".unfinished-x/part-000009.jsonl").write_text('{"id": "half of')

    monkeypatch.setenv("SMALL_NOTES", str(notes))
    again = run(*given)
    assert again.exit_code == 1
    assert "45 approved, 15 to review, 15 rejected, 4 could not be read." in again.stderr
    assert bytes_in(output) == bytes_in(whole)
    assert notes.read_text().count("part ") == 10 - len(finished)
    assert finished.items() <= {path.name: path.stat().st_mtime_ns for path in output.glob("part-*")}.items()
    notes.unlink()
    assert run(*given).stderr == again.stderr  # all is finished: nobody loads anything, and the sum is the same
    assert not notes.exists()


def test_another_job_does_not_go_into_the_same_directory(run, orders, tmp_path):
    output, source = tmp_path / "out", tmp_path / "orders.jsonl"
    source.write_text('{"id": 1, "text": "hello"}\n')
    assert run(source, "--output", output).exit_code == 0
    for more in (["--policy", "family"], ["--brand", "Acme"], ["--format", "csv"]):
        assert isinstance(run(source, "--output", output, *more).exception, BulkRefused)
    source.write_text('{"id": 1, "text": "hallo"}\n')
    changed = run(source, "--output", output).exception
    assert "files are not the same" in str(changed)
    manifest = json.loads((output / "job.json").read_text())
    (output / "job.json").write_text(json.dumps({**manifest, "versions": {"lists": "older"}}))
    (output / "part-000000.jsonl").unlink()
    source.write_text('{"id": 1, "text": "hello"}\n')
    assert "lists and model" in str(run(source, "--output", output).exception)
    assert not list(output.glob("part-*"))
    (output / "part-000000.jsonl").write_text("half of it")
    assert "Delete it; the same command makes it anew" in str(run(source, "--output", output).exception)
    assert "/proc/none cannot be used" in str(run(source, "--output", "/proc/none").exception)
    assert "No file can be found" in str(run(tmp_path / "none*.csv", "--output", tmp_path / "new").exception)
    assert run(source, source, "--output", tmp_path / "one.jsonl").exit_code == 2


@pytest.mark.slow
def test_a_ray_cluster_of_two_workers_writes_the_same_bytes(orders, whole, tmp_path):
    pytest.importorskip("ray")
    notes = tmp_path / "notes"
    given = [*(str(orders / name) for name in FILES), "--output", str(tmp_path / "out")]
    told = subprocess.run(
        [sys.executable, "-m", "tests.cli.small", "screen", *given, "--runner", "ray", "--workers", "2"],
        cwd=ROOT,
        env={**os.environ, "SMALL_NOTES": str(notes), "SMALL_SECONDS": "0.3", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "45 approved, 15 to review, 15 rejected, 4 could not be read." in told.stderr
    assert bytes_in(tmp_path / "out") == bytes_in(whole)
    noted = notes.read_text().splitlines()
    assert sum("loaded" in each for each in noted) == len({each.split()[0] for each in noted}) == 2
