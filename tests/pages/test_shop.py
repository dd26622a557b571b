"""The widget and the example shop, in Chromium: typed on a drawn shoe, hinted, ordered, followed; and without script."""

import threading
import time

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from api.customers import merchants
from api.main import create_app
from tests.api.conftest import SECRET
from tests.conftest import find_free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory, _sqlite_template):
    """The address of a server with the example shop."""
    import shutil

    from api.settings import Settings
    from api.storage.database import Database
    from moderation.pipeline import Pipeline
    from moderation.policy import load_policies
    from tests.words import WordDetector

    path = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    shutil.copy(_sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        merchants.add_merchant(session, "Example", "balanced")
    port = find_free_port()
    made = Settings(
        database_url=database.url,
        secret_key=SECRET,
        run_worker=False,
        demo_shop="Example",
        public_url=f"http://127.0.0.1:{port}",
        answer_within_ms=20_000,
    )
    pipeline = Pipeline((WordDetector(),), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    server = uvicorn.Server(uvicorn.Config(create_app(made, pipeline), port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser, served):
    opened = browser.new_page(base_url=served, locale="en-GB")
    opened.set_default_timeout(30_000)
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    opened.close()
    assert errors == []


def accessible(page):
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found] == []


def test_a_person_types_on_the_shoe_sees_the_hint_orders_and_follows_the_order(page):
    page.goto("/demo")
    accessible(page)
    page.fill("[name=left_shoe]", "RUN")
    page.locator("[data-moderation-hint][data-hint=looks_fine]").wait_for()
    assert page.locator("[data-drawn=left_shoe]").text_content() == "RUN"
    page.fill("[name=right_shoe]", "reviewme")
    page.locator("[data-moderation-hint][data-hint=needs_a_look]").wait_for()
    page.get_by_role("button", name="Order", exact=True).click()
    page.get_by_role("heading", name="A person is reading it").wait_for()
    assert "/s/" in page.url
    accessible(page)
    page.get_by_label("right shoe").fill("FREE")
    page.get_by_text("This looks fine").wait_for()  # as it is typed; the button is for pages without script
    accessible(page)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_load_state()
    page.get_by_text("This looks fine").wait_for()
    page.get_by_role("button", name="Send the new text", exact=True).click()
    page.get_by_role("heading", name="It will be made").wait_for()
    accessible(page)


def test_the_documentation_runs_nobody_elses_script(page, served):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/docs")
    page.locator("#operations-screenings-create_screening").wait_for()
    assert [url for url in asked if not url.startswith((served, "data:"))] == []


def test_without_script_everything_still_works_and_the_page_fits_a_small_screen(browser, served):
    context = browser.new_context(
        base_url=served, java_script_enabled=False, viewport={"width": 390, "height": 844}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto("/demo")
    page.fill("[name=left_shoe]", "rejectme " + "W" * 40)
    page.get_by_role("button", name="Order", exact=True).click()
    page.get_by_role("heading", name="It cannot be made like this").wait_for()
    box = page.locator("main").bounding_box()
    assert box["width"] <= 390
    page.get_by_label("Your message").fill("It is a town.")
    page.get_by_role("button", name="Send the objection", exact=True).click()
    page.get_by_role("heading", name="Somebody else is looking at it").wait_for()
    context.close()


def test_a_shops_own_page_may_ask_for_hints_and_nothing_else(served):
    origin = {"Origin": "https://shop.example"}
    assert httpx.get(f"{served}/v1/widget.js", headers=origin).headers["access-control-allow-origin"] == "*"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = httpx.options(f"{served}/v1/previews", headers={**origin, **asked})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")
    closed = httpx.options(f"{served}/v1/screenings", headers={**origin, **asked})
    assert "access-control-allow-origin" not in closed.headers
