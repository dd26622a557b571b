"""Merchants and their checkout keys."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, update
from sqlmodel import Session, col, select

from api.errors import Problem
from api.storage.clock import now
from api.storage.happened import OPERATOR, happened
from api.storage.prepared import Rows
from api.storage.tables import ApiKey, Merchant

#: What a key may do; ``admin`` may do all of it.
SCOPES = ("screenings:write", "screenings:read", "previews", "webhooks", "admin")

#: ``last_used_at`` is good to the minute, so that reading a screening does not cost a write.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)

Mode = Literal["live", "test"]
#: In front of every token, so that a person sees which kind is in hand.
_PREFIX: dict[Mode, str] = {"live": "mk_", "test": "mk_test_"}

#: Every request asks these.
_KEY = Rows(ApiKey, col(ApiKey.token_hash) == bindparam("token_hash"))
_MERCHANT = Rows(Merchant, col(Merchant.id) == bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose orders these are, and by whose rules they are decided."""

    #: Owns what is stored. For test orders this is the shop's own place apart, where nothing is real.
    merchant: Merchant
    #: Whose policy holds; the same, but for test orders.
    shop: Merchant

    @classmethod
    def of(cls, merchant: Merchant) -> "Account":
        """The account of a shop's real orders."""
        return cls(merchant=merchant, shop=merchant)

    @property
    def mode(self) -> Mode:
        return mode_of(self.merchant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A key that was shown and is good, with the account that it opens."""

    key: ApiKey
    account: Account

    @property
    def merchant_id(self) -> str:
        return self.account.merchant.id


def mode_of(merchant: Merchant) -> Mode:
    return "live" if merchant.test_of is None else "test"


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


def create_key(
    session: Session, merchant_id: str, name: str, scopes: Iterable[str], mode: Mode = "live", by: str = OPERATOR
) -> tuple[ApiKey, str]:
    """A new key and its token; the token is not kept and cannot be shown again.

    A test key opens the shop's own place for test orders, which is made with the first one: no reviewer, no list and
    no count of the shop ever sees what is in it.

    Args:
        by: Who makes it: the id of a key, or ``operator``.
    """
    wanted = list(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise Problem(
            422, "unknown_scope", f"Unknown scope {', '.join(unknown) or '(none given)'}. Use: {', '.join(SCOPES)}."
        )
    token = _PREFIX[mode] + secrets.token_urlsafe(32)
    owner_id = merchant_id if mode == "live" else _place_for_tests(session, merchant_id).id
    key = ApiKey(merchant_id=owner_id, name=name, token_hash=hash_token(token), scopes=wanted)
    session.add(key)
    session.flush()
    happened(session, "key_created", by, owner_id, key.id, scopes=wanted)
    return key, token


def revoke_key(session: Session, key_id: str, by: str = OPERATOR) -> ApiKey:
    """Refuse the key from now on; again is no error."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise Problem(404, "key_not_found", f"There is no key {key_id}. `moderation keys list` shows them.")
    if is_good(key):
        key.revoked_at = now()
        session.add(key)
        happened(session, "key_revoked", by, key.merchant_id, key.id)
    return key


def authenticate(connection: Connection, token: str) -> Caller | None:
    """Who shows this token; None when it is unknown or has ended."""
    key = _KEY.first(connection, token_hash=hash_token(token))
    if key is None or not is_good(key):
        return None
    merchant = _MERCHANT.first(connection, id=key.merchant_id)
    assert merchant is not None  # a foreign key holds it
    shop = merchant if merchant.test_of is None else _MERCHANT.first(connection, id=merchant.test_of)
    return Caller(key=key, account=Account(merchant=merchant, shop=shop or merchant))


def is_good(key: ApiKey) -> bool:
    """Whether the key opens anything; one that was rotated does until its time is over."""
    return key.revoked_at is None or now() < key.revoked_at


def is_use_worth_noting(key: ApiKey) -> bool:
    """Whether ``last_used_at`` is old enough to be written again."""
    return key.last_used_at is None or now() - key.last_used_at > _USE_IS_NOTED_EVERY


def note_use(session: Session, key: ApiKey) -> None:
    """Write down that the key is used now."""
    session.execute(update(ApiKey).where(col(ApiKey.id) == key.id).values(last_used_at=now()))


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _place_for_tests(session: Session, merchant_id: str) -> Merchant:
    found = session.exec(select(Merchant).where(Merchant.test_of == merchant_id)).first()
    if found is None:
        shop = session.get_one(Merchant, merchant_id)
        if shop.test_of is not None:
            return shop
        found = Merchant(name=f"{shop.name} (test)", policy=shop.policy, undo_seconds=0, test_of=shop.id)
        session.add(found)
        session.flush()
    return found


def account_of(session: Session, merchant_id: str) -> Account:
    """The account that owns what belongs to this merchant."""
    merchant = session.get_one(Merchant, merchant_id)
    shop = merchant if merchant.test_of is None else session.get_one(Merchant, merchant.test_of)
    return Account(merchant=merchant, shop=shop)
