"""What a reviewer keeps for later: filters under a name, cases put aside; and what one is bound to."""

from datetime import timedelta

import pytest

from api.errors import Problem
from api.reviewing.views import MAX_VIEWS, list_views, save_view
from api.storage.tables import ReviewCase, Reviewer


def test_a_filter_is_saved_shown_replaced_and_removed_by_its_owner_alone(form, shop, start, database):
    shop.open_case(start)
    heron, plover = form(), form("Plover")
    saved = heron.post("/console/views", name="  Urgent\trings ", query="product=ring&severity=3&nonsense=1")
    assert saved.headers["location"] == "/console?product=ring&severity=3&said=view_saved"
    page = heron.get("/console?product=ring&severity=3").text
    assert 'href="/console?product=ring&amp;severity=3" aria-current="true">Urgent rings</a>' in page
    assert "Urgent rings" not in plover.get("/console").text
    heron.post("/console/views", name="Urgent rings", query="product=shoe")
    with database.reading() as session:
        (view,) = list_views(session, shop.people["Heron"])
    assert view.query == "product=shoe"
    plover.post(f"/console/views/{view.id}/remove")
    assert "Urgent rings" in heron.get("/console").text
    heron.post(f"/console/views/{view.id}/remove")
    assert "Urgent rings" not in heron.get("/console").text


@pytest.mark.parametrize(
    ("name", "query"), [("", "queue=brand"), ("x" * 41, "queue=brand"), ("All", ""), ("All", "a=b")]
)
def test_a_view_needs_a_name_and_a_filter(form, name, query):
    assert form().post("/console/views", name=name, query=query).status_code == 422


def test_views_are_few(shop, database):
    with database.writing() as session:
        for number in range(MAX_VIEWS):
            save_view(session, shop.people["Heron"], f"View {number}", "queue=brand")
        with pytest.raises(Problem, match="limit"):
            save_view(session, shop.people["Heron"], "One more", "queue=brand")


def test_a_case_is_put_aside_from_its_page_and_the_next_one_comes(form, shop, start, database):
    first, second = (shop.open_case(start, due_in=timedelta(hours=n)) for n in (5, 6))
    heron = form()
    heron.post("/console/next")
    answer = heron.post(f"/console/cases/{first}/snooze", version=2, minutes=240)
    assert answer.headers["location"] == f"/console/cases/{second}?said=snoozed"
    assert "aside for" in heron.get("/console?queue=waiting").text
    assert "Heron put it aside" in heron.get(f"/console/cases/{first}").text
    refused = heron.post(f"/console/cases/{second}/snooze", version=1, minutes=60)
    assert (refused.status_code, "Heron claimed it" in refused.text) == (409, True)
    assert heron.post(f"/console/cases/{second}/snooze", version=2, minutes=0).status_code == 422
    with database.reading() as session:
        assert session.get_one(ReviewCase, first).state == "open"
        assert session.get_one(ReviewCase, second).state == "claimed"


def test_a_bound_reviewer_reads_another_queues_case_but_does_not_take_it(form, shop, start, database):
    case = shop.open_case(start)
    with database.writing() as session:
        session.get_one(Reviewer, shop.people["Heron"].id).queues = ["general"]
    heron = form()
    assert "Nothing waits here" in heron.get("/console").text
    assert "Claim this case" not in heron.get(f"/console/cases/{case}").text
    assert heron.post(f"/console/cases/{case}/claim").status_code == 403
    assert heron.post("/console/next").headers["location"] == "/console?said=none_free"
