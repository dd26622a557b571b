"""Throttle: failed ways in are counted for a while; after too many, whoever tries has to wait. People mistype; machines guess."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, delete, func, select

from api.errors import Problem
from api.storage.tables import SignInFailure

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 50


def check(session: Session, account: str, address: str, at: datetime) -> None:
    """Raises a 429 ``Problem`` after too many failures on an account or from an address.

    Args:
        account: A keyed hash, like ``address``; empty where no account was named.
    """
    if account:
        _check(session, col(SignInFailure.account), account, PER_ACCOUNT, at)
    _check(session, col(SignInFailure.address), address, PER_ADDRESS, at)


def count(session: Session, account: str, address: str, at: datetime) -> None:
    """One more failure."""
    session.exec(delete(SignInFailure).where(col(SignInFailure.created_at) < at - WINDOW))
    session.add(SignInFailure(account=account, address=address, created_at=at))


def _check(session: Session, column: Mapped[str], value: str, limit: int, at: datetime) -> None:
    recent = col(SignInFailure.created_at) > at - WINDOW
    counted = select(func.count(), func.min(SignInFailure.created_at)).where(recent, column == value)
    failures, first = session.exec(counted).one()
    if failures >= limit:
        minutes = max(1, round((first + WINDOW - at).total_seconds() / 60))
        detail = f"Too many failed attempts. Wait {minutes} minutes, or ask your operator for help."
        raise Problem(429, "too_many_attempts", detail, headers={"Retry-After": str(minutes * 60)})
