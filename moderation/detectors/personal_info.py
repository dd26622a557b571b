"""Finds details by which a private person can be reached or harmed: card, bank, phone and mail addresses.

Personal gifts are full of innocent numbers (dates, coordinates, jersey and race numbers), so a number counts only when
its own checksum or its own form says what it is; a dog tag's phone number goes to a person, never to refusal.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar
from unicodedata import decimal

from moderation.evidence import Category, Evidence, Outcome, Severity
from moderation.reading import Reading, Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of detail. Patterns have no nested repeats, so no input can make one slow."""

    name: str
    pattern: re.Pattern[str]
    severity: Severity
    score: float
    at_most: Outcome
    says: str
    holds: Callable[[str], bool] = lambda _text: True


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def is_card_number(text: str) -> bool:
    """13 to 19 digits of an issuer's range with a right Luhn checksum."""
    digits = _digits(text)
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456" or len(set(digits)) < 2:
        return False
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Right length class and a right ISO 13616 checksum."""
    compact = "".join(text.split()).upper()
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def is_phone_number(text: str) -> bool:
    """8 to 15 digits that are no date, no year range and no coordinates."""
    digits = _digits(text)
    if not 8 <= len(digits) <= 15 or len(set(digits)) <= 2:
        return False
    return _PAIRS.fullmatch(text) is not None or not _DATE.search(text)


def is_international_number(text: str) -> bool:
    """A country's calling code and as many digits as its numbers have, in groups that are no decimals and no count."""
    digits = _digits(text).removeprefix("00")
    code = _CALLING_CODE.match(digits)
    if code is None or not 9 <= len(digits) <= 15 or len(set(digits)) <= 2:
        return False
    if code[0] in ("1", "7") and len(digits) != 11:  # North America and Russia have one length
        return False
    groups = re.findall(r"\d+", text)
    is_coordinates = any(_DECIMAL.fullmatch(word) for word in text.split())
    return not is_coordinates and any(len(group) > 1 for group in groups[1:] or groups)


_CALLING_CODE = re.compile(
    r"1|7|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42[013]|5[1-8]|5[09]\d|6[0-6]|6[7-9]\d|8[1246]|8[0578]\d|9[0-58]|9[679]\d"
)
_DECIMAL = re.compile(r"[+＋]?\d{1,3}\.\d{3,}")

#: French numbers are five pairs; their middle looks like a date.
_PAIRS = re.compile(r"0[1-9](?:[ .-]\d\d){4}")
_DATE = re.compile(
    r"\b(?:\d{1,2}[-./ ]\d{1,2}[-./ ](?:1\d|20)?\d\d|(?:1\d|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|(?:1\d|20)\d\d ?[-/] ?(?:1\d|20)\d\d)\b"
)

#: What says of the number after it that it is no telephone's.
_LABEL = re.compile(
    r"(?:\b(?:s/?n|serial|ser|lot|batch|imo|mmsi|isbn|part|art|item|ref|order|bib|model|vin|edition|invoice|patent|locker|unit|coords?|coordinates)"
    r"|№)[.:#]? ?(?:no\.?|nr\.?|number|#)?[.:# ]*\Z",
    re.IGNORECASE,
)

#: Characters before a number in which its label may begin.
_LABEL_REACH = 40
#: Of each kind that are told; an order with more has said enough, and a person looks at the rest.
_MOST = 100


def _phone(
    pattern: str, score: float, *, before: str = r"[\w.,+°/:#-]", holds: Callable[[str], bool] = is_phone_number
) -> _Kind:
    # No digit, degree sign or decimal may stand on either side: coordinates and measures are no numbers to call.
    return _Kind(
        name="phone",
        pattern=re.compile(rf"(?<!{before}){pattern}(?![\w°]|[.,/:-]\d)"),
        severity=2,
        score=score,
        at_most=Outcome.REVIEW,
        says="a telephone number",
        holds=holds,
    )


