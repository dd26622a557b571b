"""A shop's keys over the API: made, seen, changed for new ones without a gap, ended; never shown twice."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.customers import merchants
from api.storage.clock import now
from api.storage.tables import ApiKey, Merchant
from tests.api.conftest import make_token

ORDER = {"fields": [{"name": "a", "text": "hello"}]}
KEYS = "/v1/keys"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def admin(client, database):
    with database.writing() as session:
        shop = session.exec(select(Merchant)).one()
        return bearer(merchants.create_key(session, shop.id, "admin", ["admin"])[1])


@pytest.fixture
def make(client, admin):
    def made(**more):
        answer = client.post(KEYS, json={"name": "shop", "scopes": ["screenings:write"], **more}, headers=admin)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return made


def orders(client, token):
    return client.post("/v1/screenings", json=ORDER, headers=bearer(token)).status_code


def test_a_token_is_shown_once_kept_as_a_hash_and_its_use_is_seen(client, database, admin, make):
    made = make(requests_per_minute=7)
    assert orders(client, made["token"]) == 201
    listed = client.get(KEYS, headers=admin)
    assert "token" not in listed.json()["items"][0]
    assert made["token"] not in listed.text
    seen = next(each for each in listed.json()["items"] if each["id"] == made["id"])
    assert (seen["status"], seen["mode"], seen["scopes"]) == ("good", "live", ["screenings:write"])
    assert (seen["requests_per_minute"], made["last_used_at"]) == (7, None)
    assert seen["last_used_at"] is not None
    with database.engine.connect() as connection:
        assert made["token"] not in str(connection.execute(ApiKey.__table__.select()).all())


def test_a_key_may_do_what_its_scopes_say_and_no_more(client, make):
    made = make(scopes=["screenings:read"])
    assert orders(client, made["token"]) == 403
    assert client.get("/v1/screenings", headers=bearer(made["token"])).status_code == 200
    refused = client.get(KEYS, headers=bearer(made["token"]))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")


def test_a_rotated_key_is_good_until_its_time_is_over(client, database, admin, make):
    old = make(requests_per_minute=50)
    answer = client.post(f"{KEYS}/{old['id']}/rotate", json={"overlap_hours": 2}, headers=admin)
    new = answer.json()
    assert answer.status_code == 201
    assert (new["name"], new["scopes"], new["requests_per_minute"]) == ("shop", ["screenings:write"], 50)
    assert new["token"] != old["token"]
    assert [orders(client, each["token"]) for each in (old, new)] == [201, 201]
    [ending] = [each for each in client.get(KEYS, headers=admin).json()["items"] if each["id"] == old["id"]]
    assert ending["status"] == "ending"
    again = client.post(f"{KEYS}/{old['id']}/rotate", headers=admin)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "key_revoked")
    with database.writing() as session:
        session.get_one(ApiKey, old["id"]).revoked_at = now() - timedelta(seconds=1)
    assert [orders(client, each["token"]) for each in (old, new)] == [401, 201]


def test_a_leaked_key_ends_at_once(client, admin, make):
    old = make()
    new = client.post(f"{KEYS}/{old['id']}/rotate", json={"overlap_hours": 0}, headers=admin).json()
    assert [orders(client, each["token"]) for each in (old, new)] == [401, 201]
    ended = client.delete(f"{KEYS}/{new['id']}", headers=admin)
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    assert orders(client, new["token"]) == 401
    assert client.delete(f"{KEYS}/{new['id']}", headers=admin).json() == ended.json()


def test_ending_a_key_does_not_wait_for_the_overlap_of_its_rotation(client, admin, make):
    old = make()
    client.post(f"{KEYS}/{old['id']}/rotate", headers=admin)
    client.delete(f"{KEYS}/{old['id']}", headers=admin)
    assert orders(client, old["token"]) == 401


def test_a_shop_sees_its_test_keys_and_a_test_key_sees_nothing_real(client, admin, make):
    real, trying = make(), make(mode="test", scopes=["admin"])
    assert (trying["mode"], trying["token"][:8]) == ("test", "mk_test_")
    ids = {each["id"] for each in client.get(KEYS, headers=admin).json()["items"]}
    assert {real["id"], trying["id"]} <= ids
    inside = bearer(trying["token"])
    assert [each["id"] for each in client.get(KEYS, headers=inside).json()["items"]] == [trying["id"]]
    assert client.delete(f"{KEYS}/{real['id']}", headers=inside).status_code == 404
    refused = client.post(KEYS, json={"name": "x", "scopes": ["admin"]}, headers=inside)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "test_key")
    rotated = client.post(f"{KEYS}/{trying['id']}/rotate", headers=admin).json()
    assert (rotated["mode"], rotated["token"][:8]) == ("test", "mk_test_")


def test_another_shops_key_is_as_unknown_as_none(client, database, make):
    made = make()
    other = bearer(make_token(database, "Other", "admin"))
    for key_id in (made["id"], "key_none", "key_%00"):
        for answer in (
            client.post(f"{KEYS}/{key_id}/rotate", headers=other),
            client.delete(f"{KEYS}/{key_id}", headers=other),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "key_not_found")
    assert orders(client, made["token"]) == 201


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"mode": "real"}, {"requests_per_minute": 0}]
)
def test_a_key_that_does_not_fit_is_not_made(client, admin, wrong):
    body = {"name": "shop", "scopes": ["screenings:write"], **wrong}
    assert client.post(KEYS, json=body, headers=admin).status_code == 422
    assert len(client.get(KEYS, headers=admin).json()["items"]) == 2


def test_keys_come_in_pages_and_there_is_a_limit(client, database, admin, make, monkeypatch):
    made = [make()["id"] for _ in range(3)]
    first = client.get(KEYS, params={"limit": 2}, headers=admin).json()
    assert [each["id"] for each in first["items"]] == [made[2], made[1]]
    second = client.get(KEYS, params={"limit": 2, "cursor": first["next_cursor"]}, headers=admin).json()
    assert second["items"][0]["id"] == made[0]
    monkeypatch.setattr("api.customers.keys.MAX_KEYS", 5)
    refused = client.post(KEYS, json={"name": "x", "scopes": ["previews"]}, headers=admin)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_keys")
