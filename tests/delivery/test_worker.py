"""Workers that start, stop and share: what one leaves, another finishes."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from api.delivery import deliveries, relay
from api.delivery.deliveries import CROWD
from api.delivery.worker import Worker
from api.storage.database import Database
from api.storage.tables import OutboxEvent
from tests.delivery import receiver as receivers
from tests.delivery.conftest import Shop, make_shop, make_worker
from tests.delivery.receiver import Receiver, wait_until


@pytest.fixture
def shop(database: Database) -> Shop:
    return make_shop(database)


@pytest.fixture
def started() -> Iterator[list[Worker]]:
    """Workers in it are stopped after the test."""
    workers: list[Worker] = []
    yield workers
    for worker in workers:
        worker.stop()


def test_what_was_committed_before_and_what_waits_for_another_try_survive_a_restart(
    shop: Shop, receiver: Receiver, started: list[Worker]
) -> None:
    shop.listen(receiver.url)
    receiver.behave = [receivers.answer(500)]
    events = {shop.decide().id for _ in range(20)}
    # However slow the machine is, none of them is given up before the second worker comes.
    first = make_worker(shop.database, back_off=(2.0,) * 50)
    first.start()
    started.append(first)
    wait_until(lambda: {received.id for received in receiver.received} == events)
    first.stop()
    started.remove(first)
    arrived = len(receiver.received)
    receiver.behave = [receivers.accept]
    second = make_worker(shop.database, back_off=(0.2,) * 50)
    second.start()
    started.append(second)
    wait_until(lambda: all(delivery.status == "delivered" for delivery in shop.deliveries()))
    assert {received.id for received in receiver.received[arrived:]} == events


def test_a_shop_that_hangs_does_not_hold_up_another(shop: Shop, receiver: Receiver, started: list[Worker]) -> None:
    slow, hanging = make_shop(shop.database), Receiver(behave=[receivers.hang])
    slow.listen(hanging.url)
    shop.listen(receiver.url)
    for _ in range(100):
        slow.decide()
    worker = make_worker(shop.database, timeout=3.0, back_off=(60,))
    worker.start()
    started.append(worker)
    hanging.wait_for(16)
    shop.decide()
    # All 100, 16 at a time, take twenty seconds; this one does not wait for them.
    receiver.wait_for(1)
    assert len(hanging.received) < 100
    hanging.close()


def test_an_event_that_nobody_listens_to_is_done_with(shop: Shop, started: list[Worker]) -> None:
    event = shop.decide()
    worker = make_worker(shop.database)
    worker.start()
    started.append(worker)
    wait_until(lambda: shop.was_relayed(event))
    assert shop.deliveries() == []


def test_a_worker_without_a_database_says_so_when_it_starts(tmp_path: object) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/missing/file.sqlite3")
    with pytest.raises(Exception, match="missing"):
        make_worker(nowhere).start()


def test_each_of_a_crowd_goes_its_own_way(shop: Shop, receiver: Receiver, started: list[Worker]) -> None:
    shop.listen(receiver.url)
    receiver.behave = [*[receivers.answer(500)] * 5, receivers.accept]
    events = {shop.decide().id for _ in range(CROWD + 4)}
    worker = make_worker(shop.database)
    worker.start()
    started.append(worker)
    wait_until(lambda: [each.status for each in shop.deliveries()] == ["delivered"] * len(events))
    times = Counter(received.id for received in receiver.received)
    assert set(times) == events
    assert sorted(times.values()) == [1] * (len(events) - 5) + [2] * 5
    assert {each.event_id for each in shop.deliveries() if each.attempts == 2} == {
        e for e, n in times.items() if n == 2
    }


def test_a_crowd_is_one_piece_of_work(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beginning and ending work costs more than sending does: a launch day's webhooks would take the checkout's cores."""
    shop.listen("https://shop.example/")
    events = [shop.decide().id for _ in range(2 * CROWD + 1)]
    begun: list[str] = []
    monkeypatch.setattr(deliveries, "enqueue", lambda workflow, *_, **__: begun.append(workflow))
    assert relay.relay(shop.database) == len(events)
    assert begun == ["deliver_first", "deliver_first", "deliver"]


def test_while_one_process_relays_no_other_does(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.listen("https://shop.example/")
    shop.decide()
    seen: list[int] = []
    monkeypatch.setattr(relay, "begin_first", lambda *_: seen.append(relay.relay(Database(shop.database.url))))
    assert relay.relay(shop.database) == 1
    assert seen == [0]


def test_handing_events_over_again_delivers_them_once(shop: Shop, receiver: Receiver, started: list[Worker]) -> None:
    """As after a crash between the handing over and the note of it; the crowd is another one by then."""
    shop.listen(receiver.url)
    events = [shop.decide().id for _ in range(3)]
    worker = make_worker(shop.database)
    worker.start()
    started.append(worker)
    wait_until(lambda: [delivery.status for delivery in shop.deliveries()] == ["delivered"] * 3)
    after = shop.decide()
    with shop.database.writing() as session:
        for event_id in (*events, after.id):
            session.get_one(OutboxEvent, event_id).relayed_at = None
    receiver.wait_for(4)
    wait_until(lambda: shop.was_relayed(after))
    assert sorted(received.id for received in receiver.received) == sorted([*events, after.id])


@pytest.mark.postgres
def test_two_relays_at_once_do_not_hand_over_the_same_event(
    new_postgres_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handing over twice would be harmless; with PostgreSQL's row locks it is not even done."""
    shop = make_shop(Database(new_postgres_url()))
    shop.listen("https://shop.example/")
    events = {shop.decide().id for _ in range(30)}
    handed_over: list[str] = []
    both_are_at_it = threading.Barrier(2, timeout=20)

    def begin_first(event_ids: Sequence[str], _endpoint_id: str) -> None:
        if threading.current_thread().name not in met:
            met.append(threading.current_thread().name)
            both_are_at_it.wait()
        handed_over.extend(event_ids)

    met: list[str] = []
    monkeypatch.setattr(relay, "begin_first", begin_first)
    monkeypatch.setattr(relay, "BATCH", 15)
    both = [threading.Thread(target=relay.relay, args=(shop.database,)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    assert sorted(handed_over) == sorted(events)
    shop.database.close()
