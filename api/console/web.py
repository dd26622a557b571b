"""What all pages share: headers, error pages, templates, the signed-in reviewer and the proof that a form is ours."""

import hmac
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import Cookie, Depends, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment
from pydantic import AfterValidator

from api.console.languages import language_name
from api.dependencies import StateDep
from api.errors import Problem
from api.rendering import Page, templates_of
from api.reviewing.deciding import last_pending
from api.reviewing.keys import keys_of
from api.reviewing.roles import Right, demand
from api.reviewing.sessions import SignedIn, find_session
from api.settings import Settings
from api.state import app_state
from api.storage.clock import now
from api.storage.tables import PendingDecision
from moderation.errors import CaseConflict, DishonestReason, ModerationError
from moderation.holder import Failure
from moderation.reading.names import said

DIRECTORY = Path(__file__).parent
STATIC_DIRECTORY = DIRECTORY / "static"

SESSION_COOKIE = "moderation_session"
#: Before anybody is signed in there is no session to keep a form's token, so the browser keeps it itself.
SIGN_IN_COOKIE = "moderation_sign_in"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Pages hold customers' words: no cache of a shared computer keeps them.
    "Cache-Control": "no-store",
}


def without_nul(text: str) -> str:
    """PostgreSQL keeps no NUL, and no browser sends one; a customer's own words never pass here."""
    return text.replace("\0", "")


#: A text field of a form.
Words = Annotated[str, AfterValidator(without_nul), Form(max_length=2000)]


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page."""


class ConsoleRoute(APIRoute):
    """A route whose errors are pages and whose answers carry the console's security headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def safely(request: Request) -> Response:
            try:
                response = await handle(request)
            except SignInNeeded:
                response = _to_sign_in(request)
            except Problem as problem:
                response = error_page(request, problem)
            except ModerationError as error:
                status = {CaseConflict: 409, DishonestReason: 422}.get(type(error), 503)
                response = error_page(request, Problem(status, error.code, str(error)))
            except RequestValidationError as error:
                fields = ", ".join(str(each["loc"][-1]) for each in error.errors()[:5])
                detail = f"The form was incomplete: {fields}. Go back and send it again."
                response = error_page(request, Problem(422, "invalid_request", detail))
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return safely


def error_page(request: Request, problem: Problem) -> Response:
    """A page that says what is so and what to do next; who is signed in goes on with their keys, and can undo."""
    page = render(request, "error.html", _whoever(request), problem.status, problem=problem)
    page.headers.update(problem.headers or {})
    return page


def render(request: Request, template: str, signed_in: SignedIn | None, status: int = 200, **context: Any) -> Response:
    """The template as a page."""
    path = request.url.path
    if signed_in and "pending" not in context:
        context["pending"] = _pending(request, signed_in)
    body = (
        environment()
        .get_template(template)
        .render(
            signed_in=signed_in,
            path=path,
            now=now(),
            Right=Right,
            failure=_failure(request),
            keys=keys_of(signed_in.keys if signed_in else {}),
            **{"pending": None, "said": None, **context},
        )
    )
    return Page(body, status)


def _pending(request: Request, signed_in: SignedIn) -> PendingDecision | None:
    """What can still be undone: from any page."""
    with app_state(request).database.reading() as session:
        return last_pending(session, signed_in.actor, now())


def _whoever(request: Request) -> SignedIn | None:
    state = app_state(request)
    with state.database.reading() as session:
        found = find_session(session, state.settings, request.cookies.get(SESSION_COOKIE, ""), now())
    return found if found and not found.waits_for else None


def _failure(request: Request) -> Failure | None:
    """Changed lists that are not in force; everybody who decides should know."""
    return app_state(request).holder.failure


def redirect(path: str, **query: str | None) -> Response:
    """See other: a form that was sent is never sent again by going back."""
    given = {key: value for key, value in query.items() if value}
    return RedirectResponse(f"{path}?{urlencode(given)}" if given else path, 303)


def half_signed_in(state: StateDep, token: Annotated[str | None, Cookie(alias=SESSION_COOKIE)] = None) -> SignedIn:
    """The reviewer behind the cookie, perhaps with a second factor still to come. Raises ``SignInNeeded``."""
    with state.database.reading() as session:
        found = find_session(session, state.settings, token, now()) if token else None
    if found is None:
        raise SignInNeeded
    return found


