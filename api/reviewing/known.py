"""Known: texts with a known answer, as a shop writes them down, and the controls made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.storage.tables import Control, Merchant
from moderation.decision import Decision
from moderation.errors import PolicyError
from moderation.evidence import Category, Outcome
from moderation.request import CONTEXT_KEYS, PersonalizationRequest, parse_request
from moderation.routing import Routing, Subject, shipped_routing
from moderation.wire import evidence_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text with its known answer."""

    request: PersonalizationRequest
    outcome: Outcome
    reason: Category | None
    #: Why the answer is what it is; shown to those who came to another.
    why: str


def parse_known(data: Any, where: str) -> list[Known]:
    """Read a list of ``{fields or text, outcome, reason, why}``, optionally with brand, product, locale and region.

    Raises:
        PolicyError: naming the place in the list, what is so, and what to do.
    """
    if not isinstance(data, list):
        raise PolicyError(f"{where}: must be a list of texts with outcome and why. docs/console.md shows one.")
    return [_known(each, f"{where}, number {number}") for number, each in enumerate(data, 1)]


def add_control(
    session: Session, shop: Merchant, known: Known, decision: Decision, at: datetime, routing: Routing | None = None
) -> Control:
    """Keep a control, with what the machine says of it today, in the queue where an order like it would wait."""
    about = decision.reasons or ((known.reason,) if known.reason else ())
    severity = max((found.severity for found in decision.evidence), default=1)
    subject = Subject(
        reasons=tuple(about),
        severity=severity,
        locale=known.request.locale,
        brand=known.request.brand,
        product=known.request.product,
        region=known.request.region,
    )
    control = Control(
        merchant_id=shop.id,
        fields=[{"name": field.name, "text": field.text} for field in known.request.fields],
        brand=known.request.brand,
        product=known.request.product,
        locale=known.request.locale,
        decision={
            "reasons": [reason.value for reason in about],
            "risk": decision.risk,
            "evidence": [evidence_to_json(found) for found in decision.evidence],
            "versions": dict(decision.versions),
        },
        queue=(routing or shipped_routing()).queue_for(subject),
        severity=severity,
        outcome=known.outcome.value,
        reason=known.reason.value if known.reason else None,
        why=known.why,
        created_at=at,
    )
    session.add(control)
    return control


def _known(data: Any, where: str) -> Known:
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where}: must be 'key: value' lines.")
    unknown = set(data) - {"text", "fields", "outcome", "reason", "why", *CONTEXT_KEYS}
    if unknown:
        raise PolicyError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}. Remove it.")
    try:
        outcome = Outcome(data.get("outcome", ""))
        reason = Category(data["reason"]) if data.get("reason") else None
    except ValueError as error:
        raise PolicyError(f"{where}: {error}. The outcome is approve or reject, the reason a category.") from None
    if outcome is Outcome.REVIEW or (outcome is Outcome.REJECT) != (reason is not None):
        raise PolicyError(f"{where}: an answer is approve, or reject with a reason. Correct outcome and reason.")
    why = str(data.get("why") or "").strip()
    if not why:
        raise PolicyError(f"{where}: 'why' is missing. It is what those read who came to another answer.")
    text = {key: data[key] for key in ("text", "fields", *CONTEXT_KEYS) if key in data}
    return Known(request=parse_request(text), outcome=outcome, reason=reason, why=why)
