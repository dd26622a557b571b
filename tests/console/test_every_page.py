"""Every page of the console, found by walking its routes: axe finds nothing, nothing sticks out, a picture is kept.

The pictures go to ``screenshots/console`` of this repository, or where ``MODERATION_SCREENSHOTS`` says: look at them.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.console.pages import field_of
from tests.console.pages import sign_in as sign_in_by_form
from tests.console.routes import all_routes

pytestmark = pytest.mark.browser

AXE = Axe().axe_script
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1440)]
#: What axe is asked to hold us to.
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: All that a dark page can do differently from a light one.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
PICTURES = Path(os.environ.get("MODERATION_SCREENSHOTS") or Path(__file__).parents[2] / "screenshots" / "console")

#: Routes that are asked for by a page, not shown as one.
NO_PAGE = {
    "/console/live",
    "/console/together",
    "/console/team/{table}.csv",
    "/console/find",
    "/console/company",
    "/console/company/back",
}
#: What stands in an address; a route of a case is shown with a case of every kind.
KINDS = {"{case_id}": ("mine", "free", "severe", "theirs", "appeal", "differ", "bare"), "alike": ("free",)}
#: Pages that look different at another address.
MORE = {"/console": ["/console?queue=appeals"], "/console/cases/{case_id}": ["/console/cases/none"]}


def addresses(cases: dict[str, str]) -> dict[str, str]:
    """Every page to look at, by the name of its picture."""
    found = {}
    for method, path in all_routes():
        if method != "GET" or path in NO_PAGE:
            continue
        kinds = KINDS["alike" if path.endswith("alike") else "{case_id}"] if "{case_id}" in path else (None,)
        for kind in kinds:
            address = path.replace("{case_id}", cases[kind]) if kind else path
            assert "{" not in address, f"say in KINDS what stands in {path}, or in NO_PAGE that it is no page"
            name = path.replace("/{case_id}", "").removeprefix("/console").strip("/").replace("/", "-") or "queue"
            found["-".join(filter(None, [name, kind]))] = address
        found |= {f"more-{each.strip('/').replace('/', '-').replace('?', '-')}": each for each in MORE.get(path, [])}
    return found


def test_axe_finds_nothing_on_any_page_and_nothing_sticks_out(sign_in, cases):
    page, faults = sign_in("Wren"), []
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, address in addresses(cases).items():
        page.goto(address)
        faults += look(page, name)
    assert faults == [], "\n".join(map(str, faults))


def test_the_pages_of_the_second_factor_are_like_all_others(browser, app_client, shop):
    """They are made by a server with other settings, and only a half signed-in browser sees them."""
    client = app_client(second_factor_for="lead", oidc_issuer="https://issuer.example", oidc_client_id="x")
    made = {"sign-in-company": client.get("/console/sign-in").text}
    sign_in_by_form(client, shop.address_of("Wren"))
    made["second-factor-set-up"] = client.get("/console/account").text
    import pyotp

    secret = made["second-factor-set-up"].split('class="secret">')[1].split("<")[0].replace(" ", "")
    form = {"csrf": field_of(made["second-factor-set-up"], "csrf"), "code": pyotp.TOTP(secret).now()}
    made["second-factor-recovery-codes"] = client.post("/console/account/second-factor", data=form).text
    made["account-set-up"] = client.get("/console/account").text
    client.cookies.clear()
    sign_in_by_form(client, shop.address_of("Wren"))
    made["second-factor-code"] = client.get("/console/second-factor").text
    page, faults = browser.new_page(), []
    # Served as the server would: its own files, and its headers, so that the policy holds here too.
    headers = dict(client.get("/console/sign-in").headers)
    page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    page.route("**/*", lambda route: serve(route, client, made, headers))
    for name in made:
        page.goto(f"http://127.0.0.1:8000/made/{name}")
        faults += look(page, name)
    page.close()
    assert faults == [], "\n".join(map(str, faults))


def serve(route, client, made, headers) -> None:
    path = route.request.url.split(":8000")[1]
    if path.startswith("/made/"):
        policy = {key: headers[key] for key in ("content-security-policy", "content-type")}
        route.fulfill(body=made[path.removeprefix("/made/")], headers=policy)
    else:
        answer = client.get(path)
        route.fulfill(
            status=answer.status_code, body=answer.content, headers={"content-type": answer.headers["content-type"]}
        )


def look(page, name) -> list[tuple]:
    """Hold one page to it in every look, and keep its pictures."""
    faults = []
    page.evaluate(AXE)
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        rules = WCAG if scheme == "light" else COLOURS
        for fault in page.evaluate("options => axe.run(options).then(all => all.violations)", rules):
            faults.append((name, scheme, width, fault["id"], [node["html"][:120] for node in fault["nodes"]]))
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            faults.append((name, scheme, width, "wider than the screen"))
        page.screenshot(path=PICTURES / f"{name}-{scheme}-{width}.png")
    return faults
