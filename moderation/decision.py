"""The decision: an outcome with its reasons, and everything needed to explain it years later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from moderation.evidence import Category, Evidence, Outcome
from moderation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the machine answers. The same request under the same versions gives the same decision."""

    outcome: Outcome
    #: One category per kind of finding that reached the outcome, the weightiest first; empty when approved.
    reasons: tuple[Category, ...]
    #: 0.0 to 1.0: how much is at stake if this order were made unseen. Orders a queue, decides nothing.
    risk: float
    #: Everything found, the weightiest first, findings that did not reach the outcome included.
    evidence: tuple[Evidence, ...]
    #: ``policy``, ``lists``, ``brands``, ``normaliser`` and ``model`` versions.
    versions: Mapping[str, str]


def decide(evidence: Iterable[Evidence], policy: Policy, versions: Mapping[str, str]) -> Decision:
    """Let the strictest finding decide.

    Findings are never added up: a word that three detectors see is still one word, and two mild jokes do not
    make a threat.
    """
    weighed = sorted(evidence, key=lambda found: _weight(found, policy), reverse=True)
    outcome = max((policy.outcome(found) for found in weighed), default=Outcome.APPROVE)
    reached = [] if outcome is Outcome.APPROVE else [e for e in weighed if policy.outcome(e) is outcome]
    return Decision(
        outcome=outcome,
        reasons=tuple(dict.fromkeys(found.category for found in reached)),
        risk=max((_risk(found) for found in weighed), default=0.0),
        evidence=tuple(weighed),
        versions={"policy": policy.version, **versions},
    )


def _weight(found: Evidence, policy: Policy) -> tuple[int, float, str]:
    # The last part makes the order of equals a matter of content, not of which detector ran first.
    return policy.outcome(found).strictness, _risk(found), f"{found.category}/{found.source}/{found.spans}"


def _risk(found: Evidence) -> float:
    """Score times harm: a sure severe finding is 1.0, a sure mild one 0.55; a mere note weighs nothing."""
    if found.at_most is Outcome.APPROVE:
        return 0.0
    return round(found.score * (0.4 + 0.15 * found.severity), 3)
