"""Takes the pictures that the documentation shows, from a running demo.

moderation demo --serve
python -m tests.console.screenshots http://127.0.0.1:8000 lee@demo.example try-the-console docs/images
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.chromium import CHROMIUM, CHROMIUM_FLAGS

WIDE, PHONE = (1440, 900), (390, 844)
#: What to open, by name (an address, or the filter whose first case is claimed), and the looks that are kept of it.
PAGES = {
    "queue": ("/console", [("light", WIDE)]),
    "case": ("claim:search=Sw3at sh0p", [("light", WIDE), ("dark", WIDE), ("light", PHONE)]),
    "holds": ("/console/holds", [("light", WIDE)]),
    "team": ("/console/team", [("light", WIDE)]),
    "handbook": ("/console/handbook", [("light", WIDE)]),
}


def open_page(page: Page, what: str) -> None:
    if not what.startswith("claim:"):
        page.goto(what)
        return
    page.goto(f"/console?{what.removeprefix('claim:')}")
    page.locator("button.open").first.click()
    page.locator("[data-mine]").wait_for(state="attached")


def main(address: str, email: str, password: str, directory: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=address)
        page.goto("/console/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("button")
        page.wait_for_url("**/console")
        for name, (what, looks) in PAGES.items():
            for scheme, (width, height) in looks:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                open_page(page, what)
                page.screenshot(path=Path(directory) / f"console-{name}-{scheme}-{width}.png")
                if page.locator("[data-mine]").count():
                    page.click("[data-key=l]")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
