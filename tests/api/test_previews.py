"""Previews: a hint that promises nothing, tells no term and is not kept."""

import pytest
from sqlmodel import func, select

from api.storage.tables import Screening
from tests.api.conftest import make_token


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


@pytest.fixture
def look(client, database):
    headers = {"Authorization": f"Bearer {make_token(database, 'Previewer', 'previews')}"}

    def preview(text, **more):
        body = {"fields": [{"name": "a", "text": text}], **more}
        return client.post("/v1/previews", json=body, headers=headers)

    return preview


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("hello", "looks_fine"),
        ("rejectme", "needs_a_look"),
        ("reviewme", "needs_a_look"),
        ("breakme", "needs_a_look"),
        ("", "not_producible"),
    ],
)
def test_the_hint_is_coarse(look, database, text, hint):
    answer = look(text)
    assert answer.status_code == 200
    assert set(answer.json()) == {"hint", "message"}
    assert answer.json()["hint"] == hint
    assert "approve" not in answer.text
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Screening)).one() == 0


def test_refused_and_doubtful_texts_get_the_same_answer_in_the_customers_language(look):
    assert look("rejectme", locale="fr").json() == look("reviewme", locale="fr").json()
    assert look("hello", locale="fr").json()["message"] != look("hello", locale="en").json()["message"]


def test_a_key_for_previews_does_nothing_else(client, database):
    headers = {"Authorization": f"Bearer {make_token(database, 'Previewer', 'previews')}"}
    order = {"fields": [{"name": "a", "text": "x"}]}
    assert client.post("/v1/screenings", json=order, headers=headers).status_code == 403
    assert client.get("/v1/screenings", headers=headers).status_code == 403
