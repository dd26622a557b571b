"""``/docs``: the API's documentation in a browser, from this server's own files.

Reviewers sign in to the same origin, so no third party's script may run here; and the page works without the internet.
"""

import base64
import hashlib
import re
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

_STATIC = "/docs/static"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def install(app: FastAPI) -> None:
    """Serve the page, and the files of Swagger UI that the package ``fastapi_offline`` carries."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{_STATIC}/favicon.png",
    )
    body = bytes(page.body)
    begins = " ".join(f"'sha256-{_hash(script)}'" for script in _INLINE.findall(body.decode()))
    policy = (
        f"default-src 'none'; script-src 'self' {begins}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )

    def show() -> HTMLResponse:
        return HTMLResponse(body, headers={"Content-Security-Policy": policy})

    app.add_api_route("/docs", show, include_in_schema=False)
    app.mount(_STATIC, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-static")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
