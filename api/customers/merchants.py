"""Merchants and their checkout keys."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlmodel import Session, select

from api.problems import Problem
from api.storage.clock import now
from api.storage.tables import ApiKey, Merchant

#: What a key may do; ``admin`` may do all of it.
SCOPES = ("screenings:write", "screenings:read", "previews", "webhooks", "admin")

#: ``last_used_at`` is good to the minute, so that reading a screening does not cost a write.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def find_merchant(session: Session, name: str) -> Merchant:
    """The merchant of that name. Raises a 404 ``Problem`` that lists the names there are."""
    merchant = session.exec(select(Merchant).where(Merchant.name == name)).first()
    if merchant is None:
        names = ", ".join(session.exec(select(Merchant.name).order_by(Merchant.name))) or "none yet"
        raise Problem(404, "merchant_not_found", f"There is no merchant {name!r}. There are: {names}.")
    return merchant


def add_merchant(session: Session, name: str, policy: str) -> Merchant:
    """A new shop. Raises a 409 ``Problem`` when the name is taken."""
    if session.exec(select(Merchant).where(Merchant.name == name)).first() is not None:
        raise Problem(409, "merchant_exists", f"There is a merchant {name!r} already. Choose another name.")
    merchant = Merchant(name=name, policy=policy)
    session.add(merchant)
    session.flush()
    return merchant


def create_key(session: Session, merchant_id: str, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
    """A new key and its token; the token is not kept and cannot be shown again."""
    wanted = list(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise Problem(
            422, "unknown_scope", f"Unknown scope {', '.join(unknown) or '(none given)'}. Use: {', '.join(SCOPES)}."
        )
    token = f"mk_{secrets.token_urlsafe(32)}"
    key = ApiKey(merchant_id=merchant_id, name=name, token_hash=hash_token(token), scopes=wanted)
    session.add(key)
    session.flush()
    return key, token


def revoke_key(session: Session, key_id: str) -> ApiKey:
    """Refuse the key from now on; again is no error."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise Problem(404, "key_not_found", f"There is no key {key_id}. `moderation keys list` shows them.")
    key.revoked_at = key.revoked_at or now()
    session.add(key)
    return key


def authenticate(session: Session, token: str) -> ApiKey | None:
    """The key behind a token; None when it is unknown or revoked."""
    key = session.exec(select(ApiKey).where(ApiKey.token_hash == hash_token(token))).first()
    return None if key is None or key.revoked_at is not None else key


def is_use_worth_noting(key: ApiKey) -> bool:
    """Whether ``last_used_at`` is old enough to be written again."""
    return key.last_used_at is None or now() - key.last_used_at > _USE_IS_NOTED_EVERY


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
