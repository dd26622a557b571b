"""What is remembered between orders: approvals without a finding, of the pipeline in force, and nothing else."""

from typing import ClassVar

import pytest

from api.remembered import Remembered
from moderation.pipeline import Pipeline
from moderation.request import PersonalizationRequest
from tests.words import WordDetector


class Counting(WordDetector):
    """Counts how often it is asked."""

    asked: ClassVar[int] = 0

    def detect(self, readings):
        Counting.asked += 1
        return super().detect(readings)


@pytest.fixture
def counting(pipeline):
    Counting.asked = 0
    return Pipeline((Counting(),), pipeline.policies, pipeline.versions)


@pytest.fixture
def ask(counting):
    remembered = Remembered(capacity=2)

    def decide(text="hello", pipeline=counting, **context):
        request = PersonalizationRequest.of(text, **context)
        decision = remembered.get_or_decide(
            pipeline, request, "balanced", None, lambda: pipeline.moderate(request, policy="balanced")
        )
        assert decision == pipeline.moderate(request, policy="balanced")
        return decision

    return decide


def asked():
    """How often the detectors looked, without the test's own looks for comparison."""
    return Counting.asked


def test_the_same_request_is_looked_at_once(ask):
    first, again = ask(), ask()
    assert again is first
    assert asked() == 3


def test_another_place_or_language_is_another_request(ask):
    assert ask() is not ask(region="DE")
    assert asked() == 4


@pytest.mark.parametrize("text", ["rejectme", "reviewme", "breakme"])
def test_what_was_found_or_failed_is_looked_at_anew(ask, text):
    assert ask(text) is not ask(text)
    assert asked() == 4


def test_all_is_forgotten_with_the_pipeline(ask, counting):
    first = ask()
    newer = Pipeline(counting.detectors, counting.policies, {**counting.versions, "lists": "l2"})
    assert ask(pipeline=newer).versions["lists"] == "l2"
    assert ask() is not first


def test_the_least_recently_asked_is_forgotten_first(ask):
    first, second = ask("a"), ask("b")
    assert ask("a") is first
    ask("c")
    assert ask("a") is first
    assert ask("b") is not second
