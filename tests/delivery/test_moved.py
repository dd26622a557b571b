"""What was on its way to a shop when its installation was backed up or moved arrives afterwards, under the same id."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.delivery.relay import ask_for_late
from api.storage.backup import back_up, restore
from api.storage.clock import now
from api.storage.copying import copy_all
from api.storage.database import Database
from api.storage.tables import Delivery, OutboxEvent
from tests.delivery import receiver as receivers
from tests.delivery.conftest import make_shop, make_worker
from tests.delivery.receiver import wait_until


@pytest.fixture
def under_way(sqlite_database, receiver):
    """Ids of events that a worker had taken up: one was tried once, one not yet, one arrived. And one that nobody saw."""
    shop = make_shop(sqlite_database)
    endpoint = shop.listen(receiver.url)
    tried, untried, arrived, unseen = (shop.decide() for _ in range(4))
    with sqlite_database.writing() as session:
        for event in (tried, untried, arrived):
            session.get_one(OutboxEvent, event.id).relayed_at = now()
        session.add(Delivery(event_id=tried.id, endpoint_id=endpoint.id, status="pending", attempts=1))
        session.add(Delivery(event_id=arrived.id, endpoint_id=endpoint.id, status="delivered", attempts=1))
    return {tried.id, untried.id, unseen.id}


def received_by_a_new_worker(database, receiver) -> set[str]:
    worker = make_worker(database)
    worker.start()
    try:
        return {each.id for each in receiver.wait_for(3)}
    finally:
        worker.stop()


def test_after_a_restore(sqlite_database, under_way, receiver, tmp_path):
    back_up(sqlite_database, tmp_path / "kept")
    sqlite_database.close()
    restore(sqlite_database, tmp_path / "kept", replace=True)
    assert received_by_a_new_worker(sqlite_database, receiver) == under_way


@pytest.mark.postgres
def test_after_the_move_to_postgresql(sqlite_database, under_way, receiver, new_postgres_url):
    target = Database(new_postgres_url())
    list(copy_all(sqlite_database, target))
    assert received_by_a_new_worker(target, receiver) == under_way
    target.close()


def test_after_the_engines_own_file_is_lost(sqlite_database, receiver):
    shop = make_shop(sqlite_database)
    shop.listen(receiver.url)
    receiver.behave = [receivers.answer(500), receivers.accept]
    event = shop.decide()
    worker = make_worker(sqlite_database, back_off=(7200.0,))
    worker.start()
    wait_until(lambda: [each.status for each in shop.deliveries()] == ["pending"])
    worker.stop()
    for file in Path(sqlite_database.engine.url.database).parent.glob("*.work.*"):
        file.unlink()
    worker = make_worker(sqlite_database)
    worker.start()
    try:
        assert ask_for_late(sqlite_database, now() + timedelta(hours=2.5)) == 0, "it may still come by itself"
        assert ask_for_late(sqlite_database, now() + timedelta(hours=4)) == 1
        assert [each.id for each in receiver.wait_for(2)] == [event.id, event.id]
    finally:
        worker.stop()
