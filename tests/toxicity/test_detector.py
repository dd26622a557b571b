"""The detector: which evidence a score becomes, of which category, and how often the model is asked."""

from collections.abc import Callable, Mapping

import pytest

from moderation.detectors.toxicity import MOST_PASSES, ToxicityDetector
from moderation.errors import DetectorUnavailable
from moderation.evidence import Category, Evidence, Outcome
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from moderation.toxicity import CLASSES, Threshold


class FakeModel:
    """Answers by rule and remembers what it was asked."""

    version = "fa4e00000000"
    thresholds: Mapping[str, Threshold] = dict.fromkeys(CLASSES, Threshold(review=0.5, reject=0.9))

    def __init__(self, rule: Callable[[str], Mapping[str, float]]) -> None:
        self.rule = rule
        self.asked: list[str] = []

    def scores(self, text: str) -> Mapping[str, float]:
        self.asked.append(text)
        return dict.fromkeys(CLASSES, 0.0) | dict(self.rule(text))


def detect(model: FakeModel, *texts: str) -> list[Evidence]:
    fields = tuple(Field(name=f"line{at}", text=text) for at, text in enumerate(texts, start=1))
    return ToxicityDetector(model).detect(read(PersonalizationRequest(fields=fields)))


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("identity_attack", Category.HATE),
        ("threat", Category.VIOLENCE),
        ("sexual_explicit", Category.SEXUAL),
        ("obscene", Category.PROFANITY),
        ("insult", Category.HARASSMENT),
        ("toxicity", Category.HARASSMENT),
        ("severe_toxicity", Category.HARASSMENT),
    ],
)
def test_each_class_has_its_category(name: str, category: Category) -> None:
    (evidence,) = detect(FakeModel(lambda text: {name: 0.6}), "some of the words")
    assert evidence.category is category
    assert evidence.source == f"{name}@fa4e00000000"
    assert 0.5 < evidence.score < 0.9


@pytest.mark.parametrize("name", CLASSES)
def test_the_model_alone_never_rejects(name: str) -> None:
    """It cannot say which words it means, so its word is no reason that a customer could be given."""
    (evidence,) = detect(FakeModel(lambda text: {name: 0.99}), "some of the words")
    assert evidence.score > 0.9
    assert evidence.at_most is Outcome.REVIEW


@pytest.mark.parametrize(
    ("text", "raw", "is_believed"),
    [
        ("this is an English sentence", 0.55, True),
        ("word", 0.8, False),
        ("two words", 0.65, False),
        ("two words", 0.75, True),
        ("Die beste Oma", 0.55, False),
        ("Die beste Oma", 0.65, True),
        ("Anna is a fine coach", 0.55, True),
        ("Wolfgang Fukuoka", 0.85, False),
        ("Wolfgang Fukuoka", 0.95, True),
        ("ABC", 0.99, False),
        ("日本語", 0.99, True),
    ],
)
def test_short_foreign_and_named_texts_need_a_surer_model(text: str, raw: float, is_believed: bool) -> None:
    assert bool(detect(FakeModel(lambda text: {"insult": raw}), text)) is is_believed


def test_of_groups_the_model_is_believed_when_sure_where_not_all_is_english() -> None:
    assert not detect(FakeModel(lambda text: {"identity_attack": 0.75}), "Ich bin Muslim")
    assert detect(FakeModel(lambda text: {"identity_attack": 0.85}), "Ich bin Muslim")


def test_general_classes_are_silent_beside_a_specific_one() -> None:
    found = detect(
        FakeModel(lambda text: {"toxicity": 0.99, "severe_toxicity": 0.95, "insult": 0.7, "threat": 0.8}),
        "some of the words",
    )
    assert [each.source.split("@")[0] for each in found] == ["threat", "insult"]
    assert [each.severity for each in found] == [4, 3], "severe toxicity raises the severity of what it goes with"


def test_nothing_under_the_review_threshold_is_said() -> None:
    assert detect(FakeModel(lambda text: {"toxicity": 0.49, "insult": 0.3}), "some words") == []


def test_a_single_short_field_is_asked_once() -> None:
    model = FakeModel(lambda text: {})
    detect(model, "coach")
    assert model.asked == ["coach"]


def test_of_an_endless_text_the_beginning_is_asked_about_once() -> None:
    """The blocklist sends it to a person; the time must not grow with it."""
    model = FakeModel(lambda text: {"insult": 0.9})
    (evidence,) = detect(model, "some of the words 4 you " * 4_000)
    assert [len(asked) for asked in model.asked] == [2_000]
    assert evidence.explanation == "The language model reads the beginning of the text as an insult."


def test_fields_are_read_alone_and_together() -> None:
    model = FakeModel(lambda text: {"insult": 0.95} if text == "you are an idiot" else {})
    (evidence,) = detect(model, "you are", "an idiot")
    assert model.asked[0] == "you are an idiot"
    assert {"you are", "an idiot"} <= set(model.asked)
    assert [span.field for span in evidence.spans] == ["line1", "line2"]


def test_evidence_of_one_field_names_that_field() -> None:
    model = FakeModel(lambda text: {"insult": 0.95} if text == "idiot" else {})
    (evidence,) = detect(model, "Happy birthday", "idiot")
    assert [(span.field, span.start, span.end) for span in evidence.spans] == [("line2", 0, 5)]
    assert "'line2'" in evidence.explanation


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_the_model_is_asked_a_few_times_at_most(count: int) -> None:
    model = FakeModel(lambda text: {})
    detect(model, *(f"L1NE number {at}" for at in range(count)))
    assert len(model.asked) <= MOST_PASSES
    assert f"L1NE number {count - 1}" in model.asked[0]


def test_a_disguise_is_undone_and_named() -> None:
    model = FakeModel(lambda text: {"insult": 0.95} if "idiot" in text else {})
    found = detect(model, "ｉｄｉｏｔ")
    assert [each.reading for each in found] == ["folded"]
    assert found[0].read_as == "idiot"


def test_capitals_are_also_read_in_lower_case() -> None:
    model = FakeModel(lambda text: {})
    detect(model, "GRANDMA ROCKS")
    assert model.asked == ["GRANDMA ROCKS", "grandma rocks"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\t"])
def test_nothing_to_read_is_nothing_to_ask(text: str) -> None:
    model = FakeModel(lambda text: {"toxicity": 1.0})
    assert detect(model, text, text) == []
    assert model.asked == []


@pytest.mark.parametrize("text", ["\ud800", "🏳️‍🌈", "a" * 10_000, "日本語", "\x00", "ﷺ" * 50])
def test_any_text_is_asked_and_spans_stay_inside_it(text: str) -> None:
    (evidence,) = detect(FakeModel(lambda text: {"insult": 0.99}), text)
    assert all(0 <= span.start < span.end <= len(text) for span in evidence.spans)


def test_a_model_without_every_class_serves() -> None:
    model = FakeModel(lambda text: {})
    model.scores = lambda text: {"toxicity": 0.97, "insult": 0.2}  # type: ignore[method-assign]
    assert [each.category for each in detect(model, "some words")] == [Category.HARASSMENT]


def test_a_model_that_cannot_answer_is_unavailable() -> None:
    def unavailable(text: str) -> Mapping[str, float]:
        raise DetectorUnavailable("out of memory")

    with pytest.raises(DetectorUnavailable):
        detect(FakeModel(unavailable), "some words")
