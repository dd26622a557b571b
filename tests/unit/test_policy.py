"""Policies: layered tables whose lines know where they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli.policy import app
from moderation.errors import PolicyError
from moderation.evidence import Category, Evidence, Outcome
from moderation.policy import PolicyBook, PolicyLayer, load_policies, parse_policy

BOOK = load_policies()


def evidence(
    category: Category = Category.PROFANITY, severity: int = 3, score: float = 1.0, **more: object
) -> Evidence:
    return Evidence(
        detector="test", category=category, severity=severity, score=score, source="t/1", explanation="Test.", **more
    )


@given(
    category=st.sampled_from(list(Category)),
    severity=st.integers(1, 4),
    low=st.floats(0, 1),
    high=st.floats(0, 1),
    name=st.sampled_from(BOOK.names),
)
def test_a_surer_finding_is_never_treated_more_leniently(category, severity, low, high, name):
    policy = BOOK.effective(name)
    less, more = sorted((low, high))
    weaker = policy.outcome(evidence(category, severity, less))
    assert weaker <= policy.outcome(evidence(category, severity, more))


@given(category=st.sampled_from(list(Category)), score=st.floats(0, 1), name=st.sampled_from(BOOK.names))
def test_a_more_severe_finding_is_never_treated_more_leniently(category, score, name):
    outcomes = [BOOK.effective(name).outcome(evidence(category, severity, score)) for severity in (1, 2, 3, 4)]
    assert outcomes == sorted(outcomes)


@given(severity=st.integers(1, 4), score=st.floats(0, 1), cap=st.sampled_from(list(Outcome)))
def test_evidence_never_causes_more_than_it_may(severity, score, cap):
    found = evidence(Category.HATE, severity, score, at_most=cap)
    assert BOOK.effective().outcome(found) <= cap


def test_shipped_policies_are_whole_and_described():
    assert BOOK.names == ["adult-humour", "balanced", "family"]
    for name in BOOK.names:
        assert set(BOOK.effective(name).thresholds) == set(Category)
        assert BOOK.describe(name)


def test_hate_is_as_strict_for_adults_as_for_anyone():
    lenient, default = BOOK.effective("adult-humour"), BOOK.effective("balanced")
    for category in (Category.HATE, Category.EXTREMISM, Category.VIOLENCE):
        assert lenient.thresholds[category].review == default.thresholds[category].review
        assert lenient.thresholds[category].reject == default.thresholds[category].reject


def test_mild_profanity_separates_the_three_policies():
    crude = evidence(Category.PROFANITY, 2, 0.95)
    outcomes = {name: BOOK.effective(name).outcome(crude) for name in BOOK.names}
    assert outcomes == {"family": Outcome.REJECT, "balanced": Outcome.REJECT, "adult-humour": Outcome.APPROVE}


LINES = ", ".join(f"{category}: {{review: [0.5, 0.5, 0.5, 0.5], reject: [1, 1, 1, 1]}}" for category in Category)
BASE = f"""
name: base
describes: test
categories: {{{LINES}}}
brands: {{Acme: {{drugs: {{review: [0.1, 0.1, 0.1, 0.1]}}}}}}
products: {{mug: {{drugs: {{review: [0.2, 0.2, 0.2, 0.2]}}}}}}
regions: {{DE: {{drugs: {{review: [0.3, 0.3, 0.3, 0.3]}}}}}}
"""


def test_later_layers_win_line_by_line_and_are_named():
    book = PolicyBook([parse_policy(BASE, "base.yaml")])
    shop = PolicyLayer(origin="merchant Shop", categories={"drugs": {"review": [0.05] * 4}})
    steps = [
        ({}, None, 0.5, "base"),
        ({}, shop, 0.05, "merchant Shop (review), base (reject)"),
        ({"brand": "ACME"}, shop, 0.1, "base, brand Acme (review), base (reject)"),
        ({"brand": "acme", "product": "Mug"}, shop, 0.2, "base, product mug (review), base (reject)"),
        ({"brand": "acme", "product": "mug", "region": "de"}, shop, 0.3, "base, region DE (review), base (reject)"),
    ]
    for where, merchant, review, origin in steps:
        line = book.effective("base", merchant=merchant, **where).thresholds[Category.DRUGS]
        assert (line.review[0], line.origin) == (review, origin)
        assert line.reject == (1, 1, 1, 1)


def test_the_version_names_the_content_not_the_layers():
    book = PolicyBook([parse_policy(BASE, "base.yaml")])
    assert book.effective("base").version == book.effective("base", brand="other").version
    assert book.effective("base").version != book.effective("base", brand="acme").version


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: x\nhate: }", 2, "not valid YAML"),
        ("name: x\ncategories:\n  hate: {}\n  hate: {}", 4, "hate stands twice"),
        ("categories: {}", 1, "needs a 'name'"),
        ("name: x\nsurprise: 1", 2, "unknown key surprise"),
        ("name: x\nbrands: 7", 2, "the lines of x, brands must be"),
        ("name: x\nbrands:\n  Acme: [hate]", 3, "the lines of x, brand Acme must be"),
        ("name: x\ncategories:\n  hate: 7", 3, "must be {review"),
        ("name: x\ncategories:\n  rudeness: {review: [1, 1, 1, 1]}", 3, "no category 'rudeness'"),
        ("name: x\nregions:\n  DE:\n    hate: {review: [1, 1, 1]}", 4, "needs four entries"),
        ("name: x\ncategories: {hate: {review: [1, 1, 1, 7]}}", 2, "needs four entries"),
        ("name: x\ncategories: {hate: {review: [1, 1, 1, 1], reject: [0, 0, 0, 0]}}", 2, "below its review score"),
        ("name: x\ncategories: {hate: {revue: [1, 1, 1, 1]}}", 2, "unknown key revue"),
    ],
)
def test_a_bad_policy_file_is_named_with_its_line_and_what_to_do(text, line, says):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{line}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: x\n", "mine.yaml: policy x: no line for profanity"),
        ("name: x\nextends: strict\n", "mine.yaml: There is no policy 'strict'"),
        ("name: base\nextends: x\n", "mine.yaml: base.yaml is named base, too"),
        (
            "name: x\nextends: base\ncategories:\n  hate: {reject: [0, 0, 0, 0]}",
            "mine.yaml:4: hate: a reject score lies",
        ),
        (
            "name: x\nextends: base\nbrands:\n  A:\n    hate: {reject: [0, 0, 0, 0]}",
            "mine.yaml:5: hate: a reject score",
        ),
    ],
)
def test_what_only_shows_among_the_other_policies_stops_the_start_too(text, says):
    with pytest.raises(PolicyError) as caught:
        PolicyBook([parse_policy(BASE, "base.yaml"), parse_policy(text, "mine.yaml")])
    assert str(caught.value).startswith(says)


def test_a_policy_that_extends_itself_is_refused():
    documents = [parse_policy(f"name: {a}\nextends: {b}", f"{a}.yaml") for a, b in (("a", "b"), ("b", "a"))]
    with pytest.raises(PolicyError, match="extends itself"):
        PolicyBook(documents)


def test_no_policy_may_let_failed_checks_pass():
    line = "unclear: {review: [0.5, 0.5, 0.5, 0.5], reject: [1, 1, 1, 1]}"
    never = "unclear: {review: [never, never, never, never], reject: [never, never, never, never]}"
    assert line in BASE
    with pytest.raises(PolicyError, match="unclear must be reviewed"):
        PolicyBook([parse_policy(BASE.replace(line, never), "base.yaml")])


def test_an_unknown_policy_is_refused_with_the_names_there_are():
    with pytest.raises(PolicyError, match="balanced"):
        BOOK.effective("strict")


def test_own_policies_extend_and_replace_the_shipped_ones(tmp_path):
    (tmp_path / "shop.yaml").write_text("name: shop\nextends: balanced\ncategories:\n  drugs: {review: [0, 0, 0, 0]}\n")
    (tmp_path / "family.yaml").write_text("name: family\nextends: balanced\n")
    book = load_policies(tmp_path)
    assert book.names == ["adult-humour", "balanced", "family", "shop"]
    assert book.effective("shop").thresholds[Category.DRUGS].review == (0, 0, 0, 0)
    assert book.effective("family").thresholds == book.effective("balanced").thresholds


def test_a_folder_without_policies_is_refused(tmp_path):
    with pytest.raises(PolicyError, match=r"holds no \.yaml file"):
        load_policies(tmp_path)


def run(*arguments, **environment):
    result = CliRunner().invoke(app, arguments, env=environment)
    assert result.exception is None or isinstance(result.exception, (SystemExit, PolicyError)), result.exception
    return result.exit_code, result.output + str(result.exception or "")


def test_show_prints_each_line_with_the_layers_that_wrote_it(tmp_path):
    (tmp_path / "shop.yaml").write_text(BASE.replace("name: base", "name: shop").replace("[0.3, 0.3", "[0.3, 0.4"))
    where = ("--brand", "acme", "--product", "mug", "--region", "DE")
    code, printed = run("show", "shop", *where, MODERATION_POLICIES=str(tmp_path))
    assert code == 0, printed
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in printed.splitlines()}
    assert lines["hate"] == "0.50 0.50 0.50 0.50 1.00 1.00 1.00 1.00 shop"
    assert lines["drugs"] == "0.30 0.40 0.30 0.30 1.00 1.00 1.00 1.00 shop, region DE (review), shop (reject)"


def test_lint_names_file_and_line(tmp_path):
    assert run("lint")[0] == 0
    (tmp_path / "shop.yaml").write_text("name: shop\nextends: balanced\ncategories:\n  rudeness: {}\n")
    code, printed = run("lint", str(tmp_path))
    assert code == 1
    assert "shop.yaml:4: there is no category 'rudeness'" in printed
