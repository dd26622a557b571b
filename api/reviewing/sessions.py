"""Sessions: signing in with a password, staying signed in by a cookie, signing out.

The cookie holds a random token; the store keeps a keyed hash of it, so neither a copy of the database nor the
secret alone lets anybody in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlmodel import Session, col, delete, func, select

from api.customers.reviewers import passwords
from api.errors import Problem
from api.reviewing.care import Mask, break_is_due, mask_of
from api.reviewing.roles import Actor, Role
from api.settings import Settings
from api.storage.database import Database
from api.storage.tables import Reviewer, ReviewerSession, SignInFailure

#: Failures within the window after which an account, or an address, has to wait. People mistype; machines guess.
THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser's session and the person in front of it."""

    actor: Actor
    #: What every form of this session must carry.
    csrf_token: str
    expires_at: datetime
    #: Keys of their own choice, by action.
    keys: Mapping[str, str] = field(default_factory=dict)
    #: Which words this person wants covered.
    mask: Mask = field(default_factory=Mask)
    #: For how long they have decided without a break, when one is due.
    worked: timedelta | None = None


@cache
def _nobody() -> str:
    """Verified against when nobody has the address, so that the time taken does not tell which addresses exist."""
    return passwords.hash(secrets.token_urlsafe(16))


def sign_in(database: Database, settings: Settings, email: str, password: str, address: str, at: datetime) -> str:
    """A new session's token, for the cookie.

    Raises:
        Problem: 401 ``sign_in_failed`` (which of the two was wrong is not told), 429 ``too_many_attempts``.
    """
    account = _keyed(settings, email.strip().casefold())
    origin = _keyed(settings, address)
    with database.reading() as session:
        _check_throttle(session, account, origin, at)
        reviewer = session.exec(select(Reviewer).where(Reviewer.email == email.strip().casefold())).first()
    # A password takes its time to verify, by design: not while others wait for the write lock.
    known = reviewer is not None and reviewer.disabled_at is None
    is_right = passwords.verify(password, reviewer.password_hash if reviewer and known else _nobody())
    with database.writing() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.created_at) < at - THROTTLE_WINDOW))
        if reviewer is None or not known or not is_right:
            session.add(SignInFailure(account=account, address=origin, created_at=at))
        else:
            return _open(session, settings, reviewer, at)
    raise Problem(401, "sign_in_failed", "The e-mail address or the password is not right. Try again.")


def find_session(session: Session, settings: Settings, token: str, at: datetime) -> SignedIn | None:
    """The session behind a cookie; None when it is unknown, over, or its reviewer disabled."""
    row = session.get(ReviewerSession, _keyed(settings, token))
    if row is None or row.expires_at <= at:
        return None
    reviewer = session.get(Reviewer, row.reviewer_id)
    if reviewer is None or reviewer.disabled_at is not None:
        return None
    actor = Actor(
        id=reviewer.id,
        merchant_id=reviewer.merchant_id,
        pseudonym=reviewer.pseudonym,
        role=Role(reviewer.role),
        queues=frozenset(reviewer.queues),
        languages=frozenset(reviewer.languages),
    )
    return SignedIn(
        actor=actor,
        csrf_token=row.csrf_token,
        expires_at=row.expires_at,
        keys=reviewer.keys,
        mask=mask_of(session, actor.id),
        worked=break_is_due(session, actor, at),
    )


def sign_out(session: Session, settings: Settings, token: str) -> None:
    """End the session; again is no error."""
    session.exec(delete(ReviewerSession).where(col(ReviewerSession.token_hash) == _keyed(settings, token)))


def _open(session: Session, settings: Settings, reviewer: Reviewer, at: datetime) -> str:
    session.exec(delete(ReviewerSession).where(col(ReviewerSession.expires_at) <= at))
    token = secrets.token_urlsafe(32)
    row = ReviewerSession(
        token_hash=_keyed(settings, token),
        reviewer_id=reviewer.id,
        csrf_token=secrets.token_urlsafe(32),
        created_at=at,
        expires_at=at + timedelta(hours=settings.session_hours),
    )
    session.add(row)
    return token


def _check_throttle(session: Session, account: str, address: str, at: datetime) -> None:
    recent = col(SignInFailure.created_at) > at - THROTTLE_WINDOW
    for column, value, limit in (
        (col(SignInFailure.account), account, FAILURES_PER_ACCOUNT),
        (col(SignInFailure.address), address, FAILURES_PER_ADDRESS),
    ):
        count, first = session.exec(
            select(func.count(), func.min(SignInFailure.created_at)).where(recent, column == value)
        ).one()
        if count >= limit:
            minutes = max(1, round((first + THROTTLE_WINDOW - at).total_seconds() / 60))
            detail = f"Too many failed attempts. Wait {minutes} minutes, or ask your lead for a new password."
            raise Problem(429, "too_many_attempts", detail, headers={"Retry-After": str(minutes * 60)})


def _keyed(settings: Settings, value: str) -> str:
    return hmac.new(settings.secret_key.encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