_KINDS = (
    _Kind(
        name="card_number",
        pattern=re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)"),
        severity=4,
        score=0.95,
        at_most=Outcome.REJECT,
        says="a payment card number with a right checksum",
        holds=is_card_number,
    ),
    _Kind(
        name="iban",
        pattern=re.compile(r"\b[a-zA-Z]{2}\d\d(?: ?[a-zA-Z0-9]){11,30}\b"),
        severity=3,
        score=0.95,
        at_most=Outcome.REVIEW,
        says="a bank account number (IBAN) with a right checksum",
        holds=is_iban,
    ),
    _Kind(
        name="us_social_security_number",
        pattern=re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])"),
        severity=4,
        score=0.8,
        at_most=Outcome.REVIEW,
        says="a number in the form of a United States social security number",
    ),
    _Kind(
        name="email",
        pattern=re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
        severity=2,
        score=0.7,
        at_most=Outcome.REVIEW,
        says="an e-mail address",
    ),
    # With a country code, however it is grouped: +44 20 7946 0958, +33 (0)6 12 34 56 78, 0044...
    _phone(r"(?:[+＋]\s?|00\s?)[1-9](?:[\s./()-]{0,3}\d){6,14}", 0.65, before=r"[\w+°]", holds=is_international_number),
    # Russia's own prefix and Brazil's area in brackets: 8 (912) 345-67-89, (11) 91234-5678.
    _phone(r"(?:8[ -]?[(]?9\d{2}[)]?[ -]?\d{3}[ -]\d\d[ -]\d\d|[(][1-9]\d[)] ?9\d{4}-\d{4})", 0.6),
    # A long-distance prefix: 07700 900123, 06 12 34 56 78, (0)20-79460958, 0612345678.
    _phone(r"[(]?0[)]?[1-9]\d{0,4}[)]?(?:[ ./-]{0,2}\d{2,9}){1,5}", 0.6),
    # North America: (555) 010-4477, 555-010-4477, 555.010.4477.
    _phone(r"(?:1[ .-])?(?:[(][2-9]\d{2}[)] ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}", 0.6),
    _Kind(
        name="street_address",
        pattern=re.compile(
            r"\b\d{1,5}[a-z]? (?:[\w'-]{2,20} ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|court|terrace|boulevard|blvd)\b"
            r"[., ]{1,3}(?=.{0,40}(?:\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b|\b[a-z]{2} \d{5}\b|\bapt\b|\bflat\b))",
            re.IGNORECASE,
        ),
        severity=2,
        score=0.7,
        at_most=Outcome.REVIEW,
        says="a postal address",
    ),
    _Kind(
        name="secret",
        pattern=re.compile(
            r"\b(?:password|passcode|door code|gate code|alarm code|pin|pin code|passport(?: no| number)?|wifi|wi-fi)\b"
            r"(?: is|:|=| no\.?| number)? {0,2}(?=\S{0,20}\d)\S{4,30}",
            re.IGNORECASE,
        ),
        severity=2,
        score=0.7,
        at_most=Outcome.REVIEW,
        says="what looks like a password, a code or a document number",
    ),
    _Kind(
        name="handle",
        pattern=re.compile(
            r"\b(?:insta|instagram|ig|snap|snapchat|sc|tiktok|telegram|whatsapp|twitter|onlyfans|discord)\b[ :=-]{0,3}@[\w.]{3,30}",
            re.IGNORECASE,
        ),
        severity=2,
        score=0.55,
        at_most=Outcome.REVIEW,
        says="an account name",
    ),
    _Kind(
        name="web_address",
        pattern=re.compile(r"\b(?:https?://|www\.)[^\s]{3,200}", re.IGNORECASE),
        severity=2,
        score=0.6,
        at_most=Outcome.REVIEW,
        says="a web address",
    ),
)


class PersonalInfoDetector:
    """Looks for private details in the words as they were written, digits of all scripts alike."""

    name: ClassVar[str] = "personal_info"

    def detect(self, readings: Readings) -> list[Evidence]:
        found: list[Evidence] = []
        taken: list[tuple[int, int]] = []
        text = _with_plain_digits(readings.as_written.text)
        for kind in _KINDS:
            for start, end in islice(_matches(kind, text), _MOST):
                if any(start < high and low < end for low, high in taken):
                    continue  # a card number is not also a telephone number
                taken.append((start, end))
                found.append(_evidence(kind, readings.as_written, start, end))
        return found


def _with_plain_digits(text: str) -> str:
    """The text, as long as before, with the digits of all scripts as 0 to 9."""
    return text if text.isascii() else "".join(str(decimal(c)) if c.isdecimal() else c for c in text)


def _matches(kind: _Kind, text: str) -> Iterator[tuple[int, int]]:
    for match in kind.pattern.finditer(text):
        at = match.start()
        is_labelled = kind.name == "phone" and _LABEL.search(text, max(0, at - _LABEL_REACH), at)
        if kind.holds(match.group()) and not is_labelled:
            yield match.span()


def _evidence(kind: _Kind, reading: Reading, start: int, end: int) -> Evidence:
    return Evidence(
        detector=PersonalInfoDetector.name,
        category=Category.PERSONAL_INFO,
        severity=kind.severity,
        score=kind.score,
        spans=reading.spans(start, end),
        source=f"personal_info/{kind.name}",
        explanation=f"Contains {kind.says}.",
        at_most=kind.at_most,
    )
