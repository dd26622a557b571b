"""One shop never sees or moves what is another's, by any route: the walk follows the OpenAPI itself."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from api.customers import merchants
from api.reviewing import claims, conversation
from api.reviewing.conversation import Party
from api.reviewing.roles import Actor, Role
from api.storage.clock import now
from api.storage.tables import Merchant, Reviewer
from tests.api.conftest import make_token

SECRETS = ("ours-reference", "ours-key", "ours-words", "ours-note", "ours-question", "ours.example")


@pytest.fixture
def ours(client, database):
    """Something of everything that a shop can have; the ids by the name of their place in an address."""
    with database.writing() as session:
        shop = session.exec(select(Merchant)).one()
        key, token = merchants.create_key(session, shop.id, "ours-key", ["admin"])
        reviewer = Reviewer(merchant_id=shop.id, email="h@x.example", pseudonym="Heron", role="lead", password_hash="")
        session.add(reviewer)
    admin = {"Authorization": f"Bearer {token}"}
    order = {"reference": "ours-reference", "fields": [{"name": "a", "text": "ours-words reviewme"}]}
    screening = client.post("/v1/screenings", json=order, headers=admin).json()
    hold = client.post("/v1/holds", json={"brand": "x", "note": "ours-note"}, headers=admin).json()
    actor = Actor(id=reviewer.id, merchant_id=shop.id, pseudonym="Heron", role=Role.LEAD)
    with database.writing() as session:
        case = claims.claim(session, actor, screening["case"]["id"], now())
        due = now().replace(microsecond=0) + conversation.LONGEST_WAIT / 2
        conversation.ask(session, actor, case.id, case.version, Party.SHOP, "ours-question", due, now())
    from api.delivery import endpoints
    from api.storage.tables import Delivery, OutboxEvent

    with database.writing() as session:
        endpoint = endpoints.create(session, shop.id, "https://ours.example/hook", [])
        event = session.exec(select(OutboxEvent)).first()
        delivery = Delivery(event_id=event.id, endpoint_id=endpoint.id, status="failed")
        session.add(delivery)
    return {
        "screening_id": screening["id"],
        "hold_id": hold["id"],
        "key_id": key.id,
        "endpoint_id": endpoint.id,
        "delivery_id": delivery.id,
    }


def test_no_route_tells_or_changes_anything_of_another_shop(client, database, ours):
    theirs = {"Authorization": f"Bearer {make_token(database, 'Theirs', 'admin')}"}
    before = snapshot(database)
    walked = 0
    for path, operations in client.app.openapi()["paths"].items():
        if not path.startswith("/v1"):
            continue
        for method, operation in operations.items():
            address = path.format(**ours)
            unknown = path.format(**{name: f"{value[:-4]}zzzz" for name, value in ours.items()})
            body = example(client, operation)
            answer = client.request(method, address, headers=theirs, json=body)
            assert not any(secret in answer.text for secret in SECRETS), f"{method} {path}"
            if "{" in path:
                assert answer.status_code == 404, f"{method} {path}: {answer.text}"
                never = client.request(method, unknown, headers=theirs, json=body)
                assert answer.json() == never.json(), f"{method} {path} tells theirs from none"
            walked += 1
    assert walked > 25
    assert snapshot(database) == before


@pytest.mark.parametrize("kind", ["unknown", "revoked"])
def test_without_a_good_key_every_route_is_shut(client, database, ours, kind):
    token = "mk_none"
    if kind != "unknown":
        with database.writing() as session:
            shop = session.exec(select(Merchant)).one()
            key, token = merchants.create_key(session, shop.id, "gone", ["admin"])
            key.revoked_at = now() - timedelta(seconds=1)
    for path, operations in client.app.openapi()["paths"].items():
        for method in operations if path.startswith("/v1") else ():
            answer = client.request(method, path.format(**ours), headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401, f"{method} {path}"
            assert not any(secret in answer.text for secret in SECRETS)


def example(client, operation):
    """A body that fits: the example that the documentation shows, or the least that does."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    reference = schema.get("$ref") or next((each["$ref"] for each in schema.get("anyOf", []) if "$ref" in each), "")
    name = reference.rsplit("/", 1)[-1]
    least = {
        "BatchCreate": {"items": []},
        "ReplayRange": {"since": "2026-01-01T00:00:00Z", "until": "2036-01-01T00:00:00Z"},
        "SecretRotation": {},
        "KeyRotation": {},
    }
    return least.get(name) or client.app.openapi()["components"]["schemas"][name].get("examples", [{}])[0]


def snapshot(database):
    """Everything that is ours, as it is stored."""
    from api.storage.tables import Screening

    with database.engine.connect() as connection:
        shop = connection.execute(Merchant.__table__.select().where(Merchant.name == "Shop")).one().id
        rows = {}
        for table in Screening.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                if "merchant_id" in row and row["merchant_id"] == shop and table.name != "api_key":
                    rows[f"{table.name} {next(iter(row.values()))}"] = json.dumps(dict(row), default=str)
    return rows
