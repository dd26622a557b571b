"""The customer's page: true, current, and enough to act on; without script, without a sign-in, without a leak."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from api import links
from api.reviewing import claims, deciding
from api.reviewing.conversation import Party, ask
from api.reviewing.deciding import Verdict
from api.reviewing.roles import Actor, Role
from api.storage.clock import now
from api.storage.tables import CaseMessage, Merchant, OutboxEvent, Reviewer, Screening
from moderation.evidence import Category, Outcome
from tests.api.test_followup import place


def path_of(screening):
    return urlsplit(screening["status_url"]).path


def send(client, screening, what, seen=None, **form):
    data = {"seen": seen or screening["id"], **{name.replace("__", ":"): value for name, value in form.items()}}
    return client.post(f"{path_of(screening)}/{what}", data=data, follow_redirects=True)


@pytest.fixture
def heron(client, database):
    with database.writing() as session:
        shop = session.exec(select(Merchant)).one()
        person = Reviewer(
            merchant_id=shop.id, email="h@x.example", pseudonym="Heron", role="reviewer", password_hash=""
        )
        session.add(person)
    return Actor(id=person.id, merchant_id=shop.id, pseudonym="Heron", role=Role.REVIEWER)


def put(database, actor, case_id, to, **more):
    with database.writing() as session:
        case = claims.claim(session, actor, case_id, now())
        return ask(
            session, actor, case_id, case.version, to, "Is it <b>a</b> town?", now() + timedelta(hours=2), now(), **more
        )


@pytest.mark.parametrize(
    ("text", "heading", "also"),
    [
        ("hello", "It will be made", []),
        (
            "rejectme",
            "It cannot be made like this",
            ["swear word", "The rule: Swear words", "Send a new text", "Object"],
        ),
        ("a\x07é", "It cannot be made like this", ["<mark><bdi>U+0007</bdi></mark>", "characters that the machine"]),
        ("reviewme", "A person is reading it", ["a statement about the brand", "You will hear by", "Send a new text"]),
    ],
)
def test_the_page_says_how_it_stands_and_why(client, text, heading, also):
    page = client.get(path_of(place(client, text)), headers={"Authorization": ""})
    assert page.status_code == 200
    assert f"<h1>{heading}</h1>" in page.text
    for each in also:
        assert each in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert page.text.count("<script") == page.text.count('<script type="module" src="/pages/static/status.js') <= 1
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("locale", "heading"), [("de-AT", "So kann es nicht hergestellt werden"), ("ja", "このままでは製作できません")]
)
def test_it_speaks_the_customers_language(client, locale, heading):
    page = client.get(path_of(place(client, "rejectme", locale=locale))).text
    assert heading in page
    assert f'<html lang="{locale[:2]}">' in page
    fallback = client.get(path_of(place(client, "rejectme")), headers={"Accept-Language": "xx, fr;q=0.8"}).text
    assert "ne peut pas" in fallback


@pytest.mark.parametrize("text", ["<b>x</b> rejectme", "a\u202eb rejectme", '"><img src=x> rejectme', "🙂 rejectme"])
def test_any_text_is_shown_as_text(client, text):
    page = client.get(path_of(place(client, text)))
    assert page.status_code == 200
    assert "<b>x" not in page.text
    assert "<img" not in page.text


def test_a_new_text_is_checked_without_a_trace_and_then_sent(client, database):
    made = place(client, "rejectme")
    checked = send(client, made, "check", text__line1="hello")
    assert "This looks fine" in checked.text
    assert 'value="hello"' in checked.text
    assert "may have to read" in send(client, made, "check", text__line1="reviewme").text
    with database.reading() as session:
        assert len(session.exec(select(Screening)).all()) == 1
    sent = send(client, made, "revise", text__line1="hello")
    assert "It will be made" in sent.text
    assert "Thank you" in sent.text
    assert "It will be made" in client.get(path_of(made)).text, "the old link shows what holds now"
    late = send(client, made, "revise", text__line1="again")
    assert late.status_code == 409
    assert "has changed in the meantime" in late.text


def test_the_pages_script_gets_the_hint_alone_in_the_customers_language(client, settings):
    made = place(client, "rejectme", locale="de")

    def look(text):
        headers = {"Accept": "application/json", "Authorization": ""}
        return client.post(f"{path_of(made)}/check", data={"text:line1": text}, headers=headers)

    assert look("hello").json()["hint"] == "looks_fine"
    assert look("hello").json()["message"] != "This looks fine. It is decided once it is sent."
    assert look("reviewme").json()["hint"] == "needs_a_look"
    assert look("x" * 300_000).status_code == 422
    for _ in range(settings.previews_per_session):
        last = look("hello")
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 0


def test_an_objection_is_one_step(client):
    made = place(client, "rejectme")
    page = send(client, made, "appeal", message="It is a town.")
    assert "Somebody else is looking at it" in page.text
    assert client.get(f"/v1/screenings/{made['id']}").json()["appeal"]["verdict"] is None
    assert send(client, made, "appeal", message="Again").status_code == 409


@pytest.mark.parametrize("message", ["", "   ", "x" * 3000])
def test_an_objection_says_something(client, message):
    page = send(client, place(client, "rejectme"), "appeal", message=message)
    assert page.status_code == 422
    assert "Please write something first" in page.text


def test_a_question_is_answered_on_the_page(client, database, heron):
    made = place(client, "reviewme")
    put(database, heron, made["case"]["id"], Party.CUSTOMER)
    page = client.get(path_of(made)).text
    assert "Is it &lt;b&gt;a&lt;/b&gt; town?" in page
    assert "Thank you" in send(client, made, "answer", answer="Yes, a town.").text
    thread = client.get(f"/v1/screenings/{made['id']}/messages").json()["items"]
    assert [(m["party"], m["text"]) for m in thread][1] == ("customer", "Yes, a town.")
    assert thread[1]["answer_to"] == thread[0]["id"]
    assert send(client, made, "answer", answer="Once more").status_code == 409


def test_the_shops_words_and_the_partners_are_not_for_the_customer(client, database, heron):
    made = place(client, "reviewme")
    client.post(f"/v1/screenings/{made['id']}/messages", json={"text": "between-us"})
    put(database, heron, made["case"]["id"], Party.PARTNER)
    page = client.get(path_of(made)).text
    assert "between-us" not in page
    assert "town?" not in page


def test_a_link_that_is_over_damaged_or_anothers_opens_nothing(client, settings):
    made = place(client, "rejectme")
    good = path_of(made)
    screening = Screening(id=made["id"], merchant_id="x", status="x", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    other = settings.model_copy(update={"secret_key": "another-secret-of-thirty-two-letters"})
    bad = [
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        good.replace(".", ".9", 1),
        "/s/" + made["id"],
        "/s/a.b.c",
        "/s/%00.1.x",
        urlsplit(links.status_url(settings, screening)).path,
        urlsplit(links.status_url(other, screening)).path,
        good.replace("/s/", "/p/"),
    ]
    for path in bad:
        page = client.get(path)
        assert page.status_code == 404, path
        assert "no longer good" in page.text
        assert made["id"] not in page.text
        assert client.post(f"{path}/appeal" if path.startswith("/s") else path, data={"message": "x"}).status_code in (
            404,
            405,
        )


def test_an_erased_order_shows_no_words(client):
    made = place(client, "canary rejectme")
    client.delete(f"/v1/screenings/{made['id']}/text")
    page = client.get(path_of(made)).text
    assert "canary" not in page
    assert "These words were erased" in page


# The partner's page


def test_a_partner_sees_what_the_question_needs_and_nothing_else(client, database, heron):
    order = {
        "fields": [{"name": "shown", "text": "reviewme shown-words"}, {"name": "kept", "text": "kept-words"}],
        "reference": "order-77",
        "customer": "c-1",
        "brand": "Stride",
    }
    made = client.post("/v1/screenings", json=order).json()
    put(database, heron, made["case"]["id"], Party.PARTNER, shown_fields=["shown"])
    [question] = client.get(f"/v1/screenings/{made['id']}/messages").json()["items"]
    path = urlsplit(question["answer_url"]).path
    page = client.get(path, headers={"Authorization": ""}).text
    assert "shown-words" in page
    assert "Stride" in page
    for hidden in ("kept-words", "order-77", "c-1", made["id"], made["case"]["id"], "Heron"):
        assert hidden not in page
    assert client.post(path, data={"answer": ""}).status_code == 422
    assert "Thank you" in client.post(path, data={"answer": "It is ours."}).text
    assert client.post(path, data={"answer": "Twice"}).status_code == 409
    with database.reading() as session:
        said = session.exec(select(CaseMessage).order_by(CaseMessage.id)).all()
    assert [(m.from_party, m.text) for m in said][1:] == [("partner", "It is ours.")]
    assert not re.search(r"[?&]", question["answer_url"])


# Who decided


def test_outside_the_console_nobody_learns_who_a_reviewer_is(client, database, heron):
    """The API, the events, the customer's page and the partner's: a pseudonym at most; to the customer not even that."""
    made = place(client, "reviewme")
    put(database, heron, made["case"]["id"], Party.PARTNER)
    put(database, heron, made["case"]["id"], Party.CUSTOMER)
    asked = client.get(f"/v1/screenings/{made['id']}/messages")
    partner = urlsplit(next(m["answer_url"] for m in asked.json()["items"] if m.get("answer_url"))).path
    pages = [client.get(path_of(made)).text, client.get(partner).text]
    with database.writing() as session:
        case = claims.claim(session, heron, made["case"]["id"], now())
        verdict = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It says so.")
        deciding.decide(session, heron, case.id, case.version, verdict, now())
    deciding.settle_due(database, now() + timedelta(minutes=3))
    pages.append(client.get(path_of(made)).text)
    told = [asked.text, client.get(f"/v1/screenings/{made['id']}").text, client.get("/v1/screenings").text]
    with database.reading() as session:
        events = [json.dumps(event.payload) for event in session.exec(select(OutboxEvent))]
    assert '"decided_by": "Heron"' in events[-1]
    for text in pages + told + events:
        assert "h@x.example" not in text
        assert heron.id not in text
    assert not any("Heron" in page for page in pages)
