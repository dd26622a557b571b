"""What waits in the store is told to monitoring, and what is not ready is named with the way out."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.budget import Run
from api.health import exposition
from api.health.figures import QueueFigures, figures
from api.metrics import DETECTOR_FAILURES, SHARED_COUNTS
from api.storage.clock import now
from api.storage.ids import new_id
from api.storage.tables import Delivery, Merchant, OutboxEvent, ReviewCase, Screening, WebhookEndpoint
from moderation.pipeline import Pipeline
from tests.api.test_health import counted


def add_case(session, shop, *, age, due_in, state="open", queue="brand"):
    order = Screening(merchant_id=shop.id, status="in_review")
    session.add(order)
    session.flush()
    session.add(
        ReviewCase(
            merchant_id=shop.id,
            screening_id=order.id,
            queue=queue,
            state=state,
            severity=2,
            risk=0.5,
            created_at=now() - age,
            due_at=now() + due_in,
        )
    )


def test_queues_are_counted_over_all_shops_without_test_orders(database):
    with database.writing() as session:
        one, other = Merchant(name="One"), Merchant(name="Other")
        session.add_all([one, other])
        session.flush()
        trying = Merchant(name="One (test)", test_of=one.id)
        session.add(trying)
        session.flush()
        hour = timedelta(hours=1)
        add_case(session, one, age=3 * hour, due_in=-hour)
        add_case(session, other, age=hour, due_in=hour, state="claimed")
        add_case(session, one, age=9 * hour, due_in=-hour, state="resolved")
        add_case(session, trying, age=9 * hour, due_in=-hour)
    with database.reading() as session:
        found = figures(session).queues
    assert (found["brand"].waiting, found["brand"].overdue) == (2, 1)
    assert found["brand"].oldest_age == pytest.approx(3 * 3600, abs=60)
    assert found["general"] == QueueFigures()


def add_event(session, shop, endpoint, *, age, status=None):
    relayed = None if status is None else now()
    event = OutboxEvent(merchant_id=shop.id, type="screening.rejected", created_at=now() - age, relayed_at=relayed)
    session.add(event)
    session.flush()
    if status is not None:
        session.add(Delivery(event_id=event.id, endpoint_id=endpoint.id, status=status))


def test_webhooks_are_counted_by_status_and_by_how_long_nobody_took_them_up(database, client):
    with database.writing() as session:
        shop = Merchant(name="Deliveries")
        session.add(shop)
        session.flush()
        endpoint = WebhookEndpoint(merchant_id=shop.id, url="https://shop.example/", secrets=["s"])
        session.add(endpoint)
        session.flush()
        for status in ("delivered", "delivered", "pending", "failed"):
            add_event(session, shop, endpoint, age=timedelta(0), status=status)
        old = OutboxEvent(merchant_id=shop.id, type="screening.rejected", relayed_at=now())
        session.add(old)
        session.flush()
        # 2001, when nobody had ids like these: the time stands in the id.
        session.add(Delivery(id="dlv_00VHNCZB00" + new_id("")[11:], event_id=old.id, endpoint_id=endpoint.id))
        add_event(session, shop, endpoint, age=timedelta(minutes=5))
    told = client.get("/metrics").text
    assert counted(told, 'moderation_deliveries{status="delivered"}') == 2
    assert counted(told, 'moderation_deliveries{status="pending"}') == 1
    assert counted(told, 'moderation_deliveries{status="failed"}') == 1
    assert counted(told, 'moderation_deliveries{status="requested"}') == 0
    assert counted(told, "moderation_outbox_events") == 1
    assert counted(told, "moderation_outbox_oldest_age_seconds") == pytest.approx(300, abs=30)
    # Orders are decided without a worker, so this is a warning.
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "moderation worker" in ready.json()["parts"]["deliveries"]["warning"]
    assert counted(told, 'moderation_part_warning{part="deliveries"}') == 1


def test_a_detector_that_fails_is_counted_by_name(client):
    name = 'moderation_detector_failures_total{detector="words"}'
    before = next((counted(t, name) for t in [client.get("/metrics").text] if name in t), 0)
    client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "breakme"}]})
    told = client.get("/metrics").text
    assert counted(told, name) == before + 1
    assert counted(told, 'moderation_detector_seconds_count{detector="words"}') >= 1


def test_a_detector_that_is_late_is_counted_and_one_that_failed_before_only_once(pipeline):
    def failures(name: str) -> float:
        return DETECTOR_FAILURES.labels(name)._value.get()

    class Failing:
        name = "failing"

        def detect(self, _readings):
            raise RuntimeError

    run = Run(
        Pipeline((Failing(), *pipeline.detectors), pipeline.policies, pipeline.versions), time.monotonic() + 60, "late"
    )
    before = failures("failing"), failures("words")
    with pytest.raises(RuntimeError):
        run.watch(Failing(), None)
    run.evidence()  # the time is over: neither has answered
    assert (failures("failing"), failures("words")) == (before[0] + 1, before[1] + 1)


def test_reasons_are_counted_with_the_outcome(client):
    client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "rejectme"}]})
    assert 'moderation_reasons_total{category="profanity",outcome="reject"}' in client.get("/metrics").text


def test_the_versions_that_decide_are_told(client):
    told = client.get("/metrics").text
    assert 'moderation_version_info{brands="b1",lists="l1",model="m1"' in told


def test_another_versions_schema_is_not_ready_and_says_what_to_do(client, database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    ready = client.get("/readyz")
    assert ready.status_code == 503
    parts = ready.json()["parts"]
    assert [name for name, part in parts.items() if not part["ready"]] == ["schema"]
    assert "moderation db upgrade" in parts["schema"]["detail"]
    assert counted(client.get("/metrics").text, 'moderation_part_ready{part="schema"}') == 0


def test_without_its_database_a_server_still_says_so(client, monkeypatch):
    def fails(_self):
        raise ConnectionError("no route to host")

    monkeypatch.setattr("api.storage.database.Database.ping", fails)
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"]["detail"] == "The database does not answer (ConnectionError)."
    told = client.get("/metrics").text
    assert counted(told, 'moderation_part_ready{part="database"}') == 0
    assert "moderation_queue_cases" not in told


def test_several_processes_count_together(tmp_path, monkeypatch):
    """As ``serve --processes`` lets them: a scrape that reaches one of them tells what all have done."""
    program = "from api.metrics import SCREENINGS; SCREENINGS.labels('approve').inc()"
    monkeypatch.setenv(SHARED_COUNTS, str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
    assert b'moderation_screenings_total{outcome="approve"} 2.0' in exposition.counted()
