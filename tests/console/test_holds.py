"""Holds: everybody sees what is held and why; leads switch it, with a ground; running servers obey at once."""

import pytest

from api.customers.holds import holds_in_force, place_hold
from tests.reviewing.shop import Shop

pytestmark = pytest.mark.browser


def held(database, shop):
    with database.reading() as session:
        return [(h.brand, h.campaign, h.note, h.placed_by) for h in holds_in_force(session, shop.merchant.id)]


def test_a_lead_holds_a_brand_and_lifts_it_again(sign_in, shop, start, database):
    page = sign_in("Wren")
    page.goto("/console/holds")
    page.fill("[name=ground]", "A wave of <b>pranks</b>")
    page.fill("[name=brand]", "Strider")
    page.click("text=Send everything of it to review")
    assert held(database, shop) == [("Strider", None, "A wave of <b>pranks</b>", shop.people["Wren"].id)]
    assert "Every order of the brand Strider" in page.locator(".hold").inner_text()
    assert "Wren" in page.locator(".hold").inner_text()
    page.get_by_role("button", name="Lift the hold on every order of the brand Strider").click()
    page.wait_for_url("**said=lifted")
    assert held(database, shop) == []
    assert "A wave of <b>pranks</b>" in page.get_by_role("region", name="Lifted").inner_text()


def test_a_hold_needs_a_ground_and_is_placed_once(form, shop, start, database):
    wren = form("Wren")
    refused = wren.post("/console/holds", ground=" ", brand="Strider")
    assert refused.status_code == 422
    assert 'name="brand" value="Strider"' in refused.text
    assert wren.post("/console/holds", ground="Pranks").status_code == 303
    assert wren.post("/console/holds", ground="Pranks").status_code == 409
    assert held(database, shop) == [(None, None, "Pranks", shop.people["Wren"].id)]


@pytest.mark.parametrize("name", ["Heron", "Owl"])
def test_others_see_it_and_change_nothing(form, shop, start, database, name):
    with database.writing() as session:
        hold = place_hold(session, shop.merchant.id, "operator", "Pranks")
    person = form(name)
    page = person.get("/console/holds").text
    assert "Pranks" in page
    assert "the operator" in page
    assert "Lift" not in page.split("Held now")[1].split("Leads and admins")[0]
    assert person.post("/console/holds", ground="x", brand="y").status_code == 403
    assert person.post(f"/console/holds/{hold.id}/lift").status_code == 403
    assert len(held(database, shop)) == 1


def test_another_merchants_hold_is_not_there(form, shop, start, database):
    other = Shop.open(database, f"other {shop.merchant.id}")
    with database.writing() as session:
        hold = place_hold(session, other.merchant.id, "operator", "Somebody else's")
    wren = form("Wren")
    assert "Somebody else" not in wren.get("/console/holds").text
    assert wren.post(f"/console/holds/{hold.id}/lift").status_code == 404
    assert len(held(database, other)) == 1
