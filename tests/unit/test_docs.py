"""What the documents promise is what the code has."""

import re
from pathlib import Path

import pytest
import yaml

from api.reviewing.known import parse_known
from api.settings import PREFIX, Settings
from moderation.evidence import Category, Evidence, Outcome
from moderation.policy import load_policies, parse_policy
from moderation.review_rules import parse_rules

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


BOOK = load_policies()


@pytest.mark.parametrize("name", BOOK.names)
def test_every_policy_has_a_page_that_tells_what_it_does(name):
    text = (DOCS / f"policy-{name}.md").read_text("utf-8")
    told = re.findall(r"^\| .*?\((`[^)]*)\) \| (.*?) \|", text, re.MULTILINE)
    assert len(told) >= 7
    for named, happens in told:
        for category, severity in re.findall(r"`(\w+)` (\d)", named):
            assert _sure_outcome(name, category, int(severity)) is _promised(happens, category, int(severity)), named


def _sure_outcome(policy, category, severity, score=1.0):
    found = {"detector": "test", "source": "t/1", "explanation": "Test.", "severity": severity, "score": score}
    return BOOK.effective(policy).outcome(Evidence(category=Category(category), **found))


def _promised(happens, category, severity):
    if "as in `balanced`" in happens:
        return _sure_outcome("balanced", category, severity)
    if "refused" in happens:
        return Outcome.REJECT
    return Outcome.APPROVE if "it is made" in happens else Outcome.REVIEW


def test_what_security_promises_is_tested_where_it_says():
    named = re.findall(r"`(tests/[a-z_/.]+)`", (DOCS.parent / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (DOCS.parent / path).exists()] == []


def test_the_consoles_examples_of_rules_and_controls_can_be_used():
    rules, controls = map(
        yaml.safe_load, re.findall(r"```yaml\n(.*?)```", (DOCS / "console.md").read_text("utf-8"), re.DOTALL)
    )
    assert parse_rules(rules).double_review_rate > 0
    assert parse_known(controls, "docs/console.md")[0].why
