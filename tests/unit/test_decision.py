"""Decisions: the strictest finding decides; nothing is added up; the same findings give the same decision."""

from hypothesis import given
from hypothesis import strategies as st

from moderation.decision import decide
from moderation.evidence import Category, Evidence, Outcome, Span
from moderation.policy import load_policies

POLICY = load_policies().effective()

findings = st.lists(
    st.builds(
        Evidence,
        detector=st.sampled_from(["blocklist", "toxicity", "brand"]),
        category=st.sampled_from(list(Category)),
        severity=st.integers(1, 4),
        score=st.floats(0, 1),
        spans=st.lists(
            st.builds(Span, field=st.just("text"), start=st.integers(0, 5), end=st.integers(5, 9)), max_size=1
        ).map(tuple),
        source=st.sampled_from(["a/1", "a/2", "b/1"]),
        explanation=st.just("Test."),
        at_most=st.sampled_from(list(Outcome)),
    ),
    max_size=6,
)


@given(findings)
def test_the_outcome_is_the_strictest_single_one(found):
    strictest = max((POLICY.outcome(each) for each in found), default=Outcome.APPROVE)
    assert decide(found, POLICY, {}).outcome is strictest


@given(findings, st.randoms())
def test_the_order_in_which_detectors_ran_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    first, second = decide(found, POLICY, {}), decide(shuffled, POLICY, {})
    assert (first.outcome, first.reasons, first.risk) == (second.outcome, second.reasons, second.risk)


@given(findings)
def test_every_reason_is_a_category_whose_evidence_reached_the_outcome(found):
    decision = decide(found, POLICY, {})
    reached = {each.category for each in found if POLICY.outcome(each) is decision.outcome}
    assert set(decision.reasons) == (set() if decision.outcome is Outcome.APPROVE else reached)
    assert len(decision.reasons) == len(set(decision.reasons))


@given(findings)
def test_saying_the_same_twice_changes_nothing_but_the_record(found):
    once, twice = decide(found, POLICY, {}), decide(found + found, POLICY, {})
    assert (once.outcome, once.reasons, once.risk) == (twice.outcome, twice.reasons, twice.risk)


@given(findings)
def test_risk_is_a_share_and_nothing_found_is_no_risk(found):
    decision = decide(found, POLICY, {})
    assert 0 <= decision.risk <= 1
    assert found or decision.risk == 0


def test_versions_name_the_policy():
    assert decide([], POLICY, {"lists": "x"}).versions == {"policy": POLICY.version, "lists": "x"}
