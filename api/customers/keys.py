"""A shop's own keys: listed, made, changed for new ones, ended."""

from datetime import timedelta

from sqlmodel import Session, col, func, or_, select

from api.customers import merchants
from api.customers.merchants import Account, Mode
from api.errors import Problem
from api.storage.clock import now
from api.storage.happened import happened
from api.storage.tables import ApiKey, Merchant

#: Good ones at a time; a shop that needs more shares keys out that it forgets.
MAX_KEYS = 100


def places_of(session: Session, account: Account) -> dict[str, Mode]:
    """Where the account's keys are: its own place, and for a real shop also the one for its test orders."""
    places: dict[str, Mode] = {account.merchant.id: account.mode}
    if account.mode == "live":
        tests = session.exec(select(Merchant.id).where(Merchant.test_of == account.merchant.id)).first()
        places |= {tests: "test"} if tests else {}
    return places


def find_key(session: Session, account: Account, key_id: str) -> ApiKey:
    """The account's key. Another shop's id is as unknown as one that never was."""
    key = None if "\0" in key_id else session.get(ApiKey, key_id, with_for_update=True)
    if key is None or key.merchant_id not in places_of(session, account):
        raise Problem(404, "key_not_found", "There is no key with this id for this shop.")
    return key


def make_key(
    session: Session,
    account: Account,
    name: str,
    scopes: list[str],
    mode: Mode,
    requests_per_minute: int | None,
    by: str,
) -> tuple[ApiKey, str]:
    """A new key and its token, which is not kept.

    Args:
        by: The id of the key that asks for it.

    Raises:
        Problem: 409 ``too_many_keys``; 422 ``unknown_scope``, or ``test_key`` when a test key asks for a real one.
    """
    if account.mode == "test" and mode == "live":
        raise Problem(422, "test_key", "A test key makes test keys only. Use a key of the shop for its real orders.")
    _must_have_room(session, account)
    key, token = merchants.create_key(session, account.merchant.id, name, scopes, mode, by)
    key.requests_per_minute = requests_per_minute
    return key, token


def rotate_key(session: Session, account: Account, key_id: str, overlap: timedelta, by: str) -> tuple[ApiKey, str]:
    """A new key that may do the same, and its token; the old one is good for the overlap, so that nothing stands still.

    Raises:
        Problem: 404 ``key_not_found``; 409 ``key_revoked`` when the key has ended or was rotated already.
    """
    old = find_key(session, account, key_id)
    if old.revoked_at is not None:
        raise Problem(409, "key_revoked", "This key has ended, or ends already. Rotate the one that replaced it.")
    mode = places_of(session, account)[old.merchant_id]
    key, token = merchants.create_key(session, account.merchant.id, old.name, old.scopes, mode, by)
    key.requests_per_minute = old.requests_per_minute
    old.revoked_at = now() + overlap
    session.add_all([old, key])
    happened(session, "key_rotated", by, old.merchant_id, old.id, follower=key.id, ends_at=old.revoked_at.isoformat())
    return key, token


def end_key(session: Session, account: Account, key_id: str, by: str) -> ApiKey:
    """Refuse the key from now on; again is no error."""
    key = find_key(session, account, key_id)
    return merchants.revoke_key(session, key.id, by)


def _must_have_room(session: Session, account: Account) -> None:
    good = or_(col(ApiKey.revoked_at).is_(None), col(ApiKey.revoked_at) > now())
    mine = col(ApiKey.merchant_id).in_(places_of(session, account))
    if session.exec(select(func.count()).select_from(ApiKey).where(mine, good)).one() >= MAX_KEYS:
        raise Problem(409, "too_many_keys", f"There are {MAX_KEYS} good keys already. End one that is no longer used.")
