"""What the pages share: security headers, templates, forms and the language."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import UploadFile

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
    """The template as a page; any Unicode of a customer's text survives."""
    content = environment().get_template(template).render(**context)
    return HTMLResponse(content.encode("utf-8", "replace"), status)


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(DIRECTORY / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.filters.update(clock=clock, label=label)
    return made


@cache
def static(name: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/pages/static/{name}?v={digest}"


def clock(moment: datetime) -> str:
    """``"2026-11-22 10:34 UTC"``: read alike in every language."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def label(name: str) -> str:
    """A shop's name for a place as a person reads it: ``"left_shoe"`` -> ``"left shoe"``."""
    return name.replace("_", " ")
