"""Routing: where a case waits and when it is due, as data."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation.errors import PolicyError
from moderation.evidence import Category
from moderation.routing import Subject, due_at, language_of, load_routing, shipped_routing

OPENED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reasons", "locale", "queue"),
    [
        ((), None, "general"),
        ((Category.PROFANITY,), "en-GB", "general"),
        ((Category.PROFANITY,), "tr", "language:tr"),
        ((), "pt_BR", "language:pt"),
        ((), "nonsense locale", "general"),
        ((Category.BRAND_TARGETING,), "tr", "brand"),
        ((Category.BRAND_TARGETING, Category.SELF_HARM), None, "hate-and-safety"),
        ((Category.PUBLIC_FIGURE, Category.PROFANITY), "de", "names-and-marks"),
    ],
)
def test_a_case_waits_where_its_subject_is_known(reasons, locale, queue):
    assert shipped_routing().queue_for(Subject(reasons=reasons, locale=locale)) == queue
    assert shipped_routing().within(queue) > timedelta(0)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de-AT", "de"), ("FIL", "fil"), ("zh_Hant", "zh"), ("", None), ("x", None), ("dech", None)],
)
def test_the_language_of_a_locale(locale, language):
    assert language_of(locale) == language


def test_the_shops_deadline_moves_a_case_forward_only():
    promise = shipped_routing().within("brand")
    assert due_at(promise, OPENED, None) == OPENED + timedelta(hours=4)
    assert due_at(promise, OPENED, OPENED + timedelta(hours=1)) == OPENED + timedelta(hours=1)
    assert due_at(promise, OPENED, OPENED + timedelta(days=9)) == OPENED + timedelta(hours=4)


@pytest.mark.parametrize(
    ("metadata", "hour"),
    [
        ({"production_cutoff": "2026-01-01T05:00:00Z"}, 5),
        ({"production_cutoff": "2026-01-01T07:00:00+01:00", "promise_date": "2026-01-03"}, 6),
        ({"promise_date": "2026-01-01"}, 0),
        # What is no time neither counts nor stops anything.
        ({"production_cutoff": "soon", "promise_date": 20260101, "other": "2026-01-01T01:00:00Z"}, 8),
        ({"production_cutoff": None, "promise_date": True}, 8),
    ],
)
def test_the_earliest_time_that_the_shop_named_counts(metadata, hour):
    assert shipped_routing().deadline(OPENED + timedelta(hours=8), metadata) == OPENED + timedelta(hours=hour)


def test_rules_of_ones_own_lead_to_queues_of_ones_own(tmp_path):
    file = tmp_path / "routing.yaml"
    file.write_text(
        """
due_within_hours: {teams: 2, brand: 1}
rules:
  - {queue: teams, products: [Jersey], regions: [DE, at], languages: [de], severity: 2}
  - {queue: brand, brands: [strider]}
""",
        "utf-8",
    )
    routing = load_routing(file)
    jersey = Subject(locale="de-AT", brand="STRIDER", product="jersey", region="AT", severity=3)
    assert routing.queue_for(jersey) == "teams"
    assert routing.within("teams") == timedelta(hours=2)
    assert routing.queue_for(Subject(brand="Strider", product="jersey", severity=3)) == "brand"
    # What no rule fits waits in the general queue; promises that the file does not write are ours.
    assert routing.queue_for(Subject()) == "general"
    assert routing.within("appeals") == timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: ]", "routing.yaml:1: not valid YAML"),
        ("rules: 1", "needs a list of 'rules'"),
        ("rules: []\nother: 1", "unknown key other"),
        ("rules: [{queue: nowhere}]", "rule 1: needs a queue that has its hours"),
        ("rules: [{queue: brand, colour: [red]}]", "rule 1: unknown key colour"),
        ("rules: [{queue: brand, any_reason: [rude]}]", "there is no category 'rude'"),
        ("rules: [{queue: brand, brands: acme}]", "brands must be a list"),
        ("rules: [{queue: brand, languages: [no]}]", 'Write "no" in quotes'),
        ("rules: [{queue: brand, severity: 5}]", "severity must be"),
        ("due_within_hours: {brand: 0}\nrules: []", "brand must be a number of hours above 0"),
        ("due_within_hours: {'a b': 1}\nrules: []", "cannot be named 'a b'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(tmp_path, text, said):
    file = tmp_path / "routing.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(PolicyError, match=r"^routing\.yaml") as refused:
        load_routing(file)
    assert said in str(refused.value)
