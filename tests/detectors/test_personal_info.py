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


#: Numbers as people of many countries write them: grouped, with a trunk zero, brackets, strokes, signs of full width.
INTERNATIONAL = (
    "+33 6 12 34 56 78",
    "+33 (0)6 12 34 56 78",
    "+33612345678",
    "+33-6-12-34-56-78",
    "+33.6.12.34.56.78",
    "+ 33 6 12 34 56 78",
    "0033 6 12 34 56 78",
    "+49 171 1234567",
    "+49 (0)171 1234567",
    "+49 (0) 171 / 1234567",
    "+49/171/1234567",
    "+49 30 901820",
    "+1 (415) 555-2671",
    "+1-415-555-2671",
    "+1.415.555.2671",
    "(+1) 415 555 2671",
    "001 415 555 2671",
    "0044 20 7946 0018",
    "+44 (0)20 7946 0018",
    "(+44) 20 7946 0018",
    "+34 612 34 56 78",
    "+39 333 123 4567",
    "+39 06 1234 5678",
    "+351 912 345 678",
    "+31 6 12345678",
    "+31 6 1234 5678",
    "+31 (0)6 12 34 56 78",
    "+32 470 12 34 56",
    "+41 79 123 45 67",
    "+43 664 1234567",
    "+48 601 234 567",
    "+420 601 123 456",
    "+36 20 123 4567",
    "+40 721 234 567",
    "+46 (0)70-123 45 67",
    "+47 41 23 45 67",
    "+45 20 12 34 56",
    "+45 2012 3456",
    "+358 40 123 4567",
    "+7 912 345-67-89",
    "+7 (912) 345-67-89",
    "8 (912) 345-67-89",
    "8-912-345-67-89",
    "+380 67 123 45 67",
    "+90 532 123 45 67",
    "+90 (532) 123 45 67",
    "+30 691 234 5678",
    "+972 50-123-4567",
    "+966 50 123 4567",
    "+20 100 123 4567",
    "+91 98765 43210",
    "+91-98765-43210",
    "+86 138 0013 8000",
    "+81 90-1234-5678",
    "+82 10-1234-5678",
    "+65 9123 4567",
    "+852 9123 4567",
    "+55 11 91234-5678",
    "+55 (11) 91234-5678",
    "(11) 91234-5678",
    "+52 55 1234 5678",
    "+54 9 11 1234-5678",
    "+27 82 123 4567",
    "+234 803 123 4567",
    "+61 412 345 678",
    "+64 21 123 4567",
    "+353 85 123 4567",
    "+62 812-3456-7890",
    "+84 91 234 56 78",
    "00 33 6 12 34 56 78",
    "Tel: +33 6 12 34 56 78",
    "call me +33 6 12 34 56 78 bisous",
    "WhatsApp:+33 6 12 34 56 78",
    "tel:+33612345678",
    "＋33 6 12 34 56 78",
    "+33 7 01 02 03 04",
    "+33 1 12 12 20 20",
    "+33 6 10 10 10 10",
    "+41 79 12 12 2012",
    "+33 6 12 34 56 78 24/12/2024",
    "+33 6.12.34.56.78",
    "+33\xa06\xa012\xa034\xa056\xa078",
    "٠٠٤٤ ٢٠ ٧٩٤٦ ٠٠١٨",
)


def test_numbers_with_a_country_code_are_found_however_they_are_grouped():
    assert [text for text in INTERNATIONAL if sources(text) != ["phone"]] == []


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
        "+48.8584 +2.2945",
        "+48.8583701, +2.2944813",
        "-33.8568 151.2153",
        "40 44 54 N 73 59 08 W",
        "12 05 2024",
        "Anna + 12.05.2024",
        "Anna +12 05 2024",
        "Tom + 30 01 2024",
        "01 - 02 - 2003",
        "01 / 02 / 2003",
        "2:59:59",
        "00:12:34.567",
        "00.12.34.56",
        "6-4 6-3 7-5",
        "21-19 18-21 21-15",
        "ISBN 978-3-16-148410-0",
        "978 0 306 40615 7",
        "No. 12 34",
        "Edition 0044/0100",
        "0033 / 9999",
        "Jersey 10 23 7",
        "1 2 3 4 5 6 7",
        "+1 2 3 4 5 6 7 8 9",
        "+1 000 000 000",
        "TQ 123 456",
        "32U 461344 5481745",
        "1988 - 1990 - 1992",
        "24 12 1990 & 31 12 1992",
        "+10 -20 +30 -40",
        "GMT +02:00",
        "007 1962 2022",
        "00 20 30 40",
        "0 1 1 2 3 5 8 13 21 34 55",
        "S/N 0044 2079460018",
    ],
)
def test_the_numbers_of_gifts_are_innocent(text):
    assert sources(text) == []


def test_the_span_covers_the_number_and_nothing_else():
    (found,) = PersonalInfoDetector().detect(read(PersonalizationRequest.of("pay 4111 1111 1111 1111 now")))
    (span,) = found.spans
    assert "pay 4111 1111 1111 1111 now"[span.start : span.end] == "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "text",
    ["1 " * 50_000, "1-" * 50_000, "a@" * 50_000, "a." * 50_000, "AB12 " * 20_000, "+" * 100_000, "a@b." * 12_000],
)
def test_no_input_makes_it_slow(text):
    started = time.perf_counter()
    sources(text)
    assert time.perf_counter() - started < 5
