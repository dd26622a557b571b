"""The statements held back from all fitting: what is heard of them, beside what was fitted on."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import pytest

from moderation.brands import BrandBook
from moderation.brands.ear import Ear
from moderation.detectors.brand import BrandDetector
from moderation.reading import read
from moderation.request import parse_request
from tests.brands.measure import is_right, tally, whole_book

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def share(tallied: Mapping[str, tuple[int, int]], name: str) -> float:
    right, of = tallied[name]
    return right / of


@pytest.fixture(scope="module")
def whole(book: BrandBook) -> BrandDetector:
    return BrandDetector(whole_book(book))


@pytest.fixture(scope="module")
def heard(whole: BrandDetector) -> dict[str, tuple[int, int]]:
    return tally(rows("held.jsonl"), whole)


def test_what_is_held_back_shares_no_brand_and_no_text_with_what_was_fitted_on() -> None:
    fitted, held = rows("statements.jsonl"), rows("held.jsonl")
    assert not {row["brand"] for row in fitted} & {row["brand"] for row in held}
    assert not {row["text"] for row in fitted if "text" in row} & {row["text"] for row in held if "text" in row}
    held_themes = {"safety", "animals", "tax", "privacy", "politics"}
    assert not held_themes & {row["kind"] for row in fitted}
    assert held_themes <= {row["kind"] for row in held}
    assert len(fitted) + len(held) >= 1500
    assert len({row["brand"] for row in fitted + held}) >= 12
    assert len({row["language"] for row in fitted + held}) >= 8


def test_held_back_near_misses_pass(heard: Mapping[str, tuple[int, int]]) -> None:
    assert share(heard, "innocent plain") >= 0.98


def test_held_back_criticism_is_heard_for_its_true_reason(heard: Mapping[str, tuple[int, int]]) -> None:
    assert share(heard, "criticism plain") >= 0.95


def test_the_exam_is_still_passed(whole: BrandDetector) -> None:
    tallied = tally((row for row in rows("exam.jsonl") if row["form"] == "plain"), whole)
    assert share(tallied, "innocent plain") >= 0.98
    assert share(tallied, "criticism plain") >= 0.92


def test_what_is_hidden_or_split_is_heard_like_what_is_said_plainly(whole: BrandDetector) -> None:
    """Each disguise beside the plain form of the very same statements."""
    plain: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    of: Counter[str] = Counter()
    spoken = False
    for row in [*rows("held.jsonl"), *rows("exam.jsonl")]:
        if row["label"] != "criticism":
            continue
        if row["form"] == "plain":
            spoken = is_right(row, whole)
            continue
        for name in ("split",) if row["form"] == "split" else (row["form"], "disguised"):
            of[name] += 1
            plain[name] += spoken
            hidden[name] += is_right(row, whole)
    for name in ("split", "disguised"):
        assert plain[name] - hidden[name] <= 0.03 * of[name], name
    for name in ("leet", "look-alike", "reversed", "joined", "spaced"):
        assert plain[name] - hidden[name] <= 0.08 * of[name], name


@pytest.mark.parametrize(
    ("name", "heard_at_least", "passed_at_least"),
    [
        ("unseen", 0.83, 0.95),
        ("fresh", 0.93, 0.97),
        ("sealed", 0.78, 0.95),
        ("trades", 0.9, 0.97),
        ("blind", 0.72, 0.93),
        ("market", 0.88, 0.95),
        ("bazaar", 0.89, 0.92),
        ("arcade", 0.92, 0.9),
        ("orders", None, 0.97),
        ("voices", 0.91, None),
    ],
)
def test_what_no_rule_was_repaired_by_is_heard_no_worse_than_it_was(
    whole: BrandDetector, name: str, heard_at_least: float | None, passed_at_least: float | None
) -> None:
    # The bars are 0.95 and 0.98; docs/brand-targeting.md says what is missed. These floors keep what has been reached.
    tallied = tally((row for row in rows(f"{name}.jsonl") if row["form"] == "plain"), whole)
    assert heard_at_least is None or share(tallied, "criticism plain") >= heard_at_least
    assert passed_at_least is None or share(tallied, "innocent plain") >= passed_at_least


def test_the_fresh_exam_shares_no_brand_and_no_text_with_what_was_fitted_on() -> None:
    fitted, fresh = rows("statements.jsonl"), rows("fresh.jsonl")
    assert not {row["brand"] for row in fitted} & {row["brand"] for row in fresh}
    assert not {row["text"] for row in fitted if "text" in row} & {row["text"] for row in fresh if "text" in row}


def test_the_check_takes_little_time(whole: BrandDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bars are half a millisecond of an innocent order on a quiet machine, one and a half with a pass of the encoder.

    Twice that says that something has become slow.
    """
    orders = [row for row in rows("held.jsonl") if row["form"] == "plain" and row["label"] == "innocent"]
    prepared = [read(parse_request({key: row[key] for key in ("text", "brand", "product")})) for row in orders]
    asked: list[str] = []
    with monkeypatch.context() as patch:
        hear = Ear.hear
        patch.setattr(Ear, "hear", lambda self, text: asked.append(text) or hear(self, text))
        passes = []
        for readings in prepared:
            asked.clear()
            whole.detect(readings)
            passes.append(len(asked))
    assert max(passes) == 1
    best = [float("inf")] * len(prepared)
    for _ in range(4):
        for at, readings in enumerate(prepared):
            began = process_time()
            whole.detect(readings)
            best[at] = min(best[at], process_time() - began)
    assert median(best) <= 0.001
    assert median(time for time, passed in zip(best, passes, strict=True) if passed) <= 0.003
