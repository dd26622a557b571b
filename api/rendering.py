"""Pages from templates: the reviewers', the customers' and the partners' are made alike."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.types import Scope


class Statics(StaticFiles):
    """Static files whose address names their content, as ``templates_of`` writes it, stay with the browser."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class Page(HTMLResponse):
    """HTML that survives any Unicode in a customer's text, lone surrogates included."""

    def render(self, content: Any) -> bytes:
        return str(content).encode("utf-8", "replace")


def templates_of(folder: Path, at: str, **filters: Callable[..., str]) -> Environment:
    """The templates of ``folder/templates``; ``static(name)`` is the address of a file in ``folder/static``.

    Args:
        at: Where the static files are served: ``"/console/static"``.
        filters: By name, for the templates.
    """

    @cache
    def static(name: str) -> str:
        # It changes with the content, so that browsers may keep it.
        digest = hashlib.sha256((folder / "static" / name).read_bytes()).hexdigest()[:10]
        return f"{at}/{name}?v={digest}"

    made = Environment(
        loader=FileSystemLoader(folder / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.filters.update(filters)
    return made
