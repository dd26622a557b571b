"""Names of groups are read through one stand-in: equal statements about different groups get one answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.detectors.toxicity import ToxicityDetector
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from moderation.toxicity.groups import FILE, impartial, impartial_scores, stand_ins
from moderation.toxicity.scores import CLASSES
from moderation.toxicity.thresholds import UNCALIBRATED

NAMES = [" ".join(words) for words in stand_ins()]
OF_ONE_GRAMMAR = [
    [name for name in NAMES if stand_ins()[tuple(name.split())] == stand_in]
    for stand_in in sorted(set(stand_ins().values()))
]


class Listener:
    """A model that only listens."""

    version = "none"
    thresholds = dict.fromkeys(CLASSES, UNCALIBRATED)

    def __init__(self):
        self.heard = []

    def scores(self, text):
        self.heard.append(text)
        return dict.fromkeys(CLASSES, 0.1)


@pytest.mark.parametrize(
    "frame", ["{} are welcome here", "NO {} ALLOWED", "proud to be {}, since 1990", "{}", "two {}!"]
)
@pytest.mark.parametrize("names", OF_ONE_GRAMMAR, ids=lambda names: names[0])
def test_texts_that_differ_in_the_group_alone_are_read_alike(names, frame):
    assert len({impartial(frame.format(name)) for name in names}) == 1
    assert len({impartial(frame.format(name.upper())) for name in names}) == 1


@given(st.text())
def test_reading_twice_changes_nothing_more(text):
    assert impartial(impartial(text)) == impartial(text)


@given(st.text(alphabet="aeiou tnsr.,!?-'äß漢😀\n", max_size=60))
def test_a_text_that_names_no_group_stays_as_it_is(text):
    if not any(name in text.casefold() for name in NAMES):
        assert impartial(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "black coffee",
        "white wedding",
        "Polish the boots",
        "straight outta bed",
        "short and sweet",
        "Irishka",
        "Scottie",
    ],
)
def test_words_that_mostly_mean_something_else_are_not_group_names(text):
    assert impartial(text) == text


def test_every_name_stands_once_in_the_file():
    listed = [
        name.strip().casefold()
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#@"
        for name in line.split(",")
    ]
    assert len(listed) == len(set(listed)) > 150


def test_the_detector_asks_about_the_stand_in_and_marks_the_customers_own_words():
    model = Listener()
    text = "Japanese and proud"
    found = ToxicityDetector(model).detect(read(PersonalizationRequest(fields=(Field(name="line1", text=text),))))
    assert found == []
    assert model.heard
    assert all("japanese" not in each.casefold() for each in model.heard)
    assert impartial_scores(model)(text) == dict.fromkeys(CLASSES, 0.1)
