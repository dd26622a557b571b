"""What the pages share: security headers, templates, forms and the language."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.datastructures import UploadFile

from api.rendering import Page, templates_of

DIRECTORY = Path(__file__).parent
STATIC = DIRECTORY / "static"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address is the key: it must not travel to anybody.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class LinkRoute(APIRoute):
    """A route whose answers carry the security headers of the pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def safely(request: Request) -> Response:
            response = await handle(request)
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return safely


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form as the person typed them; a file in the place of a text counts as nothing."""
    async with request.form(max_fields=100) as form:
        # A form sends the end of a line as two characters, whatever was typed.
        return {
            name: "" if isinstance(value, UploadFile) else value.replace("\r\n", "\n") for name, value in form.items()
        }


FormDep = Annotated[Mapping[str, str], Depends(read_form)]


def render(template: str, status: int = 200, **context: Any) -> Response:
    """The template as a page."""
    return Page(environment().get_template(template).render(**context), status)


@cache
def environment() -> Environment:
    return templates_of(DIRECTORY, "/pages/static", clock=clock, label=label)


def clock(moment: datetime) -> str:
    """``"2026-11-22 10:34 UTC"``: read alike in every language."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def label(name: str) -> str:
    """A shop's name for a place as a person reads it: ``"left_shoe"`` -> ``"left shoe"``."""
    return name.replace("_", " ")
