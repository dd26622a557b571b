"""What the documents promise is what the code has."""

import re
from pathlib import Path

import pytest
import yaml

from api.settings import PREFIX, Settings
from moderation.evidence import Category
from moderation.policy import parse_policy

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_and_nothing_else():
    documented = set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)`", (DOCS / "settings.md").read_text("utf-8"), re.MULTILINE))
    assert documented == {PREFIX + name.upper() for name in Settings.model_fields}


def test_documented_defaults_and_descriptions_are_the_real_ones():
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| {field.description} |" in text, f"docs/settings.md: correct the row of {name}"


def test_every_category_has_its_severities_explained():
    text = (DOCS / "policy.md").read_text("utf-8")
    for category in Category:
        assert category.value in text


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", (DOCS / "policy.md").read_text("utf-8"), re.DOTALL))
def test_examples_of_policies_can_be_used(block):
    data = yaml.safe_load(block)
    text = block if "name" in data else yaml.safe_dump({"name": "example", "categories": data})
    assert parse_policy(text, "docs/policy.md").name


def test_what_security_promises_is_tested_where_it_says():
    named = re.findall(r"`(tests/[a-z_/.]+)`", (DOCS.parent / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (DOCS.parent / path).exists()] == []
