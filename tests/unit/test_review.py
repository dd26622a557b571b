"""Cases: one table of transitions; queues by what the case is about; reasons must be true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import CaseConflict, DishonestReason
from moderation.evidence import Category, Evidence, Outcome
from moderation.review import TRANSITIONS, CaseEvent, CaseState, check_honest, next_state

#: What brings a decided case back.
BACK = {CaseEvent.REOPEN, CaseEvent.SECOND, CaseEvent.DIFFER}


@given(st.lists(st.sampled_from(list(CaseEvent)), max_size=30))
def test_no_sequence_of_events_decides_a_case_twice_without_reopening_it(events):
    state, decided = CaseState.OPEN, 0
    for event in events:
        try:
            state = next_state("case_1", state, event)
        except CaseConflict:
            continue
        decided = decided + 1 if event is CaseEvent.DECIDE else 0 if event in BACK else decided
        assert decided <= 1
        assert (decided == 1) == (state is CaseState.RESOLVED) or state is CaseState.CLOSED


@given(st.sampled_from(list(CaseState)), st.sampled_from(list(CaseEvent)))
def test_what_the_table_does_not_allow_is_refused_with_what_is_possible(state, event):
    if (state, event) in TRANSITIONS:
        assert next_state("case_1", state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(CaseConflict, match=f"case_1 is {state}"):
            next_state("case_1", state, event)


def test_an_escalated_case_never_returns_to_the_open_queue():
    reachable = {after for (state, _), after in TRANSITIONS.items() if state is CaseState.ESCALATED}
    assert CaseState.OPEN not in reachable


BRAND = [
    Evidence(detector="brand", category=Category.BRAND_TARGETING, severity=2, score=0.8, source="x", explanation="X.")
]


def test_criticism_cannot_be_sent_out_as_profanity():
    with pytest.raises(DishonestReason, match="brand_targeting"):
        check_honest(Outcome.REJECT, Category.PROFANITY, BRAND, "")
    with pytest.raises(DishonestReason):
        check_honest(Outcome.REJECT, Category.PROFANITY, BRAND, "   ")


def test_a_persons_own_ground_is_marked_as_added():
    assert check_honest(Outcome.REJECT, Category.PROFANITY, BRAND, "a local swear word in Leeds") is True
    assert check_honest(Outcome.REJECT, Category.BRAND_TARGETING, BRAND, "") is False
    assert check_honest(Outcome.APPROVE, None, BRAND, "") is False


def test_a_rejection_needs_a_reason():
    with pytest.raises(DishonestReason, match="needs a reason"):
        check_honest(Outcome.REJECT, None, BRAND, "because")
