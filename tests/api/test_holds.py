"""The switch: everything to review, for a shop, a brand or a campaign; and back."""

import pytest

from tests.api.conftest import make_token


@pytest.fixture
def admin(client, database):
    """Calls with a key of the same shop that may do everything."""
    from sqlmodel import select

    from api.customers import merchants
    from api.storage.tables import Merchant

    with database.writing() as session:
        shop = session.exec(select(Merchant)).one()
        token = merchants.create_key(session, shop.id, "admin", ["admin"])[1]
    return {"Authorization": f"Bearer {token}"}


def status(client, text="hello", **more):
    return client.post("/v1/screenings", json={"fields": [{"name": "a", "text": text}], **more}).json()


@pytest.mark.parametrize(
    ("held", "caught", "free"),
    [
        ({}, [{}, {"brand": "Stride"}], []),
        (
            {"brand": "Stride"},
            [{"brand": "Stride"}, {"brand": " STRIDE", "campaign": "may"}],
            [{}, {"brand": "Aurelia"}],
        ),
        ({"campaign": "may"}, [{"campaign": "May"}], [{}, {"brand": "Stride"}]),
        ({"brand": "Stride", "campaign": "may"}, [{"brand": "Stride", "campaign": "may"}], [{"brand": "Stride"}]),
    ],
)
def test_what_is_held_goes_to_a_person_and_the_rest_does_not(client, admin, held, caught, free):
    placed = client.post("/v1/holds", json={**held, "note": "In the news"}, headers=admin)
    assert placed.status_code == 201
    for order in caught:
        answer = status(client, **order)
        assert answer["status"] == "in_review"
        assert answer["evidence"][0]["detector"] == "hold"
        # Nothing is wrong with the text, and the customer is not told that something is.
        assert "not everything is decided automatically" in answer["message"] == answer["reasons"][0]["message"]
        assert "swear word" in status(client, "rejectme", **order)["reasons"][0]["message"]
        assert status(client, "rejectme", **order)["status"] == "in_review"
    assert [status(client, **order)["status"] for order in free] == ["approved"] * len(free)
    assert client.get("/v1/holds", headers=admin).json()["items"] == [placed.json()]
    lifted = client.delete(f"/v1/holds/{placed.json()['id']}", headers=admin)
    assert lifted.json()["lifted_at"]
    assert client.get("/v1/holds", headers=admin).json()["items"] == []
    assert [status(client, **order)["status"] for order in caught] == ["approved"] * len(caught)


def test_the_same_hold_is_placed_once_and_only_by_its_shop(client, database, admin):
    first = client.post("/v1/holds", json={"note": "x", "brand": "Stride"}, headers=admin).json()
    again = client.post("/v1/holds", json={"note": "y", "brand": "stride"}, headers=admin)
    assert (again.status_code, again.json()["error"]["hold_id"]) == (409, first["id"])
    other = {"Authorization": f"Bearer {make_token(database, 'Other', 'admin')}"}
    assert client.delete(f"/v1/holds/{first['id']}", headers=other).status_code == 404
    assert client.get("/v1/holds", headers=other).json()["items"] == []
    assert client.post("/v1/holds", json={"note": "x"}).status_code == 403
