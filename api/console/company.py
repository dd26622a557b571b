"""The way in through the company: off to its issuer, and back."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from api.console.signing import address_of, enter, keep_cookie, sign_in_page
from api.console.web import ConsoleRoute, redirect
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import company
from api.storage.clock import now

router = APIRouter(prefix="/console/company", route_class=ConsoleRoute)

#: Between leaving and coming back.
JOURNEY_COOKIE = "moderation_journey"


@router.get("")
def leave(request: Request, state: StateDep, back: str = "/console") -> Response:
    """Off to the issuer, or the sign-in page with why not."""
    try:
        address, journey = company.begin(state.database, state.settings, back, address_of(request), now())
    except Problem as problem:
        return sign_in_page(request, state, back=back, problem=problem)
    answer = redirect(address)
    keep_cookie(answer, state.settings, JOURNEY_COOKIE, journey, seconds=int(company.JOURNEY.total_seconds()))
    return answer


@router.get("/back")
def arrive(request: Request, state: StateDep, journey: Annotated[str, Cookie(alias=JOURNEY_COOKIE)] = "") -> Response:
    """Signed in, or the sign-in page with what the issuer's answer lacks."""
    try:
        entry, back = company.finish(
            state.database, state.settings, request.query_params, journey, address_of(request), now()
        )
    except Problem as problem:
        answer = sign_in_page(request, state, problem=problem)
    else:
        answer = enter(state.settings, entry, back)
    answer.delete_cookie(JOURNEY_COOKIE, path="/console")
    return answer
