"""Sessions: signing in with a password, a second factor or through the company; staying signed in; signing out.

The cookie holds a random token; the store keeps a keyed hash of it, so neither a copy of the database nor the
secret alone lets anybody in. A session whose second factor is still to come opens nothing but the page that asks for it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlmodel import Session, col, delete, select

from api.customers.reviewers import NO_PASSWORD, passwords
from api.errors import Problem
from api.reviewing import second_factor, throttle
from api.reviewing.care import Mask, break_is_due, mask_of
from api.reviewing.roles import Actor, Role
from api.settings import Settings
from api.storage.database import Database
from api.storage.happened import happened
from api.storage.tables import Care, Merchant, Reviewer, ReviewerSession

#: For fetching the telephone.
SECOND_FACTOR_WITHIN = timedelta(minutes=15)


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
    #: Empty; else the second factor is still to come, and no page but its own may be shown.
    waits_for: second_factor.Waits = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A new session: its token, for the cookie, and what is still to come."""

    token: str
    waits_for: second_factor.Waits


@cache
def _nobody() -> str:
    """Verified against when nobody has the address, so that the time taken does not tell which addresses exist."""
    return passwords.hash(secrets.token_urlsafe(16))


def sign_in(database: Database, settings: Settings, email: str, password: str, address: str, at: datetime) -> Entry:
    """A new session for a right password.

    Raises:
        Problem: 401 ``sign_in_failed`` (which of the two was wrong is not told), 403 ``passwords_off``, 429
            ``too_many_attempts``.
    """
    if not settings.password_sign_in:
        raise Problem(403, "passwords_off", f"Passwords let nobody in here. Sign in through {settings.oidc_name}.")
    account = keyed(settings, email.strip().casefold())
    origin = keyed(settings, address)
    with database.reading() as session:
        throttle.check(session, account, origin, at)
        reviewer = session.exec(select(Reviewer).where(Reviewer.email == email.strip().casefold())).first()
    # A password takes its time to verify, by design: not while others wait for the write lock.
    known = reviewer is not None and reviewer.disabled_at is None and reviewer.password_hash != NO_PASSWORD
    is_right = passwords.verify(password, reviewer.password_hash if reviewer and known else _nobody())
    with database.writing() as session:
        if reviewer is not None and known and is_right:
            return open_session(session, settings, reviewer, at, by="password")
        _fail(session, account, origin, at, reviewer, by="password")
    raise Problem(401, "sign_in_failed", "The e-mail address or the password is not right. Try again.")


def pass_second_factor(
    database: Database, settings: Settings, token: str, code: str, address: str, at: datetime
) -> Entry:
    """A whole session in place of the one that waits for a code.

    Raises:
        Problem: 401 ``code_wrong``; 401 ``sign_in_again`` when the password is too long ago; 429 ``too_many_attempts``.
    """
    with database.writing() as session:
        reviewer = _waiting(session, settings, token, "code", at)
        origin, account = keyed(settings, address), keyed(settings, f"second factor {reviewer.id}")
        throttle.check(session, account, origin, at)
        if (by := second_factor.check(session, settings, reviewer, code, at)) is not None:
            sign_out(session, settings, token)
            return _whole(session, settings, reviewer, at, by=f"password and {by}")
        _fail(session, account, origin, at, reviewer, by="code")
    raise Problem(401, "code_wrong", "This code is not right, or it was used already. Wait for the next one.")


def set_up_second_factor(
    database: Database, settings: Settings, token: str, code: str, address: str, at: datetime
) -> tuple[Entry, list[str]]:
    """Confirm a device by its first code; a whole session, whether it was one or waited for this, and recovery codes.

    Raises:
        Problem: 401 ``code_wrong`` or ``sign_in_again``; 429 ``too_many_attempts``.
    """
    with database.writing() as session:
        reviewer = _waiting(session, settings, token, "enrolment", at)
        origin, account = keyed(settings, address), keyed(settings, f"second factor {reviewer.id}")
        throttle.check(session, account, origin, at)
        if (codes := second_factor.confirm(session, settings, reviewer, code, at)) is not None:
            sign_out(session, settings, token)
            return _whole(session, settings, reviewer, at, by="password and code"), codes
        _fail(session, account, origin, at, reviewer, by="code")
    detail = "This code is not right. Check that the device's clock is, wait for the next code and type that one."
    raise Problem(401, "code_wrong", detail)


