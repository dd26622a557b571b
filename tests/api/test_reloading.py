"""A list file is edited while the server runs: in force within seconds, or not at all and everybody told."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from moderation.errors import TermListError

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

    good = lists_part(shop)
    list_file.write_text(HEAD + "p2,drat,wurd,reject,3,oath\n", encoding="utf-8")
    assert within_seconds(lambda: lists_part(shop)["warning"])
    part = lists_part(shop)
    assert (part["ready"], part["detail"]) == (True, good["detail"])
    assert "blocklists/profanity/en.csv:8" in part["warning"]
    assert "drat" not in part["warning"], "listed words are not for everybody who may ask whether a server is ready"
    assert reasons(shop, "drat") == ["profanity/en/p2"]


def test_a_broken_list_stops_the_start_and_is_named(watching: Settings, list_file: Path) -> None:
    list_file.write_text(HEAD.replace("word", "wurd", 1), encoding="utf-8")
    with pytest.raises(TermListError, match=r"blocklists/profanity/en\.csv:7"):
        create_app(watching)
