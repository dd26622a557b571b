"""``/demo``: an example shop page. A person types on a drawn shoe, sees the hint, orders, follows the status page."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import ValidationError
from sqlmodel import col, select

from api.customers import merchants
from api.customers.merchants import Account
from api.dependencies import StateDep
from api.errors import Problem
from api.intake.schemas import ScreeningCreate
from api.intake.submit import submit
from api.links import status_url
from api.pages.web import STATIC, FormDep, LinkRoute, render
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import ApiKey, Merchant, Screening

router = APIRouter(route_class=LinkRoute, include_in_schema=False)
widget_router = APIRouter(include_in_schema=False)

BRAND = "Strider"
PLACES = ("left_shoe", "right_shoe")
_KEY_NAME = "example page"

WIDGET = Path(STATIC / "widget.js")


@widget_router.get("/v1/widget.js")
def widget() -> Response:
    """The hint for shops' own pages; any page may load it."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}
    return FileResponse(WIDGET, media_type="text/javascript", headers=headers)


@router.get("/demo")
def show(request: Request, state: StateDep) -> Response:
    """The example shop."""
    return _page(request, state, dict.fromkeys(PLACES, ""))


@router.post("/demo")
def order(request: Request, state: StateDep, form: FormDep) -> Response:
    """Order, as the shop's own server would: with the secret key, which no page ever sees."""
    typed = {name: form.get(name, "") for name in PLACES}
    fields = [{"name": name, "text": text} for name, text in typed.items() if text] or [
        {"name": "left_shoe", "text": ""}
    ]
    try:
        body = ScreeningCreate.model_validate(
            {"fields": fields, "brand": BRAND, "product": "shoe", "reference": f"example-{secrets.token_hex(3)}"}
        )
    except ValidationError:
        return _page(request, state, typed)
    made = submit(state, Account.of(_shop(state)), body, idempotency_key=None)
    with state.database.reading() as session:
        screening = session.get_one(Screening, made.screening_id)
    return RedirectResponse(urlsplit(status_url(state.settings, screening)).path, 303)


def _page(request: Request, state: AppState, typed: dict[str, str]) -> Response:
    page = render("demo.html", brand=BRAND, typed=typed, key=_publishable_key(request, state))
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return page


def _shop(state: AppState) -> Merchant:
    with state.database.reading() as session:
        wanted = select(Merchant).where(Merchant.name == state.settings.demo_shop)
        shop = session.exec(wanted).first() if state.settings.demo_shop else None
    if shop is None:
        raise Problem(404, "not_found", "There is nothing at this address; /docs lists what there is.")
    return shop


def _publishable_key(request: Request, state: AppState) -> str:
    """A key that may be read by everybody: it gives hints and nothing else. A new one with each start."""
    shop = _shop(state)
    if not hasattr(request.app.state, "example_key"):
        with state.database.writing() as session:
            older = select(ApiKey).where(
                ApiKey.merchant_id == shop.id, ApiKey.name == _KEY_NAME, col(ApiKey.revoked_at).is_(None)
            )
            for key in session.exec(older):
                key.revoked_at = now()
            request.app.state.example_key = merchants.create_key(session, shop.id, _KEY_NAME, ["previews"])[1]
    token: str = request.app.state.example_key
    return token