def renew_recovery_codes(
    database: Database, settings: Settings, actor: Actor, code: str, address: str, at: datetime
) -> list[str]:
    """New recovery codes in place of those that are left, for a code of the device that is set up.

    Raises:
        Problem: 401 ``code_wrong``; 429 ``too_many_attempts``.
    """
    with database.writing() as session:
        reviewer = session.get_one(Reviewer, actor.id)
        origin, account = keyed(settings, address), keyed(settings, f"second factor {reviewer.id}")
        throttle.check(session, account, origin, at)
        if (codes := second_factor.renew(session, settings, reviewer, code, at)) is not None:
            return codes
        _fail(session, account, origin, at, reviewer, by="code")
    raise Problem(401, "code_wrong", "This code is not right, or it was used already. Wait for the next one.")


def open_session(
    session: Session, settings: Settings, reviewer: Reviewer, at: datetime, by: str, *, is_strong: bool = False
) -> Entry:
    """A new session for somebody who proved who they are.

    Args:
        by: How: ``password``, ``company``.
        is_strong: A second factor was asked for already, by the company.
    """
    waits = "" if is_strong else second_factor.waits_for(session, settings, reviewer)
    if not waits:
        return _whole(session, settings, reviewer, at, by)
    return Entry(token=_open(session, settings, reviewer, at, SECOND_FACTOR_WITHIN, waits), waits_for=waits)


def find_session(session: Session, settings: Settings, token: str, at: datetime) -> SignedIn | None:
    """The session behind a cookie; None when it is unknown, over, or its reviewer disabled."""
    # Every page and heartbeat begins with this, so it is one question.
    found = session.exec(
        select(ReviewerSession, Reviewer, Merchant, Care)
        .join(Reviewer, col(Reviewer.id) == ReviewerSession.reviewer_id)
        .join(Merchant, col(Merchant.id) == Reviewer.merchant_id)
        .outerjoin(Care, col(Care.reviewer_id) == Reviewer.id)
        .where(ReviewerSession.token_hash == keyed(settings, token), col(ReviewerSession.expires_at) > at)
    ).first()
    if found is None:
        return None
    row, reviewer, shop, care = found
    if reviewer.disabled_at is not None:
        return None
    actor = Actor(
        id=reviewer.id,
        merchant_id=reviewer.merchant_id,
        pseudonym=reviewer.pseudonym,
        role=Role(reviewer.role),
        queues=frozenset(reviewer.queues),
        languages=frozenset(reviewer.languages),
    )
    waits: second_factor.Waits = "code" if row.waits_for == "code" else "enrolment" if row.waits_for else ""
    return SignedIn(
        actor=actor,
        csrf_token=row.csrf_token,
        expires_at=row.expires_at,
        keys=reviewer.keys,
        mask=mask_of(care),
        worked=break_is_due(care, shop, at),
        waits_for=waits,
    )


def sign_out(session: Session, settings: Settings, token: str) -> None:
    """End the session; again is no error."""
    session.exec(delete(ReviewerSession).where(col(ReviewerSession.token_hash) == keyed(settings, token)))


def keyed(settings: Settings, value: str) -> str:
    """A print of the value that only this server can make."""
    return hmac.new(settings.secret_key.encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _whole(session: Session, settings: Settings, reviewer: Reviewer, at: datetime, by: str) -> Entry:
    token = _open(session, settings, reviewer, at, timedelta(hours=settings.session_hours))
    happened(session, "sign_in", reviewer.id, reviewer.merchant_id, reviewer.id, by=by)
    return Entry(token=token, waits_for="")


def _open(
    session: Session, settings: Settings, reviewer: Reviewer, at: datetime, lasts: timedelta, waits: str = ""
) -> str:
    session.exec(delete(ReviewerSession).where(col(ReviewerSession.expires_at) <= at))
    token = secrets.token_urlsafe(32)
    row = ReviewerSession(
        token_hash=keyed(settings, token),
        reviewer_id=reviewer.id,
        csrf_token=secrets.token_urlsafe(32),
        waits_for=waits,
        created_at=at,
        expires_at=at + lasts,
    )
    session.add(row)
    return token


def _waiting(session: Session, settings: Settings, token: str, waits: second_factor.Waits, at: datetime) -> Reviewer:
    """Who is to show a code; to set a device up, also somebody whose session is whole."""
    found = find_session(session, settings, token, at)
    if found is None or found.waits_for not in ((waits, "") if waits == "enrolment" else (waits,)):
        raise Problem(401, "sign_in_again", "The password was too long ago. Sign in again.")
    return session.get_one(Reviewer, found.actor.id)


def _fail(session: Session, account: str, origin: str, at: datetime, reviewer: Reviewer | None, by: str) -> None:
    throttle.count(session, account, origin, at)
    # What was typed may be a password in the wrong field: nobody but the server can tell what this print stands for.
    who = reviewer.id if reviewer else account[:16]
    owner = reviewer.merchant_id if reviewer else None
    happened(session, "sign_in_failed", who, owner, reviewer.id if reviewer else "", by=by, address=origin[:16])
