"""What routes ask for: the process's state, and the key that a request came with."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.customers import merchants
from api.problems import Problem
from api.state import AppState, app_state
from api.storage.clock import now
from api.storage.tables import ApiKey

StateDep = Annotated[AppState, Depends(app_state)]

_bearer = HTTPBearer(auto_error=False, description="A key from `moderation keys create`.")


def require(scope: str) -> Callable[..., ApiKey]:
    """A dependency that answers with the request's key, or refuses: 401 without a good key, 403 without the scope."""

    def key_with_scope(
        state: StateDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
    ) -> ApiKey:
        with state.database.reading() as session:
            key = merchants.authenticate(session, credentials.credentials) if credentials else None
        if key is None:
            raise Problem(
                401,
                "unauthorized",
                "This needs 'Authorization: Bearer <key>' with a key that is known and not revoked.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if scope not in key.scopes and "admin" not in key.scopes:
            raise Problem(403, "scope_missing", f"This key lacks the scope {scope}. Create one that has it.")
        if merchants.is_use_worth_noting(key):
            with state.database.writing() as session:
                key.last_used_at = now()
                session.merge(key)
        return key

    return key_with_scope


ReadKeyDep = Annotated[ApiKey, Depends(require("screenings:read"))]
WriteKeyDep = Annotated[ApiKey, Depends(require("screenings:write"))]
WebhooksKeyDep = Annotated[ApiKey, Depends(require("webhooks"))]
