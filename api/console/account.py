"""One's own account: the role, and the second factor with its set-up."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from api.console.signing import HOME, address_of, keep_session
from api.console.web import (
    SESSION_COOKIE,
    ConsoleRoute,
    HalfFormDep,
    HalfSignedInDep,
    OwnFormDep,
    Words,
    redirect,
    render,
)
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import second_factor, sessions
from api.reviewing.sessions import SignedIn
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import Reviewer

router = APIRouter(prefix="/console/account", route_class=ConsoleRoute)


@router.get("")
def show_account(request: Request, state: StateDep, half: HalfSignedInDep, back: str = HOME) -> Response:
    """Who one is here; with what a device needs while none is set up."""
    if half.waits_for == "code":
        return redirect("/console/second-factor")
    return _page(request, state, half, back)


@router.post("/second-factor")
def set_up(
    request: Request,
    state: StateDep,
    half: HalfFormDep,
    token: Annotated[str, Cookie(alias=SESSION_COOKIE)],
    code: Words = "",
    back: Words = HOME,
) -> Response:
    """The recovery codes, this once; or the page again with what went wrong."""
    try:
        entry, codes = sessions.set_up_second_factor(
            state.database, state.settings, token, code, address_of(request), now()
        )
    except Problem as problem:
        return _page(request, state, half, back, problem)
    page = render(request, "recovery_codes.html", None, codes=codes, back=back if back.startswith(HOME) else HOME)
    keep_session(page, state.settings, entry)
    return page


@router.post("/recovery-codes")
def renew_recovery_codes(request: Request, state: StateDep, form: OwnFormDep, code: Words = "") -> Response:
    """New recovery codes, this once; or the page again with what went wrong."""
    try:
        codes = sessions.renew_recovery_codes(
            state.database, state.settings, form.actor, code, address_of(request), now()
        )
    except Problem as problem:
        return _page(request, state, form, HOME, problem)
    return render(request, "recovery_codes.html", None, codes=codes, back="/console/account")


def _page(request: Request, state: AppState, half: SignedIn, back: str, problem: Problem | None = None) -> Response:
    with state.database.writing() as session:
        reviewer = session.get_one(Reviewer, half.actor.id)
        is_set_up = second_factor.is_set_up(session, reviewer.id)
        enrolment = None if is_set_up else second_factor.begin(session, state.settings, reviewer)
        left = second_factor.codes_left(session, reviewer.id)
    page = render(
        request,
        "account.html",
        None if half.waits_for else half,
        problem.status if problem else 200,
        reviewer=reviewer,
        csrf=half.csrf_token,
        is_needed=bool(half.waits_for),
        enrolment=enrolment,
        codes_left=left,
        back=back,
        problem=problem,
    )
    page.headers.update(problem.headers or {} if problem else {})
    return page
