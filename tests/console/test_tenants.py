"""A reviewer of one shop, whatever the role, sees and moves nothing of another's: the walk follows the routes themselves."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from fastapi.routing import APIRoute
from sqlmodel import select

import api.console
from api.customers.holds import place_hold
from api.reviewing.roles import Role
from api.reviewing.views import save_view
from api.storage.tables import CaseEventRecord, Hold, ReviewCase, SavedView, Screening
from tests.reviewing.shop import Shop

pytestmark = pytest.mark.browser

#: Everything that a form of the console sends.
FILLED = {"version": 1, "note": "x", "outcome": "approve", "to": "shop", "question": "x", "ground": "x", "brand": "y"}
#: The stream never ends; signing in is nobody's; signing out would end the walk.
ELSEWHERE = ("/console/live", "/console/sign-in", "/console/sign-out")


def routes():
    """Every way into the console as ``(method, path)``: whatever module of it has routes, has them here."""
    modules = [import_module(f"api.console.{each.name}") for each in iter_modules(api.console.__path__)]
    found = [route for module in modules if hasattr(module, "router") for route in module.router.routes]
    return sorted({(method, each.path) for each in found if isinstance(each, APIRoute) for method in each.methods})


def test_no_page_and_no_form_reaches_into_another_shop(form, shop, start, database):
    theirs = Shop.open(database, f"canary shop {shop.merchant.id}")
    lead = theirs.hire("Canary", Role.LEAD)
    case = theirs.open_case(start, texts={"line1": "canary words"}, reference="canary-reference", brand="canary brand")
    with database.writing() as session:
        hold = place_hold(session, theirs.merchant.id, lead.id, "canary ground")
        view = save_view(session, lead, "canary view", "product=ring")
    ids = {"case_id": case, "hold_id": hold.id, "table": "people", "view_id": view.id}
    before = rows(database, theirs, case)
    wren, walked = form("Wren"), 0
    for method, path in routes():
        if path in ELSEWHERE:
            continue
        address = path.format(**ids)
        answer = wren.get(address) if method == "GET" else wren.post(address, **FILLED, chosen=f"{case}:1")
        assert "canary" not in answer.text.casefold(), f"{method} {path}"
        if "case_id" in path or "hold_id" in path:
            assert answer.status_code == 404, f"{method} {path}"
        assert "'unsafe" not in answer.headers.get("content-security-policy", ""), f"{method} {path}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "script-src 'self'" in answer.headers["content-security-policy"], f"{method} {path}"
        assert answer.headers["x-content-type-options"] == "nosniff", f"{method} {path}"
        assert answer.headers["x-frame-options"] == "DENY", f"{method} {path}"
        walked += 1
    assert walked > 20
    assert rows(database, theirs, case) == before


def rows(database, shop, case):
    """What the other shop has, as it is stored."""
    with database.reading() as session:
        found = [
            *session.exec(select(Screening).where(Screening.merchant_id == shop.merchant.id)),
            *session.exec(select(ReviewCase).where(ReviewCase.merchant_id == shop.merchant.id)),
            *session.exec(select(Hold).where(Hold.merchant_id == shop.merchant.id)),
            *session.exec(select(SavedView).order_by(SavedView.id)),
            *session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == case)),
        ]
        return [each.model_dump() for each in found]
