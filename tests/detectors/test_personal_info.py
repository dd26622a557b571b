"""Private details are found by checksum and form; the innocent numbers of gifts are not."""

import time

import pytest

from moderation.detectors.personal_info import PersonalInfoDetector
from moderation.reading import read
from moderation.request import PersonalizationRequest


def sources(text: str) -> list[str]:
    return [
        found.source.split("/")[1] for found in PersonalInfoDetector().detect(read(PersonalizationRequest.of(text)))
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4111 1111 1111 1111", "card_number"),
        ("card 5500-0000-0000-0004", "card_number"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("GB82WEST12345698765432", "iban"),
        ("078-05-1120", "us_social_security_number"),
        ("write to sam@example.org", "email"),
        ("Rex, call +44 20 7946 0958", "phone"),
        ("If lost: (555) 010-4477", "phone"),
        ("+442079460958", "phone"),
        ("Tel 0612345678", "phone"),
        ("07700 900123", "phone"),
        ("+49 151 23456789", "phone"),
        ("020 79460958", "phone"),
        ("06 12 34 56 78", "phone"),
        ("01 23 45 67 89", "phone"),
        ("555-010-4477", "phone"),
        ("12 Acacia Avenue, Leeds LS1 4AB", "street_address"),
        ("wifi: hunter2beta", "secret"),
        ("door code 4471", "secret"),
        ("insta @some.body", "handle"),
        ("https://example.org/me", "web_address"),
    ],
)
def test_private_details_are_found(text, kind):
    assert sources(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Class of 2026",
        "12.05.2024",
        "2024-05-12",
        "1984 - 2021",
        "01/02/2003 14:30",
        "51.5074° N, 0.1278° W",
        "48.8584, 2.2945",
        "Marathon 42.195 km",
        "#23",
        "Apollo 11 1969 07 20",
        "4111 1111 1111 1112",
        "10 - 12 - 14 - 16",
        "1234567",
        "IV.VII.MMXX",
        "3 : 0",
        "Psalm 23:4",
        "0 0 7",
        "12 34 56",
        "2020 2021 2022 2023",
        "01.02.2003 - 04.05.2006",
        "5 - 0 - 12",
        "42 Elm Street",
        "221B Baker Street",
        "my password is love",
        "@ the beach",
        "0-60 in 4.2",
    ],
)
def test_the_numbers_of_gifts_are_innocent(text):
    assert sources(text) == []


def test_the_span_covers_the_number_and_nothing_else():
    (found,) = PersonalInfoDetector().detect(read(PersonalizationRequest.of("pay 4111 1111 1111 1111 now")))
    (span,) = found.spans
    assert "pay 4111 1111 1111 1111 now"[span.start : span.end] == "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "text", ["1 " * 50_000, "1-" * 50_000, "a@" * 50_000, "a." * 50_000, "AB12 " * 20_000, "+" * 100_000]
)
def test_no_input_makes_it_slow(text):
    started = time.perf_counter()
    sources(text)
    assert time.perf_counter() - started < 5
