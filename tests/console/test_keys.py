"""The keys that the pages promise are the keys that they have, whoever has chosen them."""

import re

import pytest
from playwright.sync_api import expect

from api.console.keys import FIXED, GROUPS
from api.console.web import DIRECTORY, STATIC_DIRECTORY
from api.errors import Problem
from api.reviewing.keys import KEYS, keep_keys, keys_of
from api.storage.tables import ReviewCase, Reviewer
from tests.console.test_every_page import AXE, WCAG


def test_every_action_is_bound_and_explained_and_the_other_way_round():
    templates = "".join(path.read_text("utf-8") for path in (DIRECTORY / "templates").glob("*.html"))
    script = (STATIC_DIRECTORY / "console.js").read_text("utf-8")
    bound = set(re.findall(r'data-key="\{\{ keys\.(\w+) \}\}"', templates))
    bound |= set(re.findall(r"^  (\w+): ", script[script.index("const actions = {") :], re.MULTILINE))
    explained = {action for _group, actions in GROUPS for action in actions}
    assert bound == explained == set(KEYS)
    assert not re.findall(r'data-key="[^{]', templates)


def test_every_key_that_is_explained_is_in_the_documentation():
    text = (DIRECTORY.parents[1] / "docs" / "console.md").read_text("utf-8")
    fixed = [key for keys, _does in FIXED for key in ([keys] if keys[0] != "1" else ["1", "9"])]
    for key in [*(each.upper() for each in KEYS.values()), *fixed]:
        assert f"`{key}`" in text, key


def test_our_keys_are_all_different():
    assert len(set(KEYS.values())) == len(KEYS)


@pytest.mark.parametrize(
    "chosen",
    [{"approve": "1"}, {"approve": ""}, {"approve": "ab"}, {"approve": " "}, {"approve": "\x07"}, {"approve": "R"}],
)
def test_a_key_that_cannot_be_is_refused_and_nothing_changes(shop, database, chosen):
    with database.writing() as session, pytest.raises(Problem, match=r"The key|is wanted"):
        keep_keys(session, shop.people["Heron"], chosen)


def test_two_keys_can_be_swapped_and_only_what_differs_is_kept(shop, database):
    with database.writing() as session:
        keep_keys(session, shop.people["Heron"], {**KEYS, "approve": "R", "reject": "a", "nonsense": "z"})
    with database.reading() as session:
        assert session.get_one(Reviewer, shop.people["Heron"].id).keys == {"approve": "r", "reject": "a"}
    assert keys_of({"approve": "y"})["approve"] == "y"


@pytest.mark.browser
def test_keys_of_ones_own_are_printed_bound_and_reset(sign_in, shop, start, database):
    case = shop.open_case(start)
    page = sign_in()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys")
    page.get_by_label("approve", exact=True).fill("r")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_role("alert")).to_contain_text("R is wanted for “approve” and for “reject”")
    expect(page.get_by_label("approve", exact=True)).to_have_value("r")
    page.get_by_label("approve", exact=True).fill("y")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_role("status")).to_contain_text("Kept")
    page.keyboard.press("g")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator("[data-mine]")).to_be_attached()
    expect(page.get_by_role("button", name="Approve")).to_contain_text("Y")
    page.keyboard.press("a")
    page.keyboard.press("y")
    expect(page.locator(".toast")).to_contain_text("Approved")
    with database.reading() as session:
        assert session.get_one(ReviewCase, case).state == "resolved"
    page.goto("/console/keys")
    page.get_by_role("button", name="Back to ours").click()
    expect(page.get_by_label("approve", exact=True)).to_have_value("a")


@pytest.mark.browser
def test_the_palette_does_everything_by_name_and_finds_an_order(sign_in, shop, start):
    first = shop.open_case(start, reference="order-a")
    second = shop.open_case(start, reference="order-b")
    page = sign_in()
    palette = page.get_by_role("dialog", name="Commands")
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate("options => axe.run('.palette', options).then(all => all.violations)", WCAG) == []
    page.keyboard.type("take next")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Take the next case")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(first))
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    page.keyboard.press("ArrowDown")
    options = palette.get_by_role("option")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(palette).to_be_visible()
    page.keyboard.type("order-b")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(second))


@pytest.mark.browser
def test_what_is_typed_before_the_palette_is_there_decides_nothing(sign_in, shop, start):
    case = shop.open_case(start, reference="order-a")
    page = sign_in()
    asked_for = []
    page.route("**/palette.js*", lambda route: asked_for.append(route))
    page.locator("button.open").first.click()
    expect(page).to_have_url(re.compile(case))
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.keyboard.press("Control+k")
    page.keyboard.type("approve")
    asked_for[0].continue_()
    expect(page.get_by_role("dialog", name="Commands").locator("input")).to_have_value("approve")
    expect(page).to_have_url(re.compile(case))
    expect(page.locator("[data-mine]")).to_be_attached()


def test_an_order_is_found_by_id_or_reference_and_only_ones_own(form, shop, start):
    case = shop.open_case(start, reference="ref 7/ä")
    heron = form()
    for words in (case, "ref 7/ä"):
        assert case in heron.client.get("/console/find", params={"words": words}).headers["location"]
    assert heron.get("/console/find?words=nothing").headers["location"] == "/console?search=nothing"
    assert heron.get("/console/find?words=%00").headers["location"] == "/console"
