"""A list file is edited while the server runs: in force within seconds, or not at all and everybody told."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.console.web import signed_in
from api.main import create_app
from api.reviewing.roles import Actor, Role
from api.reviewing.sessions import SignedIn
from api.settings import Settings
from api.storage.clock import now
from api.storage.tables import AuditEvent
from moderation.errors import PolicyError, TermListError

HEAD = """\
# purpose: Words for tests.
# licence: Apache-2.0
# category: profanity
# language: en
# owner: policy@example
id,term,match,action,severity,reason
p1,darn,word,reject,3,oath
"""


@pytest.fixture
def list_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "blocklists/profanity/en.csv"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD, encoding="utf-8")
    return path


@pytest.fixture
def watching(settings: Settings, list_file: Path) -> Settings:
    return settings.model_copy(update={"blocklists": list_file.parents[1], "reload_seconds": 0.05})


@pytest.fixture
def shop(watching: Settings, token: str) -> Iterator[TestClient]:
    with TestClient(create_app(watching), headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def lists_part(shop: TestClient) -> dict[str, str]:
    part: dict[str, str] = shop.get("/readyz").json()["parts"]["lists"]
    return part


def warned(shop: TestClient, place: str) -> bool:
    """Whether the failure is told; a look may come while a file is half written and tell of that first."""
    return place in (lists_part(shop)["warning"] or "")


def told_in_force(shop: TestClient) -> list[dict[str, Any]]:
    state = shop.app.state.moderation  # type: ignore[attr-defined]  # an ASGI app to the client
    with state.database.reading() as session:
        events = session.exec(select(AuditEvent.detail).where(AuditEvent.kind == "in_force")).all()
    assert len({detail["lists"] for detail in events}) == len(events)
    return list(events)


def within_seconds(holds: Callable[[], object]) -> bool:
    end = time.monotonic() + 30  # a machine that does much else beside
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


def reasons(shop: TestClient, text: str) -> list[str]:
    answer = shop.post("/v1/screenings", json={"fields": [{"name": "a", "text": text}]}).json()
    return [each["source"] for each in answer["evidence"] if each["detector"] == "blocklist"]


def test_a_changed_list_comes_into_force_and_a_broken_one_does_not(shop: TestClient, list_file: Path) -> None:
    assert reasons(shop, "darn") == ["profanity/en/p1"]
    assert reasons(shop, "drat") == []
    before = lists_part(shop)
    assert before["warning"] is None

    list_file.write_text(HEAD + "p2,drat,word,reject,3,oath\n", encoding="utf-8")
    assert within_seconds(lambda: lists_part(shop)["detail"] != before["detail"])
    assert reasons(shop, "drat") == ["profanity/en/p2"]
    assert within_seconds(lambda: len(told_in_force(shop)) == 2), "the log says which lists decide from when on"
    assert "balanced" in told_in_force(shop)[0]["policies"]

    good = lists_part(shop)
    list_file.write_text(HEAD + "p2,drat,wurd,reject,3,oath\n", encoding="utf-8")
    assert within_seconds(lambda: warned(shop, "blocklists/profanity/en.csv:8"))
    part = lists_part(shop)
    assert (part["ready"], part["detail"]) == (True, good["detail"])
    assert "drat" not in part["warning"], "listed words are not for everybody who may ask whether a server is ready"
    assert reasons(shop, "drat") == ["profanity/en/p2"]


def test_the_console_says_that_changed_lists_are_not_in_force(shop: TestClient, list_file: Path) -> None:
    person = Actor(id="rev_1", merchant_id="mer_1", pseudonym="Wren", role=Role.REVIEWER)
    visitor = SignedIn(actor=person, csrf_token="c", expires_at=now() + timedelta(hours=1))
    shop.app.dependency_overrides[signed_in] = lambda: visitor  # type: ignore[attr-defined]  # an ASGI app to the client
    assert "not in force" not in shop.get("/console/handbook").text
    list_file.write_text(HEAD + "p2,drat,wurd,reject,3,oath\n", encoding="utf-8")
    assert within_seconds(lambda: warned(shop, "blocklists/profanity/en.csv:8"))
    page = shop.get("/console/handbook").text
    assert "Changed lists are not in force; the former ones are." in page
    assert "blocklists/profanity/en.csv:8: match is" in page


def test_a_broken_policy_stops_the_start_and_changes_nothing_later(
    watching: Settings, token: str, tmp_path: Path
) -> None:
    folder, broken = tmp_path / "policies", "name: shop\nextends: balanced\ncategories:\n  rudeness: {}\n"
    folder.mkdir()
    (folder / "shop.yaml").write_text(broken)
    settings = watching.model_copy(update={"policies": folder})
    with pytest.raises(PolicyError, match=r"^shop\.yaml:4: "):
        create_app(settings)
    (folder / "shop.yaml").write_text("name: shop\nextends: balanced\n")
    with TestClient(create_app(settings), headers={"Authorization": f"Bearer {token}"}) as client:
        (folder / "shop.yaml").write_text(broken)
        assert within_seconds(lambda: warned(client, "shop.yaml:4"))
        assert reasons(client, "darn") == ["profanity/en/p1"]


def test_a_broken_list_stops_the_start_and_is_named(watching: Settings, list_file: Path) -> None:
    list_file.write_text(HEAD.replace("word", "wurd", 1), encoding="utf-8")
    with pytest.raises(TermListError, match=r"blocklists/profanity/en\.csv:7"):
        create_app(watching)
