"""Limits: every answer says how the key stands, and one that asks too often is told when to come back."""

import multiprocessing
import os
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from api.cli.serve import serve
from api.limits import Limits, limits_in
from api.main import create_app
from tests.api.conftest import make_token


@pytest.fixture
def database(sqlite_database):
    """The engine makes no difference here."""
    return sqlite_database


ORDER = {"fields": [{"name": "a", "text": "hello"}]}


@pytest.fixture
def strict(settings, pipeline, database):
    few = settings.model_copy(update={"requests_per_minute": 3, "previews_per_minute": 5, "previews_per_session": 2})
    token = make_token(database, "Strict", "screenings:write", "screenings:read", "previews")
    # A window so long that the test cannot fall on its end.
    app = create_app(few, pipeline)
    object.__setattr__(app.state.moderation, "limits", Limits(window_seconds=10**9))
    object.__setattr__(app.state.moderation, "typing_limits", Limits(window_seconds=10**9))
    with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def test_a_key_hears_how_much_is_left_and_then_when_to_come_back(strict):
    left = [strict.get("/v1/screenings").headers["ratelimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    refused = strict.post("/v1/screenings", json=ORDER)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit-policy"] == f'"requests";q=3;w={10**9}'
    assert strict.get("/healthz").status_code == 200


def test_a_batch_counts_by_its_orders(strict):
    assert strict.post("/v1/screenings/batch", json={"items": [ORDER] * 4}).status_code == 429
    assert strict.post("/v1/screenings/batch", json={"items": [ORDER] * 2}).status_code == 200


def test_previews_have_their_own_limits_by_key_and_by_typing_customer(strict):
    def look(session):
        return strict.post("/v1/previews", json={**ORDER, "session": session}).status_code

    assert [look("a"), look("a"), look("a"), look("b"), look("b")] == [200, 200, 429, 200, 200]
    assert look("c") == 429
    assert strict.get("/v1/screenings").status_code == 200


def test_a_key_may_have_a_limit_of_its_own(strict, database):
    from sqlmodel import select

    from api.storage.tables import ApiKey

    with database.writing() as session:
        session.exec(select(ApiKey)).one().requests_per_minute = 100
    assert {strict.get("/v1/screenings").status_code for _ in range(10)} == {200}


def test_counts_begin_anew_with_the_window(monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr("api.limits.time.monotonic", lambda: moment[0])
    limits = Limits(window_seconds=60)
    assert [limits.take("k", 2).is_over for _ in range(3)] == [False, False, True]
    moment[0] += 60
    assert not limits.take("k", 2).is_over
    assert limits.take("k", 2, cost=5).is_over
    assert limits.take("k", 2).remaining == 0


def take_many(directory, answers, count):
    shared = limits_in(directory, "keys", 10**9)
    answers.put(sum(not shared.take("key_1", 300).is_over for _ in range(count)))


def test_the_processes_of_a_machine_count_together(tmp_path):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    processes = [context.Process(target=take_many, args=(tmp_path, answers, 200)) for _ in range(3)]
    for process in processes:
        process.start()
    taken = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(30)
    assert sum(taken) == 300
    here = limits_in(tmp_path, "keys", 10**9)
    assert here.take("key_1", 300).is_over
    assert not here.take("key_2", 300).is_over
    assert limits_in(tmp_path, "typing", 10**9).take("key_1", 300).remaining == 299


def test_a_crowd_of_askers_crowds_out_whoever_asked_least(tmp_path, monkeypatch):
    monkeypatch.setattr("api.limits.PLACES", 8)
    crowded = limits_in(tmp_path, "keys", 10**9)
    for _ in range(5):
        crowded.take("often", 5)
    for number in range(50):
        assert not crowded.take(f"once {number}", 5).is_over
    assert crowded.take("often", 5).is_over


@pytest.mark.parametrize(("processes", "is_shared"), [(1, False), (2, True)])
def test_the_processes_of_one_server_are_told_where_they_count(monkeypatch, processes, is_shared):
    told = []
    monkeypatch.setenv("MODERATION_LIMITS_DIRECTORY", "")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "elsewhere")
    monkeypatch.setenv("MODERATION_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("MODERATION_DATABASE_URL", "sqlite:///nowhere.sqlite3")
    monkeypatch.setattr("api.cli.store.open_sound_database", lambda: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr("api.cli.serve.served", lambda: None)
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: told.append(os.environ["MODERATION_LIMITS_DIRECTORY"]))
    serve(processes=processes)
    assert bool(told[0]) is is_shared
