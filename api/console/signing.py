"""The sign-in page, and the way out."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from api.console.web import SESSION_COOKIE, SIGN_IN_COOKIE, ConsoleRoute, FormDep, Words, is_https, redirect, render
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import sessions
from api.settings import Settings
from api.storage.clock import now

router = APIRouter(prefix="/console", route_class=ConsoleRoute)

HOME = "/console"


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    state: StateDep,
    back: str = HOME,
    said: str | None = None,
    form_token: Annotated[str | None, Cookie(alias=SIGN_IN_COOKIE)] = None,
) -> Response:
    """The form."""
    token = form_token or secrets.token_urlsafe(32)
    page = render(request, "sign_in.html", None, token=token, back=back, email="", problem=None, said=said)
    _keep(page, state.settings, SIGN_IN_COOKIE, token, seconds=3600)
    return page


@router.post("/sign-in")
def sign_in(
    request: Request,
    state: StateDep,
    email: Words = "",
    password: Words = "",
    back: Words = HOME,
    csrf: Words = "",
    form_token: Annotated[str | None, Cookie(alias=SIGN_IN_COOKIE)] = None,
) -> Response:
    """A new session, or the form again with what went wrong."""
    token = form_token or secrets.token_urlsafe(32)
    try:
        if form_token is None or not hmac.compare_digest(csrf.encode(), form_token.encode()):
            raise Problem(403, "form_expired", "This page was open for too long, or cookies are off. Sign in again.")
        address = request.client.host if request.client else ""
        session_token = sessions.sign_in(state.database, state.settings, email, password, address, now())
    except Problem as problem:
        context = {"token": token, "back": back, "email": email, "problem": problem}
        page = render(request, "sign_in.html", None, problem.status, **context)
        page.headers.update(problem.headers or {})
        _keep(page, state.settings, SIGN_IN_COOKIE, token, seconds=3600)
        return page
    answer = redirect(back if _is_ours(back) else HOME)
    _keep(answer, state.settings, SESSION_COOKIE, session_token, seconds=state.settings.session_hours * 3600)
    answer.delete_cookie(SIGN_IN_COOKIE, path="/console")
    return answer


@router.post("/sign-out")
def sign_out(state: StateDep, _signed_in: FormDep, token: Annotated[str, Cookie(alias=SESSION_COOKIE)]) -> Response:
    """End the session."""
    with state.database.writing() as session:
        sessions.sign_out(session, state.settings, token)
    answer = redirect("/console/sign-in", said="out")
    answer.delete_cookie(SESSION_COOKIE, path="/console")
    return answer


def _is_ours(path: str) -> bool:
    # "//elsewhere" and "/\elsewhere" would leave this server.
    return path == HOME or path.startswith(("/console/", "/console?"))


def _keep(answer: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path="/console", httponly=True, samesite="lax", secure=is_https(settings)
    )
