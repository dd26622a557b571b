"""The sign-in page with its second step, and the way out."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from api.console.web import (
    SESSION_COOKIE,
    SIGN_IN_COOKIE,
    ConsoleRoute,
    HalfFormDep,
    HalfSignedInDep,
    Words,
    is_https,
    redirect,
    render,
)
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import sessions
from api.settings import Settings
from api.state import AppState
from api.storage.clock import now
from api.storage.happened import happened

router = APIRouter(prefix="/console", route_class=ConsoleRoute)

HOME = "/console"
#: Where a session goes that waits for more.
STEPS = {"code": "/console/second-factor", "enrolment": "/console/account"}


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    state: StateDep,
    back: str = HOME,
    said: str | None = None,
    form_token: Annotated[str | None, Cookie(alias=SIGN_IN_COOKIE)] = None,
) -> Response:
    """The form."""
    return sign_in_page(request, state, form_token, back=back, said=said)


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
    try:
        if form_token is None or not hmac.compare_digest(csrf.encode(), form_token.encode()):
            raise Problem(403, "form_expired", "This page was open for too long, or cookies are off. Sign in again.")
        entry = sessions.sign_in(state.database, state.settings, email, password, address_of(request), now())
    except Problem as problem:
        return sign_in_page(request, state, form_token, back=back, email=email, problem=problem)
    return enter(state.settings, entry, back)


@router.get("/second-factor")
def show_second_factor(request: Request, half: HalfSignedInDep, back: str = HOME) -> Response:
    """The form for the code."""
    if half.waits_for != "code":
        return redirect(HOME)
    return render(request, "second_factor.html", None, csrf=half.csrf_token, back=back, problem=None)


@router.post("/second-factor")
def give_code(
    request: Request,
    state: StateDep,
    half: HalfFormDep,
    token: Annotated[str, Cookie(alias=SESSION_COOKIE)],
    code: Words = "",
    back: Words = HOME,
) -> Response:
    """A whole session, or the form again with what went wrong."""
    try:
        entry = sessions.pass_second_factor(state.database, state.settings, token, code, address_of(request), now())
    except Problem as problem:
        page = render(
            request, "second_factor.html", None, problem.status, csrf=half.csrf_token, back=back, problem=problem
        )
        page.headers.update(problem.headers or {})
        return page
    return enter(state.settings, entry, back)


@router.post("/sign-out")
def sign_out(state: StateDep, half: HalfFormDep, token: Annotated[str, Cookie(alias=SESSION_COOKIE)]) -> Response:
    """End the session."""
    with state.database.writing() as session:
        sessions.sign_out(session, state.settings, token)
        happened(session, "sign_out", half.actor.id, half.actor.merchant_id, half.actor.id)
    answer = redirect("/console/sign-in", said="out")
    answer.delete_cookie(SESSION_COOKIE, path="/console")
    return answer


def sign_in_page(
    request: Request,
    state: AppState,
    form_token: str | None = None,
    *,
    back: str = HOME,
    email: str = "",
    problem: Problem | None = None,
    said: str | None = None,
) -> Response:
    """The form, perhaps with what went wrong."""
    token = form_token or secrets.token_urlsafe(32)
    company = state.settings.oidc_name if state.settings.oidc_issuer else None
    page = render(
        request,
        "sign_in.html",
        None,
        problem.status if problem else 200,
        token=token,
        back=back,
        email=email,
        problem=problem,
        said=said,
        company=company,
        by_password=state.settings.password_sign_in,
    )
    page.headers.update(problem.headers or {} if problem else {})
    keep_cookie(page, state.settings, SIGN_IN_COOKIE, token, seconds=3600)
    return page


def enter(settings: Settings, entry: sessions.Entry, back: str) -> Response:
    """To the page that was wanted, or to the step that is still to come."""
    wanted = back if _is_ours(back) else HOME
    answer = redirect(STEPS[entry.waits_for], back=wanted) if entry.waits_for else redirect(wanted)
    keep_session(answer, settings, entry)
    answer.delete_cookie(SIGN_IN_COOKIE, path="/console")
    return answer


def keep_session(answer: Response, settings: Settings, entry: sessions.Entry) -> None:
    """Give the browser its session."""
    keep_cookie(answer, settings, SESSION_COOKIE, entry.token, seconds=settings.session_hours * 3600)


def keep_cookie(answer: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    """A cookie out of reach of scripts and of other sites' forms."""
    answer.set_cookie(
        name, value, max_age=seconds, path="/console", httponly=True, samesite="lax", secure=is_https(settings)
    )


def address_of(request: Request) -> str:
    """Where the request comes from, for counting failures."""
    return request.client.host if request.client else ""


def _is_ours(path: str) -> bool:
    # "//elsewhere" and "/\elsewhere" would leave this server.
    return path == HOME or path.startswith(("/console/", "/console?"))
