"""Holds: the switch that sends everything to review, for a whole shop, one brand or one campaign, and back."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam
from sqlmodel import Session, col

from api.errors import Problem
from api.storage.clock import now
from api.storage.prepared import Rows
from api.storage.tables import Hold

OPERATOR = "operator"

#: Every order asks this.
_IN_FORCE = Rows(Hold, col(Hold.merchant_id) == bindparam("merchant_id"), col(Hold.lifted_at).is_(None))


def place_hold(
    session: Session, merchant_id: str, placed_by: str, note: str, brand: str | None = None, campaign: str | None = None
) -> Hold:
    """From now on a person reads every order that the hold covers.

    Args:
        placed_by: A key's or a reviewer's id, or ``operator``.
        note: Why; those who wonder about the full queue read it.

    Raises:
        Problem: 409 ``hold_exists`` when the very same is held already.
    """
    for held in holds_in_force(session, merchant_id):
        if (_read(held.brand), _read(held.campaign)) == (_read(brand), _read(campaign)):
            detail = f"This is held already, by {held.id}. Lift that one to go back to automatic answers."
            raise Problem(409, "hold_exists", detail, hold_id=held.id)
    hold = Hold(merchant_id=merchant_id, brand=brand, campaign=campaign, note=note, placed_by=placed_by)
    session.add(hold)
    session.flush()
    return hold


def lift_hold(session: Session, merchant_id: str, hold_id: str, lifted_by: str) -> Hold:
    """Back to automatic answers; what waits in the queues goes on waiting for its person. Again is no error."""
    hold = session.get(Hold, hold_id, with_for_update=True) if "\0" not in hold_id else None
    if hold is None or hold.merchant_id != merchant_id:
        raise Problem(404, "hold_not_found", "There is no hold with this id for this shop.")
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = now(), lifted_by
        session.add(hold)
    return hold


def holds_in_force(asked: Session | Connection, merchant_id: str) -> list[Hold]:
    """What is held now, the oldest first; to be read only."""
    connection = asked.connection() if isinstance(asked, Session) else asked
    return _IN_FORCE.all(connection, merchant_id=merchant_id)


def covering(holds: Iterable[Hold], brand: str | None, campaign: str | None) -> Hold | None:
    """The first hold that an order of this brand and campaign falls under; case and outer spaces make no difference.

    A switch that misses an order because its checkout writes ``STRIDE`` would fail open.
    """
    return next((hold for hold in holds if _falls(hold.brand, brand) and _falls(hold.campaign, campaign)), None)


def _falls(held: str | None, named: str | None) -> bool:
    return held is None or _read(held) == _read(named)


def _read(name: str | None) -> str | None:
    return None if name is None else name.strip().casefold()


def name_of(hold: Hold) -> str:
    """What is held, in words: ``"every order of the brand Stride"``."""
    of = [f"the {kind} {name}" for kind, name in (("brand", hold.brand), ("campaign", hold.campaign)) if name]
    return " of ".join(["every order", " and ".join(of)] if of else ["every order"])
