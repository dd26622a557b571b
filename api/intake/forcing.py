"""Forcing: in test mode a word in the text chooses the outcome, so that integrators can try every path.

``test:approve``, ``test:reject:hate``, ``test:review:brand_targeting``, ``test:review-then-approve``,
``test:review-then-reject:politics``, ``test:timeout``. With a real key these are words like any others.
"""

import re
from dataclasses import dataclass

from moderation.decision import Decision, decide
from moderation.evidence import Category, Evidence, Outcome, Span
from moderation.pipeline import unavailable
from moderation.policy import Policy
from moderation.request import PersonalizationRequest

_DIRECTIVE = re.compile(r"test:(approve|reject|review-then-approve|review-then-reject|review|timeout)(?::([a-z_]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """What a text of the test mode asks for."""

    decision: Decision
    #: What the test reviewer will say a moment later; None when no person is played.
    then: Outcome | None = None
    reason: Category | None = None


def force(request: PersonalizationRequest, policy: Policy, versions: dict[str, str]) -> Forced | None:
    """The outcome that the first directive asks for; None when there is none and the real checks decide."""
    for field in request.fields:
        if (match := _DIRECTIVE.search(field.text)) is not None:
            return _forced(match, field.name, policy, versions)
    return None


def _forced(match: re.Match[str], field: str, policy: Policy, versions: dict[str, str]) -> Forced:
    wanted, named = match.groups()
    if wanted == "timeout":
        evidence = unavailable("test", "no answer within the time; asked for in test mode")
        return Forced(decision=decide([evidence], policy, versions))
    category = Category(named) if named in set(Category) else Category.UNCLEAR
    outcome = Outcome(wanted.split("-")[0])
    found = Evidence(
        detector="test",
        category=category,
        severity=3,
        score=1.0 if outcome is not Outcome.APPROVE else 0.0,
        spans=(Span(field=field, start=match.start(), end=match.end()),),
        source="test/forced",
        explanation="Test mode: the text asked for this outcome.",
        at_most=outcome,
    )
    decision = Decision(
        outcome=outcome,
        reasons=() if outcome is Outcome.APPROVE else (category,),
        risk=0.0 if outcome is Outcome.APPROVE else 0.85,
        evidence=(found,),
        versions={"policy": policy.version, **versions},
    )
    then = Outcome(wanted.rsplit("-", 1)[1]) if "-then-" in wanted else None
    return Forced(decision=decision, then=then, reason=category if then is Outcome.REJECT else None)
