"""The direct way of the checkout's call: past the framework's routing and injection, which cost more than the store.

It takes what is plainly well-formed and behaves as the documented route does, byte for byte; everything else (another
content type, a body that does not fit) goes the usual way and is refused there, with the usual words.
"""

import json
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.budget import Moderate
from api.customers import merchants
from api.customers.merchants import Caller
from api.dependencies import admit, note_use
from api.intake.idempotency import Answer
from api.intake.schemas import ScreeningCreate
from api.intake.submit import answer_new, look_up
from api.state import AppState

_USUAL = "moderation.usual_way"


class DirectRoute(BaseRoute):
    """``POST /v1/screenings``, asked before all other routes."""

    path = "/v1/screenings"

    def __init__(self, router: ASGIApp, state: AppState) -> None:
        """
        Args:
            router: Where the usual way begins.
        """
        self._router = router
        self._state = state

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_ours = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == self.path
        return (Match.FULL, {"route": self}) if is_ours and _USUAL not in scope else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        asked = _well_formed(scope, body)
        if asked is None:
            scope[_USUAL] = True  # in place: what stands around us reads from it how the limit stands
            return await self._router(scope, _again(body, receive), send)
        answer = await self._state.budget.in_time(_Checkout(self._state, request, *asked).answer)
        await respond(answer)(scope, receive, send)
        return None


class _Checkout:
    """One call; who calls is asked once, even when a late check has the order answered anew."""

    def __init__(self, state: AppState, request: Request, order: ScreeningCreate, token: str, key: str | None) -> None:
        self._state, self._request = state, request
        self._order, self._token, self._key = order, token, key
        self._caller: Caller | None = None

    def answer(self, moderate: Moderate) -> Answer:
        with self._state.database.asking() as connection:
            caller = self._caller or self._admitted(connection)
            asked = look_up(connection, caller.account, self._order, self._key)
        if self._caller is None:
            self._caller = caller
            note_use(self._state, caller)
        return asked if isinstance(asked, Answer) else answer_new(self._state, caller.account, asked, moderate)

    def _admitted(self, connection: Connection) -> Caller:
        known = merchants.authenticate(connection, self._token)
        return admit(self._request, self._state, known, "screenings:write")


def respond(answer: Answer) -> Response:
    """The stored bytes: 201, or 200 when they were given before."""
    headers = {"Location": f"/v1/screenings/{answer.screening_id}"}
    if answer.is_replay:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, 200 if answer.is_replay else 201, headers, media_type="application/json")


def _well_formed(scope: Scope, body: bytes) -> tuple[ScreeningCreate, str, str | None] | None:
    """The order, the token and the Idempotency-Key; None for what the usual way shall look at."""
    if scope["query_string"]:
        return None
    content_type, token, keys = b"", "", []
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value
        elif name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            token = token.strip() if scheme.lower() == "bearer" else ""
        elif name == b"idempotency-key":
            keys.append(value.decode("latin-1"))
    is_plain = content_type.partition(b";")[0].strip().lower() == b"application/json"
    if not is_plain or not token or len(keys) > 1 or not all(0 < len(key) <= 255 for key in keys):
        return None
    try:
        return ScreeningCreate.model_validate(json.loads(body)), token, keys[0] if keys else None
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or not an order: a ValidationError is a ValueError
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more for the usual way, which has not seen it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