#: For the pages of the second factor alone.
HalfSignedInDep = Annotated[SignedIn, Depends(half_signed_in)]


# Async what asks the database nothing, or the framework would use a thread for each.


async def signed_in(half: HalfSignedInDep) -> SignedIn:
    """The reviewer behind the cookie, wholly signed in. Raises ``SignInNeeded``."""
    if half.waits_for:
        raise SignInNeeded
    return half


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


async def half_signed_form(signed_in: HalfSignedInDep, csrf: Annotated[str, Form()] = "") -> SignedIn:
    """The reviewer who sent a form that came from our own page. Raises a 403 ``Problem`` for any other."""
    if not hmac.compare_digest(csrf.encode(), signed_in.csrf_token.encode()):
        raise Problem(
            403, "form_expired", "This form is not from your current session. Open the page again and repeat."
        )
    return signed_in


#: Like ``HalfSignedInDep``, for what anybody may send about their own account.
HalfFormDep = Annotated[SignedIn, Depends(half_signed_form)]


async def own_form(signed_in: SignedInDep, _form: HalfFormDep) -> SignedIn:
    """Whoever sent a form of our own about their own account, wholly signed in; whatever their role."""
    return signed_in


OwnFormDep = Annotated[SignedIn, Depends(own_form)]


async def signed_form(signed_in: SignedInDep, _form: HalfFormDep) -> SignedIn:
    """The reviewer who sent a form of our own, wholly signed in. Raises a 403 ``Problem`` for who only reads."""
    demand(signed_in.actor, Right.CHANGE)
    return signed_in


#: Like ``SignedInDep``, for everything that changes something.
FormDep = Annotated[SignedIn, Depends(signed_form)]


def is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https:")


@cache
def environment() -> Environment:
    return templates_of(
        DIRECTORY,
        "/console/static",
        ago=ago,
        span=duration,
        clock=clock,
        category=category_name,
        queue=queue_name,
        reading=said,
        runs=runs,
    )


def duration(length: timedelta) -> str:
    """Two units at most: ``"3 d 4 h"``, ``"12 min"``, ``"40 s"``."""
    seconds = int(abs(length.total_seconds()))
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    for index, (name, size) in enumerate(units):
        if seconds >= size:
            rest = units[index + 1 : index + 2] if name in ("d", "h") else ()
            more = [f"{seconds % size // s} {n}" for n, s in rest if seconds % size // s]
            return " ".join([f"{seconds // size} {name}", *more])
    return "0 s"


def ago(moment: datetime) -> str:
    """``"12 min ago"`` or ``"in 3 h"``, on one line."""
    length = now() - moment
    told = f"{duration(length)} ago" if length >= timedelta(0) else f"in {duration(length)}"
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def runs(numbers: Sequence[int]) -> str:
    """Rising numbers, three or more in a row as a range: ``"1–4 7"``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return " ".join(f"{p[0]}–{p[-1]}" if len(p) > 2 else " ".join(map(str, p)) for p in parts)


def clock(moment: datetime) -> str:
    """``"22 Nov, 10:34 UTC"``."""
    return f"{moment:%-d %b, %H:%M} UTC"


def category_name(category: str) -> str:
    """A reason code as reviewers read it: ``"third-party brand"``."""
    return {"third_party_brand": "third-party brand", "self_harm": "self-harm"}.get(
        category, category.replace("_", " ")
    )


def queue_name(name: str) -> str:
    """``"hate-and-safety"`` -> ``"Hate and safety"``; ``"language:tr"`` -> ``"Turkish"``."""
    if name.startswith("language:"):
        return language_name(name.partition(":")[2])
    return name.replace("-", " ").capitalize()


def _to_sign_in(request: Request) -> Response:
    if request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirect("/console/sign-in", back=None if back == "/console" else back)
    # Back to the page with the form, which has its case still; where the form itself went is no page.
    came_from = urlsplit(request.headers.get("referer", ""))
    is_ours = came_from.netloc == request.url.netloc and came_from.path.startswith("/console/")
    return redirect("/console/sign-in", said="ended", back=came_from.path if is_ours else None)
