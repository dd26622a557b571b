"""Several cases at a time: equal ones decided together, undone one by one; counts that live; the team's tables."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from api.reviewing import claims, deciding
from api.reviewing.deciding import Verdict
from api.storage.clock import now
from api.storage.tables import ReviewCase
from moderation.evidence import Outcome

pytestmark = pytest.mark.browser


def state_of(database, case_id):
    with database.reading() as session:
        return session.get_one(ReviewCase, case_id).state


def test_equal_cases_are_decided_together_and_one_is_undone(sign_in, shop, start, database):
    cases = [shop.open_case(start, due_in=timedelta(hours=n)) for n in (1, 2, 3)]
    for words, hours in (("other words", 4), ("other words", 5), ("of its own", 6)):
        shop.open_case(start, texts={"text": words}, due_in=timedelta(hours=hours))
    page = sign_in()
    expect(page.locator("[name=chosen]")).to_have_count(5)
    # By keys alone: the first is marked, those with other words cannot be, the second is marked, on to the page of both.
    for key in ("j", "x"):
        page.keyboard.press(key)
    assert (
        page.locator("[name=chosen]").evaluate_all("all => all.map(each => each.disabled)") == [False] * 3 + [True] * 2
    )
    for key in ("j", "x", "t"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("3 waiting with nearly the same words")
    assert page.locator("[name=chosen]").evaluate_all("all => all.map(each => each.checked)") == [True, True, False]
    page.locator("[name=chosen]").first.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was decided")
    assert page.locator("[name=chosen]").evaluate_all("all => all.map(each => each.checked)") == [True, True, False]
    page.get_by_role("button", name="Reject the chosen").click()
    expect(page).to_have_url(re.compile("/console/decided"))
    assert page.locator(".rows b").first.inner_text() == "rejected"
    assert [state_of(database, case) for case in cases] == ["resolved", "resolved", "open"]
    page.get_by_role("button", name="Undo order-0001").click()
    expect(page).to_have_url(re.compile(cases[0]))
    assert [state_of(database, case) for case in cases] == ["claimed", "resolved", "open"]


def test_a_case_that_moves_meanwhile_is_named_and_left_alone(sign_in, shop, start, database):
    cases = [shop.open_case(start) for _ in range(2)]
    page = sign_in()
    page.goto(f"/console/cases/{cases[0]}/alike")
    with database.writing() as session:
        claims.claim(session, shop.people["Plover"], cases[1], now())
    page.get_by_role("button", name="Approve the chosen").click()
    expect(page.get_by_role("alert")).to_contain_text("Plover claimed it")
    assert [state_of(database, case) for case in cases] == ["resolved", "claimed"]


@pytest.mark.parametrize("chosen", ["", "x", "case_x:one", "case_x:1"])
def test_a_damaged_choice_decides_nothing(form, shop, start, database, chosen):
    case = shop.open_case(start)
    answer = form().post(f"/console/cases/{case}/alike", chosen=chosen, outcome="approve")
    assert answer.status_code in (409, 422)
    assert state_of(database, case) == "open"


def test_counts_live_while_the_list_waits_to_be_asked(sign_in, shop, start, database):
    shop.open_case(start)
    page = sign_in()
    expect(page.locator("[data-count=brand]")).to_have_text("1")
    shop.open_case(start)
    expect(page.locator("[data-count=brand]")).to_have_text("2", timeout=15_000)
    expect(page.locator(".changed")).to_be_visible()
    assert page.locator("[data-row]").count() == 1
    page.click("text=Show them as they are now")
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.locator(".changed")).to_be_hidden()


def test_the_stream_is_for_ones_own_merchant_only(form, server, shop, start):
    shop.open_case(start)
    assert httpx.get(f"{server.url}/console/live").status_code == 303
    with form().client.stream("GET", "/console/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        told = next(line for line in lines if line.startswith("data:"))
    assert '"brand": 1' in told


def test_the_teams_tables_are_for_download_and_for_leads(form, shop, start, database):
    case = shop.open_case(start)
    with database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case, now()).version
        deciding.decide(session, shop.people["Heron"], case, version, Verdict(outcome=Outcome.APPROVE), now())
    deciding.settle_due(database, now() + timedelta(minutes=1))
    wren = form("Wren")
    table = list(csv.DictReader(io.StringIO(wren.get("/console/team/sources.csv").text)))
    assert [(row["source"], row["upheld"], row["cleared"]) for row in table] == [("labour/t-003", "0", "1")]
    assert wren.get("/console/team/times.csv").text.splitlines()[1].startswith("brand,1,")
    assert wren.get("/console/team/appeals.csv").text.splitlines() == [
        "decided_by,category,answered,overturned,overturn_rate"
    ]
    page = wren.get("/console/team").text
    tables = re.findall(r"/console/team/(\w+)\.csv", page)
    assert len(set(tables)) == len(tables) == 12
    assert [table for table in tables if wren.get(f"/console/team/{table}.csv").status_code != 200] == []
    assert page.count('class="chart"') == 3
    assert wren.get("/console/team/secrets.csv").status_code == 404
    assert form("Heron").get("/console/team").status_code == 403
    assert form("Heron").get("/console/team/sources.csv").status_code == 403
