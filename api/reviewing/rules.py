"""Rules: setting a shop's review rules, and whether it has the people for them."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from api.reviewing.roles import RIGHTS, Right, Role
from api.storage.tables import Merchant, Reviewer
from moderation.review_rules import parse_rules


def set_rules(session: Session, shop: Merchant, data: Any, where: str) -> list[str]:
    """Put the document in force.

    Returns:
        What the shop lacks to live by it, each as a sentence; an order that nobody may decide waits, it is not made.

    Raises:
        PolicyError: naming the key, what is so, and what to do.
    """
    rules = parse_rules(data, where)
    shop.review_rules = dict(data or {})
    session.add(shop)
    needs_two = rules.categories or rules.brands or rules.overturned_appeals or rules.double_review_rate
    return list(_lacking(session, shop)) if needs_two else []


def _lacking(session: Session, shop: Merchant) -> Iterator[str]:
    active = select(Reviewer.role).where(Reviewer.merchant_id == shop.id, col(Reviewer.disabled_at).is_(None))
    roles = [RIGHTS[Role(role)] for role in session.exec(active)]
    deciding = sum(Right.REVIEW in rights for rights in roles)
    settling = sum(Right.SETTLE in rights for rights in roles)
    if deciding < 3:
        yield f"{shop.name} has {deciding} people who decide; two opinions and a third who settles them need three."
    if settling < 2:
        yield (
            f"{shop.name} has {settling} leads. One who gave an opinion may not settle it: add another, "
            "or leave first verdicts to reviewers."
        )
