"""A review case: its states, what may happen in each, and the one table that says so.

A case is opened when a person is needed and closed by a decision; decisions are added, never edited.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from moderation.errors import CaseConflict, DishonestReason
from moderation.evidence import Category, Evidence, Outcome


class CaseState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    #: The order went away (withdrawn, replaced); nothing is left to decide.
    CLOSED = "closed"


class CaseEvent(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    EXPIRE = "expire"
    ESCALATE = "escalate"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    #: A verdict became an opinion: somebody else gives the other, not knowing this one.
    SECOND = "second"
    #: Two opinions differ.
    DIFFER = "differ"


TRANSITIONS: Mapping[tuple[CaseState, CaseEvent], CaseState] = {
    (CaseState.OPEN, CaseEvent.CLAIM): CaseState.CLAIMED,
    (CaseState.CLAIMED, CaseEvent.RELEASE): CaseState.OPEN,
    (CaseState.CLAIMED, CaseEvent.EXPIRE): CaseState.OPEN,
    (CaseState.CLAIMED, CaseEvent.ESCALATE): CaseState.ESCALATED,
    (CaseState.CLAIMED, CaseEvent.DECIDE): CaseState.RESOLVED,
    # An escalated case is a lead's: it is decided there and never falls back into the open queue.
    (CaseState.ESCALATED, CaseEvent.DECIDE): CaseState.RESOLVED,
    (CaseState.OPEN, CaseEvent.WITHDRAW): CaseState.CLOSED,
    (CaseState.CLAIMED, CaseEvent.WITHDRAW): CaseState.CLOSED,
    (CaseState.ESCALATED, CaseEvent.WITHDRAW): CaseState.CLOSED,
    # An appeal brings a decided order back.
    (CaseState.RESOLVED, CaseEvent.REOPEN): CaseState.OPEN,
    (CaseState.RESOLVED, CaseEvent.SECOND): CaseState.OPEN,
    (CaseState.RESOLVED, CaseEvent.DIFFER): CaseState.ESCALATED,
}


def next_state(case: str, state: CaseState, event: CaseEvent) -> CaseState:
    """The state after an event.

    Raises:
        CaseConflict: The case is in a state in which this cannot happen; the message says which and what can.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        possible = ", ".join(sorted(e for s, e in TRANSITIONS if s is state)) or "nothing"
        raise CaseConflict(f"Case {case} is {state}; '{event}' is not possible now. Possible: {possible}.") from None


class Queue(StrEnum):
    """Where a case waits, by what it is about. Rules may lead to others: see ``moderation/routing.py``."""

    GENERAL = "general"
    BRAND = "brand"
    HATE_AND_SAFETY = "hate-and-safety"
    NAMES_AND_MARKS = "names-and-marks"
    APPEALS = "appeals"


def check_honest(outcome: Outcome, reason: Category | None, evidence: Iterable[Evidence], ground: str) -> bool:
    """Hold a reviewer to the true reason; True when the reason is the person's own, not the machine's.

    Raises:
        DishonestReason: A rejection has no reason, or cites a category that no evidence names and gives no ground.
    """
    if outcome is not Outcome.REJECT:
        return False
    if reason is None:
        raise DishonestReason("A rejection needs a reason. Choose the category that the text itself supports.")
    named = {found.category for found in evidence}
    if reason in named:
        return False
    if not ground.strip():
        found = ", ".join(sorted(named)) or "nothing"
        raise DishonestReason(
            f"No evidence names {reason}; the detectors found {found}. "
            "Choose one of these, or write the ground in your own words; the record will say that a person added it."
        )
    return True
