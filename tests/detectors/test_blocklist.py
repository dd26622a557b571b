"""The blocklist detector, specified by cases anyone can read: ``blocklist.yaml``."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from moderation.detectors.blocklist import BlocklistDetector
from moderation.evidence import Category, Evidence, Outcome
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term, TermLists

FILE = yaml.safe_load(Path(__file__).with_name("blocklist.yaml").read_text("utf-8"))


def term_of(row: dict[str, Any]) -> Term:
    return Term(
        id=row["id"], term=row["term"], match=MatchKind(row["match"]), action=Action(row.get("action", "reject")),
        severity=row["severity"], category=Category.PROFANITY, language=row.get("language", "en"), reason="a test term",
        unless=tuple(row.get("unless", ())), context=tuple(row.get("context", ())),
        regions=frozenset(row.get("regions", ())), scope=frozenset(row.get("scope", ())),
    )  # fmt: skip


@cache
def detector() -> BlocklistDetector:
    allowed = tuple(Allow(term=row["term"], kind=AllowKind(row["kind"])) for row in FILE["allowed"])
    return BlocklistDetector(TermLists(blocked=tuple(map(term_of, FILE["terms"])), allowed=allowed, version="test"))


def detect(*fields: str, **context: str) -> list[Evidence]:
    request = PersonalizationRequest(
        fields=tuple(Field(name=f"f{at}", text=text) for at, text in enumerate(fields)), **context
    )
    return detector().detect(read(request))


@pytest.mark.parametrize("name", FILE["cases"])
def test_case(name: str) -> None:
    case = FILE["cases"][name]
    context = {key: case[key] for key in ("region", "brand") if key in case}
    found = detect(case["text"], **context)
    covered = {
        each.source: "".join(case["text"][span.start : span.end] for span in each.spans)
        for each in found
        if each.score >= 0.5
    }
    assert covered == case["found"]


def test_a_word_over_two_fields_is_marked_in_both() -> None:
    (found,) = detect("fu", "ck")
    assert [(span.field, span.start, span.end) for span in found.spans] == [("f0", 0, 2), ("f1", 0, 2)]
    assert found.read_as == "fuck"


def test_one_letter_a_line_is_read_downwards() -> None:
    assert {each.source for each in detect("f\nu\nc\nk")} == {"t/fuck"}


def test_a_severe_term_that_is_a_name_goes_to_review_at_most() -> None:
    lists = TermLists(
        blocked=(term_of({"id": "t/x", "term": "Fanny", "match": "word", "severity": 3}),),
        allowed=(Allow(term="Fanny", kind=AllowKind.NAME),),
        version="test",
    )
    found, known = BlocklistDetector(lists).detect(read(PersonalizationRequest.of("Fanny")))
    assert known.source == "allow/known"
    assert found.at_most == Outcome.REVIEW


def test_an_uncertain_disguise_goes_to_review_at_most() -> None:
    (found,) = detect("wnkr")
    assert 0.5 <= found.score < 0.9
    assert found.at_most == Outcome.REVIEW


def test_a_note_causes_nothing_by_itself() -> None:
    lists = TermLists(
        blocked=(term_of({"id": "t/n", "term": "blimey", "match": "word", "severity": 1, "action": "note"}),),
        allowed=(),
        version="test",
    )
    (found,) = BlocklistDetector(lists).detect(read(PersonalizationRequest.of("blimey")))
    assert found.at_most == Outcome.APPROVE


def test_hidden_characters_are_evidence_by_code_point() -> None:
    (found,) = detect("An\u200bna")
    assert found.category == Category.UNCLEAR
    assert found.at_most == Outcome.REVIEW
    assert "U+200B ZERO WIDTH SPACE" in found.explanation
    assert [(span.start, span.end) for span in found.spans] == [(2, 3)]


def test_the_explanation_says_what_is_read_why_it_is_listed_and_how() -> None:
    (found,) = detect("5h1t")
    assert found.explanation == "Reads as “shit” (listed: a test term), with digits and signs as letters."


def test_the_same_term_in_two_places_is_two_findings() -> None:
    assert [each.spans[0].start for each in detect("shit happens, shit")] == [0, 14]
