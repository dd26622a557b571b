"""Holding: the switch that sends everything to a person, in the hands of those who are responsible for the team."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.customers.holds import OPERATOR, holds_in_force, lift_hold, name_of, place_hold
from api.errors import Problem
from api.reviewing import claims
from api.reviewing.roles import Actor, Right, demand
from api.storage.tables import Hold

#: Of those that were lifted, the newest are shown.
LIFTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One hold in words."""

    hold: Hold
    #: ``"every order of the brand Strider"``.
    what: str
    #: A pseudonym, ``the operator`` or ``the shop's key``.
    placed_by: str
    lifted_by: str | None


def list_holds(session: Session, actor: Actor) -> tuple[list[HoldLine], list[HoldLine]]:
    """What is held now, the oldest first, and what was lifted, the newest first. Everybody who wonders may look."""
    lifted = (
        select(Hold)
        .where(Hold.merchant_id == actor.merchant_id, col(Hold.lifted_at).is_not(None))
        .order_by(col(Hold.lifted_at).desc())
        .limit(LIFTED)
    )
    return (
        [_line(session, hold) for hold in holds_in_force(session, actor.merchant_id)],
        [_line(session, hold) for hold in session.exec(lifted)],
    )


def place(session: Session, actor: Actor, ground: str, brand: str = "", campaign: str = "") -> Hold:
    """From now on a person reads every order of the shop, or of this brand or campaign.

    Raises:
        Problem: 403 without the right, 422 without a ground, 409 when the very same is held already.
    """
    demand(actor, Right.HOLD)
    if not ground.strip():
        raise Problem(422, "ground_missing", "A hold needs a ground: say why, for those who wonder about full queues.")
    return place_hold(
        session, actor.merchant_id, actor.id, ground.strip(), brand.strip() or None, campaign.strip() or None
    )


def lift(session: Session, actor: Actor, hold_id: str) -> Hold:
    """Back to automatic answers; what waits goes on waiting. Raises a 403 or 404 ``Problem``."""
    demand(actor, Right.HOLD)
    return lift_hold(session, actor.merchant_id, hold_id, actor.id)


def _line(session: Session, hold: Hold) -> HoldLine:
    return HoldLine(
        hold=hold,
        what=name_of(hold),
        placed_by=_who(session, hold.placed_by),
        lifted_by=_who(session, hold.lifted_by) if hold.lifted_by else None,
    )


def _who(session: Session, by: str) -> str:
    if by == OPERATOR:
        return "the operator"
    return "the shop's key" if by.startswith("key_") else claims.name_of(session, by)
