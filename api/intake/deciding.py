"""Deciding: one order's texts to a decision, by the shop's policy, within the time, under the holds in force."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from api.budget import Moderate
from api.customers.holds import covering, name_of
from api.customers.merchants import Account
from api.intake import forcing
from api.intake.policy import policy_of
from api.state import AppState
from api.storage.tables import Hold
from moderation.decision import Decision
from moderation.evidence import Category, Evidence, Outcome
from moderation.request import PersonalizationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, and what a test order asked to happen afterwards."""

    decision: Decision
    forced: forcing.Forced | None = None


def decide_order(
    state: AppState,
    account: Account,
    request: PersonalizationRequest,
    campaign: str | None,
    holds: Sequence[Hold],
    moderate: Moderate | None = None,
) -> Decided:
    """Moderate one request. Takes no transaction: a slow model must not hold the database's write lock.

    Args:
        moderate: None for a thread of the budget, for which the caller's waits.
    """
    policy, own_lines = policy_of(account.shop)
    pipeline = state.pipeline  # once: it may be renewed meanwhile
    if account.mode == "test":
        effective = pipeline.policies.effective(
            policy, brand=request.brand, product=request.product, region=request.region, merchant=own_lines
        )
        if (forced := forcing.force(request, effective, pipeline.versions)) is not None:
            return Decided(decision=forced.decision, forced=forced)
    decision = (moderate or state.budget.moderate)(pipeline, request, policy=policy, merchant=own_lines)
    held = covering(holds, request.brand, campaign)
    return Decided(decision=decision if held is None else hold_back(decision, held))


def hold_back(decision: Decision, hold: Hold) -> Decision:
    """The decision as a person's to make; what was found stays on the record, and so does why a person decides."""
    switched = Evidence(
        detector="hold",
        category=Category.UNCLEAR,
        severity=1,
        score=1.0,
        source=f"hold/{hold.id}",
        explanation=f"At the moment a person reads {name_of(hold)}.",
        at_most=Outcome.REVIEW,
    )
    return dataclasses.replace(
        decision,
        outcome=Outcome.REVIEW,
        reasons=decision.reasons or (Category.UNCLEAR,),
        evidence=(switched, *decision.evidence),
    )
