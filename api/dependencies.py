"""What routes ask for: the process's state, and the key that a request came with, within its limit."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.customers import merchants
from api.customers.merchants import Caller
from api.errors import Problem
from api.limits import Allowance
from api.problems import misfit
from api.state import AppState, app_state


async def _state(request: Request) -> AppState:
    # Async, or the framework would use a thread for looking at an attribute.
    return app_state(request)


StateDep = Annotated[AppState, Depends(_state)]

_bearer = HTTPBearer(auto_error=False, description="A key from `moderation keys create`.")


def require(scope: str) -> Callable[..., Caller]:
    """A dependency that answers with whose request this is, or refuses.

    401 without a good key, 403 without the scope, 429 when the key has asked too often.
    """

    def caller_with_scope(
        request: Request,
        state: StateDep,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Caller:
        with state.database.asking() as connection:
            caller = merchants.authenticate(connection, credentials.credentials) if credentials else None
        admitted = admit(request, state, caller, scope)
        demand_known_parameters(request)
        note_use(state, admitted)
        return admitted

    return caller_with_scope


def admit(request: Request, state: AppState, caller: Caller | None, scope: str) -> Caller:
    """The caller, who may do this now; see ``require``."""
    if caller is None:
        raise Problem(
            401,
            "unauthorized",
            "This needs 'Authorization: Bearer <key>' with a key that is known and not revoked.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    key = caller.key
    if scope not in key.scopes and "admin" not in key.scopes:
        raise Problem(403, "scope_missing", f"This key lacks the scope {scope}. Create one that has it.")
    settings = state.settings
    if scope == "previews":
        allow(request, "previews", state.limits.take(f"previews {key.id}", settings.previews_per_minute))
    else:
        limit = key.requests_per_minute or settings.requests_per_minute
        allow(request, "requests", state.limits.take(key.id, limit))
    return caller


def demand_known_parameters(request: Request) -> None:
    """Raises a 422 ``Problem`` for a parameter that the route does not have: a filter that is misspelt filters nothing.

    The framework would leave it out, and a shop that asks for one order would be told of all.
    """
    route = request.scope.get("route")
    known = {field.alias for field in route.dependant.query_params} if isinstance(route, APIRoute) else set()
    unknown = [name[:100] for name in request.query_params if name not in known]
    if unknown:
        takes = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
        told = f"This call has no such parameter; {takes}."
        raise misfit("request", [{"type": "unknown", "loc": ("query", name), "msg": told} for name in unknown])


def note_use(state: AppState, caller: Caller) -> None:
    """Write down that the key is used, now and then. Call it while holding no connection: it takes one."""
    if merchants.is_use_worth_noting(caller.key):
        with state.database.writing() as session:
            merchants.note_use(session, caller.key)


def allow(request: Request, policy: str, allowance: Allowance) -> None:
    """Have the answer say how the asker stands. Raises a 429 ``Problem`` when the limit is reached."""
    request.state.rate_limit = allowance.headers(policy)
    if allowance.is_over:
        window = allowance.window_seconds
        detail = f"More than {allowance.limit} {policy} in {window} s. Wait as long as Retry-After says, in seconds."
        raise Problem(429, "rate_limited", detail, headers=request.state.rate_limit)


ReadKeyDep = Annotated[Caller, Depends(require("screenings:read"))]
WriteKeyDep = Annotated[Caller, Depends(require("screenings:write"))]
WebhooksKeyDep = Annotated[Caller, Depends(require("webhooks"))]
PreviewKeyDep = Annotated[Caller, Depends(require("previews"))]
AdminKeyDep = Annotated[Caller, Depends(require("admin"))]
