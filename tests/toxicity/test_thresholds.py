"""Raw scores become the common scale; the numbers come from data and are refused when impossible."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import ModelError
from moderation.toxicity.calibration import MOST_FALSE_ALARMS, calibrate, is_over
from moderation.toxicity.measures import auc, average_precision, calibration_error, reliability
from moderation.toxicity.thresholds import Threshold, read_thresholds, write_thresholds


def test_the_thresholds_are_the_common_marks() -> None:
    threshold = Threshold(review=0.3, reject=0.8)
    assert [threshold.common(raw) for raw in (0.0, 0.15, 0.3, 0.55, 0.8, 1.0)] == pytest.approx(
        [0, 0.25, 0.5, 0.7, 0.9, 1.0]
    )


@given(
    limits=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)).map(sorted),
    raw=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
)
def test_a_higher_raw_score_never_becomes_a_lower_one(limits: list[float], raw: list[float]) -> None:
    threshold = Threshold(review=limits[0], reject=limits[1])
    low, high = (threshold.common(value) for value in raw)
    assert 0.0 <= low <= high <= 1.0
    assert (high >= 0.5) == (raw[1] >= threshold.review)
    assert (high >= 0.9) == (raw[1] >= threshold.reject)


@pytest.mark.parametrize(("review", "reject"), [(0.0, 0.5), (0.6, 0.5), (0.5, 1.1)])
def test_impossible_thresholds_are_refused(review: float, reject: float) -> None:
    with pytest.raises(ValueError, match="must satisfy"):
        Threshold(review=review, reject=reject)


def test_thresholds_survive_their_file(tmp_path: Path) -> None:
    given_ = {"insult": Threshold(review=0.25, reject=0.9)}
    write_thresholds(tmp_path / "thresholds.json", given_)
    assert read_thresholds(tmp_path / "thresholds.json", ("insult",)) == given_


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"insult": 3}', '{"insult": {"review": 2, "reject": 3}}', '{"threat": {"review": 0.5, "reject": 0.9}}'],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "thresholds.json").write_text(content)
    with pytest.raises(ModelError, match=r"thresholds\.json"):
        read_thresholds(tmp_path / "thresholds.json", ("insult",))


def test_calibration_keeps_its_promise_on_the_rows_it_saw() -> None:
    chance = np.random.default_rng(3)
    harmful = np.repeat([True, False], 2000)
    scores = {
        name: np.where(harmful, chance.beta(4, 2, 4000), chance.beta(1, 8, 4000)) for name in ("insult", "threat")
    }
    found = calibrate(scores, harmful)
    over = is_over(scores, {name: each.review for name, each in found.thresholds.items()})
    assert over[~harmful].mean() <= MOST_FALSE_ALARMS
    assert over[harmful].mean() == pytest.approx(found.chosen.caught)
    rejected = is_over(scores, {name: each.reject for name, each in found.thresholds.items()})
    assert not rejected[~harmful].any()
    assert found.chosen.cost == min(point.cost for point in found.curve if point.false_alarms <= MOST_FALSE_ALARMS)


def test_auc_counts_ties_half() -> None:
    assert auc([0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1]) == pytest.approx(0.875)
    assert auc([0.2, 0.2], [0, 1]) == 0.5
    assert np.isnan(auc([0.2], [1]))


def test_average_precision_of_a_perfect_order_is_one() -> None:
    assert average_precision([0.9, 0.8, 0.1], [1, 1, 0]) == 1.0
    assert average_precision([0.9, 0.8, 0.1], [0, 1, 0]) == 0.5


def test_reliability_of_a_calibrated_score_is_on_the_diagonal() -> None:
    chance = np.random.default_rng(3)
    scores = chance.random(20_000)
    bins = reliability(scores, chance.random(20_000) < scores)
    assert len(bins) == 10
    assert calibration_error(bins) < 0.02
