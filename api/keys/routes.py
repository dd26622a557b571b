"""Keys over HTTP: a route translates, ``customers.keys`` decides."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import col, select

from api.customers import keys
from api.customers.merchants import Mode
from api.dependencies import AdminKeyDep, StateDep
from api.keys.schemas import KeyCreate, KeyPage, KeyPublic, KeyRotation, KeyStatus, KeyWithToken
from api.problems import documented
from api.storage.clock import now
from api.storage.tables import ApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.get("", responses=documented())
def list_keys(
    state: StateDep,
    key: AdminKeyDep,
    cursor: Annotated[str | None, Query(max_length=100, description="From the last page's next_cursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KeyPage:
    """The shop's keys and when each was last used; never their tokens. A test key sees test keys alone."""
    with state.database.reading() as session:
        places = keys.places_of(session, key.account)
        query = select(ApiKey).where(col(ApiKey.merchant_id).in_(places))
        if cursor is not None:
            query = query.where(col(ApiKey.id) < cursor.replace("\0", ""))
        rows = list(session.exec(query.order_by(col(ApiKey.id).desc()).limit(limit + 1)))
    return KeyPage(
        items=[_public(row, places) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.post("", status_code=201, responses=documented("too_many_keys", "test_key", body=True))
def create_key(body: KeyCreate, state: StateDep, key: AdminKeyDep) -> KeyWithToken:
    """Make a key. The answer holds its token, this once."""
    with state.database.writing() as session:
        made, token = keys.make_key(
            session, key.account, body.name, list(body.scopes), body.mode, body.requests_per_minute, key.key.id
        )
        return _with_token(made, token, keys.places_of(session, key.account))


@router.post("/{key_id}/rotate", status_code=201, responses=documented("key_not_found", "key_revoked", body=True))
def rotate_key(key_id: str, state: StateDep, key: AdminKeyDep, body: KeyRotation | None = None) -> KeyWithToken:
    """A new key that may do the same; the old one stays good for the overlap, so that you can change over."""
    overlap = timedelta(hours=(body or KeyRotation()).overlap_hours)
    with state.database.writing() as session:
        made, token = keys.rotate_key(session, key.account, key_id, overlap, key.key.id)
        return _with_token(made, token, keys.places_of(session, key.account))


@router.delete("/{key_id}", responses=documented("key_not_found"))
def end_key(key_id: str, state: StateDep, key: AdminKeyDep) -> KeyPublic:
    """Refuse the key from now on. Again is no error."""
    with state.database.writing() as session:
        ended = keys.end_key(session, key.account, key_id, key.key.id)
        return _public(ended, keys.places_of(session, key.account))


def _public(key: ApiKey, places: Mapping[str, Mode]) -> KeyPublic:
    return KeyPublic(
        id=key.id,
        name=key.name,
        scopes=key.scopes,
        mode=places[key.merchant_id],
        status=_status(key),
        requests_per_minute=key.requests_per_minute,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        ends_at=key.revoked_at,
    )


def _with_token(key: ApiKey, token: str, places: Mapping[str, Mode]) -> KeyWithToken:
    return KeyWithToken(**_public(key, places).model_dump(), token=token)


def _status(key: ApiKey) -> KeyStatus:
    if key.revoked_at is None:
        return "good"
    return "ending" if key.revoked_at > now() else "ended"
