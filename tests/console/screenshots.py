"""Takes the pictures that the documentation shows, from a running demo.

moderation demo --serve
python -m tests.console.screenshots http://127.0.0.1:8000 lee@demo.example try-the-console docs/images
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.chromium import CHROMIUM, CHROMIUM_FLAGS

#: What to open, by name; an address, or the filter whose first case is claimed.
PAGES = {
    "queue": "/console",
    "case": "claim:search=Sw3at sh0p",
    "case-general": "claim:queue=general",
    "holds": "/console/holds",
    "team": "/console/team",
    "handbook": "/console/handbook",
    "keys": "/console/keys",
}
LOOKS = (("light", 1440, 900), ("dark", 1440, 900), ("light", 390, 844))


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
        for scheme, width, height in LOOKS:
            viewport = {"width": width, "height": height}
            page = browser.new_page(base_url=address, viewport=viewport, color_scheme=scheme)
            page.goto("/console/sign-in")
            page.fill("[name=email]", email)
            page.fill("[name=password]", password)
            page.click("button")
            page.wait_for_url("**/console")
            for name, what in PAGES.items():
                open_page(page, what)
                page.screenshot(path=Path(directory) / f"console-{name}-{scheme}-{width}.png")
                if page.locator("[data-mine]").count():
                    page.click("[data-key=l]")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
