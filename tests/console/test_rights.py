"""What a request may do is decided on the server: by session, form token, role and merchant."""

import pytest

from api.storage.tables import ReviewCase

pytestmark = pytest.mark.browser


def test_looking_at_a_case_changes_nothing(form, shop, start, database):
    case = shop.open_case(start)
    assert "Claim this case" in form().get(f"/console/cases/{case}").text
    with database.reading() as session:
        row = session.get_one(ReviewCase, case)
    assert (row.version, row.state, row.claimed_by) == (1, "open", None)


@pytest.mark.parametrize(
    "path",
    [
        "/console/cases/case_x",
        "/console/cases/%00",
        "/console/cases/case_%F0%9F%98%80",
        "/console?cursor=%00",
        "/console?severity=9&only=x&queue=%22%3E%3Cscript%3E",
        "/console?search=%00%25_%5C",
        "/console/together?chosen=%00&chosen=x",
    ],
)
def test_odd_addresses_get_a_page_that_says_so(form, path):
    answer = form().get(path)
    assert answer.status_code in (200, 404, 422)
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text


@pytest.mark.parametrize("data", [{"outcome": "review"}, {"outcome": "x"}, {"outcome": "reject", "reason": "x"}, {}])
def test_a_damaged_verdict_is_refused(form, shop, start, database, data):
    case = shop.open_case(start)
    heron = form()
    heron.post(f"/console/cases/{case}/claim")
    assert heron.post(f"/console/cases/{case}/decide", version=2, **data).status_code == 422
    with database.reading() as session:
        assert session.get_one(ReviewCase, case).state == "claimed"
