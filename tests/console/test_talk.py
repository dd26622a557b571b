"""What was said about a case, on its page: questions asked with a key, answers, appeals, changed texts."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from api.reviewing import claims, conversation, deciding, orders
from api.reviewing.conversation import Party
from api.reviewing.deciding import Verdict
from api.storage.clock import now
from api.storage.tables import Appeal, CaseMessage, ReviewCase, Screening
from moderation.evidence import Category, Outcome

pytestmark = pytest.mark.browser


def messages_of(database, case_id):
    with database.reading() as session:
        return session.exec(select(CaseMessage).where(CaseMessage.case_id == case_id)).all()


def appealed(shop, at):
    """Heron's rejection, and the customer's objection to it."""
    case_id = shop.open_case(at)
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case_id, at).version
        verdict = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It reads across.")
        deciding.decide(session, shop.people["Heron"], case_id, version, verdict, at)
    deciding.settle_due(shop.database, at + timedelta(minutes=1))
    with shop.database.writing() as session:
        case = session.get_one(ReviewCase, case_id)
        orders.appeal(session, session.get_one(Screening, case.screening_id), case, "It is my village.", at)
    return case_id


def test_a_question_is_asked_with_keys_and_the_next_case_comes(sign_in, shop, start, database):
    first, second = shop.open_case(start, due_in=timedelta(hours=3)), shop.open_case(start)
    page = sign_in()
    page.keyboard.press("n")
    page.wait_for_url(f"**/{first}**")
    page.keyboard.press("q")
    page.keyboard.type("a village? Release it?")
    page.click("text=Ask and go on")
    page.wait_for_url(f"**/{second}**")
    (question,) = messages_of(database, first)
    assert (question.to_party, question.text, question.shown_fields) == ("customer", "a village? Release it?", [])
    page.goto("/console")
    expect(page.get_by_text("asked: customer")).to_be_visible()
    page.goto(f"/console/cases/{first}")
    expect(page.locator(".talk")).to_contain_text("Heron asks the customer")
    expect(page.locator(".talk")).to_contain_text("No answer yet")


def test_what_the_partner_sees_is_chosen_with_the_question(form, shop, start, database):
    case = shop.open_case(start)
    heron = form()
    heron.post(f"/console/cases/{case}/claim")
    asked = heron.post(
        f"/console/cases/{case}/ask", version=2, to="partner", question="Yours?", within=4, shown="left_shoe"
    )
    assert asked.status_code == 303
    (question,) = messages_of(database, case)
    assert (question.to_party, question.shown_fields) == ("partner", ["left_shoe"])
    page = heron.get(f"/console/cases/{case}").text
    assert "The partner sees: left_shoe." in page


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"to": "customer", "question": " "}, 422),
        ({"to": "reviewer", "question": "x"}, 422),
        ({"to": "nobody", "question": "x"}, 422),
        ({"to": "shop", "question": "x", "within": 9999}, 422),
        ({"to": "shop", "question": "x", "version": 1}, 409),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_and_kept(form, shop, start, database, sent, status):
    case = shop.open_case(start)
    heron = form()
    heron.post(f"/console/cases/{case}/claim")
    assert heron.post(f"/console/cases/{case}/ask", **{"version": 2, **sent}).status_code == status
    assert messages_of(database, case) == []


def test_the_whole_conversation_stands_on_the_page_with_names(form, shop, start, database):
    case = shop.open_case(start)
    with database.writing() as session:
        version = claims.claim(session, shop.people["Plover"], case, now()).version
        asked = conversation.ask(
            session, shop.people["Plover"], case, version, Party.SHOP, "On sale?", now() + timedelta(hours=1), now()
        )
        session.flush()
        row = session.get_one(ReviewCase, case)
        conversation.write(session, row, Party.SHOP, "It <i>is</i>.", now(), asked.id)
    page = form().get(f"/console/cases/{case}").text
    for said in ("Plover asks the shop", "On sale?", "The shop answers", "It &lt;i&gt;is&lt;/i&gt;.", "Answered"):
        assert said in page


def test_an_appeal_shows_what_it_is_against_and_is_answered_with_words(form, shop, start, database):
    case = appealed(shop, start)
    plover = form("Plover")
    plover.post(f"/console/cases/{case}/claim")
    page = plover.get(f"/console/cases/{case}").text
    for said in ("It is my village.", "rejected for <b>brand targeting</b> by Heron", "It reads across.", "Overturn"):
        assert said in page
    version = int(re.findall(r'name="version" value="(\d+)"', page)[0])
    path = f"/console/cases/{case}/decide"
    assert plover.post(path, version=version, outcome="approve").status_code == 422
    answer = plover.post(path, version=version, outcome="approve", ground="Your village, of course.")
    assert answer.status_code == 303
    deciding.settle_due(database, now() + timedelta(minutes=1))
    with database.reading() as session:
        screening_id = session.get_one(ReviewCase, case).screening_id
        (appeal,) = session.exec(select(Appeal).where(Appeal.screening_id == screening_id)).all()
    assert (appeal.verdict, appeal.reason) == ("overturned", "Your village, of course.")


def test_a_changed_text_shows_what_came_and_went(form, shop, start, database):
    old, new = shop.open_case(start, texts={"a": "Swaet"}), shop.open_case(start, texts={"a": "Sweat"})
    with database.writing() as session:
        first = session.get_one(Screening, session.get_one(ReviewCase, old).screening_id)
        second = session.get_one(Screening, session.get_one(ReviewCase, new).screening_id)
        second.revision_of, second.revision = first.id, 2
        session.add(second)
    page = form().get(f"/console/cases/{new}").text
    assert "<del>" in page
    assert "<ins>" in page
    assert "<del>" not in form().get(f"/console/cases/{old}").text
