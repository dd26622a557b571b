"""One table says what each role may do; every route of the console is walked with every role and compared with it."""

import pytest
from sqlmodel import SQLModel

from api.customers.holds import place_hold
from api.reviewing.roles import RIGHTS, Right, Role
from api.reviewing.views import save_view
from tests.console.pages import sign_in
from tests.console.routes import all_routes
from tests.reviewing.shop import Shop

#: For anybody, signed in or not: the way in.
OPEN = {
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("GET", "/console/company"),
    ("GET", "/console/company/back"),
}
#: For everybody who is signed in, about their own account.
OWN = {
    ("GET", "/console/account"),
    ("POST", "/console/account/second-factor"),
    ("POST", "/console/account/recovery-codes"),
    ("GET", "/console/second-factor"),
    ("POST", "/console/second-factor"),
    ("POST", "/console/sign-out"),
}
#: For everybody who is signed in.
READ = {
    ("GET", "/console"),
    ("GET", "/console/live"),
    ("GET", "/console/cases/{case_id}"),
    ("GET", "/console/cases/{case_id}/alike"),
    ("GET", "/console/together"),
    ("GET", "/console/decided"),
    ("GET", "/console/holds"),
    ("GET", "/console/handbook"),
    ("GET", "/console/keys"),
    ("GET", "/console/care"),
    ("GET", "/console/glossary"),
    ("GET", "/console/find"),
}
NEEDS = {
    ("GET", "/console/team"): Right.OVERSEE,
    ("GET", "/console/team/{table}.csv"): Right.OVERSEE,
    ("GET", "/console/log"): Right.OVERSEE,
    ("POST", "/console/next"): Right.REVIEW,
    **{
        ("POST", f"/console/cases/{{case_id}}/{move}"): Right.REVIEW
        for move in "claim heartbeat release skip snooze escalate ask decide undo alike".split()
    },
    # One's own keys, views and covers: an auditor's account keeps what it was given.
    **{
        ("POST", f"/console/{own}"): Right.CHANGE
        for own in ("care", "care/later", "keys", "views", "views/{view_id}/remove")
    },
    ("POST", "/console/cases/{case_id}/take-over"): Right.TAKE_OVER,
    ("POST", "/console/holds"): Right.HOLD,
    ("POST", "/console/holds/{hold_id}/lift"): Right.HOLD,
}
#: Answers never end, so they are not asked for here.
ENDLESS = {("GET", "/console/live")}
#: Answers that send on to another page.
LEADS_ON = {("GET", "/console/together"), ("GET", "/console/second-factor"), ("GET", "/console/find")}
FORMS = sorted(route for route in all_routes() if route[0] == "POST" and route not in OPEN)
FILLED = {
    "version": 1, "note": "x", "outcome": "approve", "to": "shop", "question": "x", "ground": "x", "chosen": "x:1",
    "code": "1", "query": "",
}  # fmt: skip
#: What signing in and reading leave behind, and no more.
TRACES = {"reviewer_session", "sign_in_failure", "second_factor", "audit_event"}


@pytest.fixture
def places(shop, start, database):
    """What stands in the addresses."""
    with database.writing() as session:
        hold = place_hold(session, shop.merchant.id, "operator", "Pranks", brand="Strider")
        view = save_view(session, shop.people["Wren"], "Rings", "product=ring")
    return {"case_id": shop.open_case(start), "hold_id": hold.id, "table": "queues", "view_id": view.id}


@pytest.fixture
def person(app_client, shop):
    """Signs somebody in; calls a route as they would."""

    class Person:
        def __init__(self, pseudonym: str) -> None:
            self.client = app_client()
            assert sign_in(self.client, shop.address_of(pseudonym)).status_code == 303
            self.csrf = self.client.get("/console").text.split('data-csrf="')[1].split('"')[0]

        def call(self, route: tuple[str, str], places: dict[str, str], **more: str):
            method, path = route[0], route[1].format(**places)
            data = {**FILLED, "csrf": self.csrf, **more} if method == "POST" else None
            return self.client.request(method, path, data=data)

    return Person


def everything(database) -> dict[str, list]:
    with database.engine.connect() as connection:
        tables = [table for name, table in SQLModel.metadata.tables.items() if name not in TRACES]
        return {table.name: connection.execute(table.select()).all() for table in tables}


def test_every_route_is_in_the_table_once_and_nothing_else_is():
    table = [*OPEN, *OWN, *READ, *NEEDS]
    assert sorted(table) == sorted(all_routes()), "add the route to the part of the table where it belongs"


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_no_more(person, shop, places, database, role):
    shop.hire("Somebody", role)
    somebody = person("Somebody")
    before = everything(database)
    wrong = []
    for route, right in {**dict.fromkeys(READ), **NEEDS}.items():
        if route in ENDLESS:
            continue
        answer = somebody.call(route, places)
        is_refused = answer.status_code == 403 and f"The role {role} may not" in answer.text
        is_allowed = right is None or right in RIGHTS[role]
        if is_refused == is_allowed or answer.status_code >= 500:
            wrong.append((route, answer.status_code, "should be allowed" if is_allowed else "should be refused"))
        if route[0] == "POST" and is_refused and everything(database) != before:
            wrong.append((route, "was refused and changed something"))
        before = everything(database) if route[0] == "POST" else before
    assert wrong == []


def test_an_auditor_reads_all_and_changes_nothing(person, places, database):
    owl, before = person("Owl"), everything(database)
    for route in sorted({*READ, *NEEDS, *OWN} - ENDLESS - {("POST", "/console/sign-out")}):
        answer = owl.call(route, places)
        assert answer.status_code == 403 if route in FORMS and route not in OWN else answer.status_code < 500, route
        if route[0] == "GET" and route not in LEADS_ON:
            assert answer.status_code == 200, route
    assert everything(database) == before
    assert RIGHTS[Role.AUDITOR] == {Right.OVERSEE}


def test_a_form_without_the_sessions_token_changes_nothing(person, places, database):
    wren, before = person("Wren"), everything(database)
    for route in FORMS:
        assert wren.call(route, places, csrf="x").status_code == 403, route
    assert everything(database) == before


def test_nobody_is_let_in_without_a_session(app_client, places, database):
    client, before = app_client(), everything(database)
    for method, path in {*OWN, *READ, *NEEDS}:
        answer = client.request(method, path.format(**places), data=FILLED if method == "POST" else None)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/console/sign-in"), path
    assert everything(database) == before


def test_another_merchants_things_are_not_there(person, shop, start, database):
    other = Shop.open(database, f"other {shop.merchant.id}")
    with database.writing() as session:
        hold = place_hold(session, other.merchant.id, "operator", "Somebody else's")
    places = {"case_id": other.open_case(start), "hold_id": hold.id, "table": "queues"}
    wren, before = person("Wren"), everything(database)
    for route in (each for each in all_routes() if "{case_id}" in each[1] or "{hold_id}" in each[1]):
        answer = wren.call(route, places, chosen=f"{places['case_id']}:1")
        assert answer.status_code in ((404, 409) if route[1].endswith("alike") else (404,)), route
        assert "order-0001" not in answer.text, route
    assert everything(database) == before
    assert "Somebody else" not in wren.client.get("/console/log").text


def test_the_documentation_has_every_role():
    from tests.unit.test_docs import DOCS

    text = (DOCS / "console.md").read_text("utf-8").split("## Roles")[1]
    assert all(f"| `{role}` |" in text for role in Role)
