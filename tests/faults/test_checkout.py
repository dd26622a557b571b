"""A server killed between its commit and its answer: the checkout repeats, and hears what was decided."""

from fastapi.testclient import TestClient
from sqlmodel import func, select

from api.main import create_app
from api.settings import Settings
from api.storage.tables import IdempotencyKey, OutboxEvent, Screening
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.api.conftest import make_token
from tests.faults import processes
from tests.faults.conftest import Process


def test_the_repeat_gets_the_answer_that_the_dead_server_owed(database, database_url):
    token = make_token(database, "Shop")
    dead = Process(processes.order_and_die, database_url, token, "k1")
    assert (dead.wait(), dead.said) == (-9, [])
    pipeline = Pipeline((), load_policies(), {"lists": "l", "brands": "b", "model": "m"})
    settings = Settings(database_url=database_url, secret_key="k" * 32, run_worker=False)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    with TestClient(create_app(settings, pipeline), headers=headers) as client:
        answer = client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "hello"}]})
    assert (answer.status_code, answer.headers["idempotent-replayed"]) == (200, "true")
    with database.reading() as session:
        assert answer.text == session.exec(select(IdempotencyKey.answer)).one()
        for table in (Screening, OutboxEvent):
            assert session.exec(select(func.count()).select_from(table)).one() == 1
