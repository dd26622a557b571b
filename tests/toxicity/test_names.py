"""Persons and days are read through one of each: equal statements about different people get one answer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.battery.world import full_names
from moderation.detectors.toxicity import ToxicityDetector
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from moderation.toxicity.names import anyone
from tests.toxicity.test_groups import Listener

NAMES = (
    "Anna Ben Chloe Dmitri Elif Farid Ines Jonas Kinga Lars Matteo Nguyen Otto Priya Rachel Sven Tariq Wojciech".split()
)
FRAMES = ("Happy birthday {}", "{} has no brain", "BEST COACH EVER {}!", "{} & {} forever", "for {}, our hero", "{}")


@pytest.mark.parametrize("frame", FRAMES)
def test_texts_that_differ_in_the_person_alone_are_read_alike(frame):
    assert len({anyone(frame.format(name, "Ben")) for name in NAMES}) == 1
    assert len({anyone(frame.format(name, "Ben").upper()) for name in NAMES}) == 1


@pytest.mark.parametrize("day", ["12.5.2019", "1/12/87", "2001-02-28", "31.12.1999"])
def test_texts_that_differ_in_the_day_alone_are_read_alike(day):
    assert anyone(f"Ben & Elif {day}") == "Emma & Emma 1.1.2000"
    assert anyone(f"since {day[-4:] if '19' in day[-4:] else '1950'}, 60TH") == "since 2000, 1st"


def test_the_names_of_one_person_are_one():
    assert anyone("to Maria Priya Svensson-Nowak, with love") == "to Emma, with love"


@pytest.mark.parametrize("text", ["Happy birthday Dick", "For Grace", "In loving memory of Rose", "Thank you Randy"])
def test_a_name_that_is_a_word_is_one_where_the_text_says_whom_it_is_for(text):
    assert anyone(text) == " ".join([*text.split()[:-1], "Emma"])
    assert anyone(f"nobody {text.split()[-1]}") == f"nobody {text.split()[-1]}"


@pytest.mark.parametrize(
    "text",
    [
        "Will Drew Mark the Grace of Hope?",
        "Kill All Of Them",
        "Die Oma",
        "anna karenina",  # written small, any word may be one
        "14/88",
        "1488",
        "room 101, 12:30",
        "agent007",
        "v1.2.3.4",
    ],
)
def test_words_and_codes_are_no_names_and_days(text):
    assert anyone(text) == text


@given(st.text())
def test_reading_twice_changes_nothing_more(text):
    assert anyone(anyone(text)) == anyone(text)


@given(st.text(alphabet="aeiou tnsr,!?'äß漢😀\n", max_size=60))
def test_a_text_without_capitals_and_numbers_stays_as_it_is(text):
    assert anyone(text) == text


def test_the_longest_text_takes_no_more_than_its_length():
    """Each of its words is a name where it stands for somebody, and each is asked about."""

    def seconds(text):
        begun = time.process_time()
        anyone(text)
        return time.process_time() - begun

    seconds("Will " * 2_000)
    assert seconds("Will " * 20_000) < 40 * max(seconds("Will " * 2_000), 0.01)


def test_most_names_of_the_world_are_known_for_names():
    """Those in Latin letters, of every locale that tests know."""
    shown = [name for _, name in full_names(150, 7) if name.isascii()]
    assert sum(anyone(f"Get well {name}") == "Get well Emma" for name in shown) >= 0.5 * len(shown)


def test_the_detector_asks_once_about_all_that_differ_in_this():
    model = Listener()
    detector = ToxicityDetector(model)
    for name, day in zip(NAMES, range(1, 19), strict=True):
        detector.detect(read(PersonalizationRequest(fields=(Field(name="text", text=f"To {name}, {day}.5.2026"),))))
    assert set(model.heard) == {"To Emma, 1.1.2000"}
    model.heard.clear()
    for name in NAMES:
        detector.detect(read(PersonalizationRequest.of(f"COACH OF THE YEAR: {name.upper()}")))
    assert set(model.heard) == {"COACH OF THE YEAR: EMMA", "coach of the year: emma"}
