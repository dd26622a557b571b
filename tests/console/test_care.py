"""Care and second opinions on the pages, as they come without a script."""

from datetime import timedelta

import pytest

from api.reviewing import care, claims
from api.storage.clock import now
from api.storage.tables import Care
from moderation.evidence import Category
from tests.reviewing.shop import found
from tests.reviewing.test_opinions import BY_CATEGORY, REJECT, rule, say

pytestmark = pytest.mark.browser  # the server's process


def test_each_person_says_what_is_covered_and_how(form, shop, start):
    strong = (
        found(Category.PROFANITY, ("text", 0, 4), severity=3, explanation="Reads as “rude”."),
        found(Category.PROFANITY, ("text", 2, 9), severity=1, explanation="Reads as “de words”."),
    )
    case_id = shop.open_case(start, texts={"text": "rude words"}, evidence=strong)
    heron, plover = form(), form("Plover")
    assert 'class="masked"' not in heron.get(f"/console/cases/{case_id}").text
    assert heron.post("/console/care", severity=3, look="block").headers["location"] == "/console/care?said=kept"
    page = heron.get(f"/console/cases/{case_id}").text
    assert "masks-block" in page
    for said in ("rude", "de words"):  # a lesser finding does not tell what a worse one covers
        assert f'<span class="masked">“{said}”</span>' in page
    assert "Show severe words" in page
    assert "masked" in heron.get("/console").text
    assert '<span class="masked">' not in plover.get(f"/console/cases/{case_id}").text
    assert heron.post("/console/care", severity=9, look="block").status_code == 422


def test_a_verdict_can_be_undone_from_every_page_and_the_last_case_is_told(form, shop, start):
    heron, case_id = form(), shop.open_case(start)
    heron.post("/console/next")
    gone_on = heron.post(f"/console/cases/{case_id}/decide", version=2, outcome="approve")
    assert gone_on.headers["location"] == "/console?said=all_done"
    for page in ("decided", "holds", "handbook", "glossary", "keys", "care", "account", "cases/none"):
        assert f"/console/cases/{case_id}/undo" in heron.get(f"/console/{page}").text, page
    held = [shop.open_case(start) for _ in range(claims.MAX_HELD + 1)][:-1]
    for _ in held:
        assert heron.post("/console/next").headers["location"].startswith("/console/cases/")
    assert heron.post("/console/next").headers["location"] == "/console?only=mine&said=hands_full"


def test_a_break_is_suggested_on_every_page_until_it_is_put_off(form, shop, start, database):
    rule(shop, {"break_after_minutes": 1})
    heron = form()
    assert "Time for a break" not in heron.get("/console").text
    for ago in (5, 2):
        say(shop, "Heron", shop.open_case(start), REJECT, now() - timedelta(minutes=ago))
    for path in ("/console", "/console/handbook", f"/console/cases/{shop.open_case(start)}"):
        assert "Time for a break" in heron.get(path).text
    assert heron.post("/console/care/later").status_code == 303
    assert "Time for a break" not in heron.get("/console").text
    with database.reading() as session:
        assert care.break_is_due(session.get(Care, shop.people["Plover"].id), shop.merchant, now()) is None


def test_the_second_reader_of_a_case_is_told_nothing_of_the_first(form, shop, start):
    """A fresh case and one that was rejected once look the same, but for their own names."""
    rule(shop, BY_CATEGORY)
    seen = shop.open_case(start)
    heron, plover = form(), form("Plover")
    heron.post(f"/console/cases/{seen}/claim")
    heron.post(f"/console/cases/{seen}/decide", version=2, outcome="reject", reason="brand_targeting")
    pending = plover.get(f"/console/cases/{seen}").text
    assert "Rejected" not in pending.split('class="dock"')[1]
    say(shop, "Wren", shop.open_case(start), REJECT, now() + timedelta(minutes=1))  # time goes by: it is settled
    fresh = shop.open_case(start)
    page, other = plover.get(f"/console/cases/{seen}").text, plover.get(f"/console/cases/{fresh}").text
    for text in ("Heron", "opinion", "looked at it"):
        assert text not in page.replace("Opinions", "")
    assert page.count("<li>") == other.count("<li>")
    assert "one of two: the other is missing" in heron.get("/console/decided").text
    assert heron.post(f"/console/cases/{seen}/claim").status_code == 403
