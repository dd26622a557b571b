"""docs/integrating.md says what the server does: its calls exist, its samples run, its test words work."""

import ast
import re
from pathlib import Path

import pytest

from api.client import Client
from api.intake.forcing import force
from api.reviewing.orders import MAX_REVISIONS
from api.settings import Settings
from moderation.policy import load_policies
from moderation.request import PersonalizationRequest


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


TEXT = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text("utf-8")
ROW = re.compile(r"^\| `(test:[a-z:_-]+)` \| (\w+)", re.MULTILINE)


def test_every_call_that_is_named_exists(client):
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, operations in client.app.openapi()["paths"].items()
        for method in operations
    }
    named = re.findall(r"(GET|POST|DELETE) (/v1/[\w/{}-]+)", re.sub(r"\{[^}]*\}", "{}", TEXT))
    assert len(named) > 12
    assert set(named) <= known
    documented = {path for _method, path in named}
    assert {path for _method, path in known if path.startswith("/v1/screenings")} <= documented


@pytest.mark.parametrize("sample", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_every_sample_can_be_read_and_names_what_there_is(sample):
    for node in ast.walk(ast.parse(sample)):
        if isinstance(node, ast.ImportFrom):
            module = __import__(node.module, fromlist=["x"])
            assert all(hasattr(module, alias.name) for alias in node.names)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "moderation":
            assert hasattr(Client, node.attr)


@pytest.mark.parametrize(("word", "outcome"), ROW.findall(TEXT))
def test_the_test_words_do_what_the_table_says(word, outcome):
    policy = load_policies().effective("balanced")
    forced = force(PersonalizationRequest.of(word), policy, {})
    expected = {"approved": "approve", "rejected": "reject", "in": "review"}[outcome]
    assert forced.decision.outcome == expected


def test_the_numbers_are_the_real_ones():
    assert len(ROW.findall(TEXT)) == 6
    assert MAX_REVISIONS == 5
    assert "five texts" in TEXT
    assert Settings.model_fields["answer_within_ms"].default == 800
    assert Settings.model_fields["status_link_days"].default == 30
    assert "within 800 ms" in TEXT
    assert "good for 30 days" in TEXT
