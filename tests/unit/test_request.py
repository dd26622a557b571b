"""Requests are read as they came: every shape of fields, nothing corrected, errors that name the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import InvalidRequest
from moderation.request import PersonalizationRequest, parse_request


@given(st.text())
def test_a_text_arrives_untouched(text):
    assert parse_request({"text": text}).fields[0].text == text
    assert parse_request({"fields": {"a": text}}).text_of("a") == text
    assert parse_request({"fields": [{"name": "a", "text": text}]}).text_of("a") == text


def test_object_order_is_the_order_on_the_product():
    assert [f.name for f in parse_request({"fields": {"z": "", "a": "", "m": ""}}).fields] == ["z", "a", "m"]


def test_context_is_kept_and_nulls_mean_absent():
    request = parse_request({"text": "x", "brand": "Acme", "product": None, "locale": "fr", "other": 1})
    assert request == PersonalizationRequest.of("x", brand="Acme", locale="fr")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "exactly one"),
        ({"text": "x", "fields": {}}, "exactly one"),
        ({"text": 7}, '"text" must be a string, not a number'),
        ({"text": None}, "not null"),
        ({"fields": {}}, "empty"),
        ({"fields": []}, "empty"),
        ({"fields": "x"}, "must be an object"),
        ({"fields": ["x"]}, r"fields\[0\] must be an object"),
        ({"fields": [{"name": "a"}]}, '"text" is missing'),
        ({"fields": {"a": 1}}, '"a" must be a string'),
        ({"fields": [{"name": "a", "text": ""}] * 2}, "must differ"),
        ({"text": "x", "brand": 5}, '"brand" must be a string'),
    ],
)
def test_a_bad_request_is_refused_by_name(data, says):
    with pytest.raises(InvalidRequest, match=says):
        parse_request(data)
