"""Previews: a coarse hint while the customer types. Nothing is stored, no term is shown, nothing is promised."""

from api.customers.merchants import Account
from api.intake.deciding import decide_order
from api.intake.schemas import Hint, PreviewCreate
from api.state import AppState
from moderation.evidence import Category, Outcome
from moderation.request import Field, PersonalizationRequest


def preview(state: AppState, account: Account, body: PreviewCreate) -> Hint:
    """What the order would roughly meet with.

    Review and rejection look the same, and so do all reasons: whoever maps the filter by probing learns little.
    Whether the machine can make the characters is no secret.
    """
    request = PersonalizationRequest(
        fields=tuple(Field(name=field.name, text=field.text) for field in body.fields),
        brand=body.brand,
        product=body.product,
        locale=body.locale,
        region=body.region,
    )
    decision = decide_order(state, account, request, campaign=None, holds=()).decision
    if decision.outcome is Outcome.APPROVE:
        return "looks_fine"
    return "not_producible" if set(decision.reasons) == {Category.NOT_PRODUCIBLE} else "needs_a_look"
