"""``kill -9`` at any moment: nothing that was committed is lost, nothing is sent that was not, repeats say so."""

import json
import random
import time

import pytest

from tests.conftest import PostgresServer
from tests.delivery import receiver as receivers
from tests.delivery.receiver import Receiver, wait_until
from tests.faults.conftest import Process, Site, new_database
from tests.faults.processes import RECOVER_EVERY


def test_a_worker_killed_while_the_shop_answers_is_followed_by_one_of_the_next_release_that_repeats_the_same_id(
    site: Site,
) -> None:
    site.receiver.behave = [receivers.hang, receivers.accept]
    worker = site.start_worker()
    event = site.shop.decide()
    site.receiver.wait_for(1)
    worker.kill()
    site.start_worker(is_next_release=True)
    site.wait_until_all_is_delivered()
    assert [received.id for received in site.receiver.received] == [event.id, event.id]
    assert site.audit([event.id]) == 1


def test_another_worker_that_is_alive_takes_over_from_a_dead_one(site: Site) -> None:
    workers = [site.start_worker(timeout=2.0), site.start_worker(timeout=2.0)]
    for worker in workers:
        worker.wait_until_at_work()
    site.receiver.behave = [receivers.hang] * 12 + [receivers.accept]
    events = [site.shop.decide().id for _ in range(12)]
    site.receiver.wait_for(12)
    workers[0].kill()
    site.wait_until_all_is_delivered()
    site.audit(events)
    assert workers[1].is_alive


def test_a_worker_that_only_sleeps_is_not_taken_for_dead(site: Site) -> None:
    """Its place is held by the kernel or the database, not by a clock."""
    sleeper = site.start_worker(timeout=2.0)
    site.receiver.behave = [receivers.hang, receivers.accept]
    event = site.shop.decide()
    site.receiver.wait_for(1)
    sleeper.pause()
    other = site.start_worker()
    other.wait_until_at_work()
    time.sleep(2.5 * RECOVER_EVERY)  # longer than the pause between two looks for the dead
    assert len(site.receiver.received) == 1
    sleeper.resume()
    site.wait_until_all_is_delivered()
    assert site.audit([event.id]) == 1
    assert other.is_alive


def test_workers_share_the_work_and_send_each_event_once(site: Site) -> None:
    # However slow the machine is, no attempt shall be given up: a second one would not be the workers' fault.
    for worker in [site.start_worker(timeout=60) for _ in range(3)]:
        worker.wait_until_at_work()
    events = [site.shop.decide().id for _ in range(30)]
    site.wait_until_all_is_delivered()
    assert {delivery.attempts for delivery in site.shop.deliveries()} == {1}
    assert site.audit(events) == 0


def test_a_worker_told_to_stop_finishes_what_it_is_sending(site: Site) -> None:
    def accept_slowly(handler: receivers.BaseHTTPRequestHandler) -> None:
        time.sleep(1.0)
        receivers.accept(handler)

    site.receiver.behave = [accept_slowly]
    worker = site.start_worker()
    event = site.shop.decide()
    site.receiver.wait_for(1)
    assert worker.end() == 0
    assert [delivery.status for delivery in site.shop.deliveries()] == ["delivered"]
    assert site.audit([event.id]) == 0


def test_what_is_due_by_the_clock_is_done_once_by_two_workers_and_by_the_one_that_is_left(site: Site) -> None:
    first = {site.open_overdue_case() for _ in range(10)}
    began = time.monotonic()
    clocks = [site.start_clock(is_slow=True), site.start_clock()]
    for clock in clocks:
        clock.wait_until_at_work()

    def ticks() -> int:
        return sum(clock.said.count("tick") for clock in clocks)

    wait_until(lambda: ticks() >= 4 and "tick" in clocks[0].said)
    clocks[0].kill()
    held, begun = clocks[0].said.count("tick"), site.chores_under_way()
    assert len(begun) >= held
    second = {site.open_overdue_case() for _ in range(10)}
    wait_until(lambda: not begun & site.chores_under_way(), 60, lambda: "what the dead one had begun is not ended")
    wait_until(lambda: len({received.id for received in site.receiver.received}) >= 20)
    site.wait_until_all_is_delivered()
    assert ticks() <= time.monotonic() - began + 1 + held, "a second was kept by both, and both were alive"
    # What was on its way when one died may come again, under its id.
    told = {received.id: json.loads(received.body) for received in site.receiver.received}.values()
    assert sorted(each["data"]["id"] for each in told) == sorted(first | second)
    assert {each["type"] for each in told} == {"screening.overdue"}


def test_random_kills_of_writer_and_workers_lose_nothing(site: Site, chance: random.Random) -> None:
    _kill_at_random(site, chance, kills=4)


@pytest.mark.slow
def test_many_random_kills_of_writer_and_workers_lose_nothing(site: Site, chance: random.Random) -> None:
    _kill_at_random(site, chance, kills=40)


def _kill_at_random(site: Site, chance: random.Random, *, kills: int) -> None:
    committed: list[str] = []

    def restart(process: Process) -> Process:
        process.kill()
        if process is writer:
            committed.extend(process.said)
            return site.start_writer()
        return site.start_worker()

    def sometimes_late(handler: receivers.BaseHTTPRequestHandler) -> None:
        time.sleep(chance.choice((0, 0, 0, 0.05, 0.3)))
        (receivers.answer(500) if chance.random() < 0.1 else receivers.accept)(handler)

    site.receiver.behave = [sometimes_late]
    writer = site.start_writer()
    workers = [site.start_worker(), site.start_worker()]
    for _ in range(kills):
        for process in (writer, *workers):
            process.wait_until_at_work()
        time.sleep(chance.uniform(0, 1.0))
        if chance.random() < 0.3:
            writer = restart(writer)
        else:
            index = chance.randrange(2)
            workers[index] = restart(workers[index])
    writer.kill()
    committed.extend(writer.said)
    site.receiver.behave = [receivers.accept]
    site.wait_until_all_is_delivered(120 + 3 * kills)
    site.audit(committed)
    assert len(committed) > kills


@pytest.mark.postgres
def test_a_killed_database_loses_nothing(sturdy_postgres: PostgresServer, chance: random.Random) -> None:
    _kill_database(sturdy_postgres, chance, kills=2)


@pytest.mark.postgres
@pytest.mark.slow
def test_a_database_killed_many_times_loses_nothing(sturdy_postgres: PostgresServer, chance: random.Random) -> None:
    _kill_database(sturdy_postgres, chance, kills=12)


def _kill_database(server: PostgresServer, chance: random.Random, *, kills: int) -> None:
    receiver = Receiver()
    site = Site(new_database(server), receiver)
    try:
        writer = site.start_writer()
        worker = site.start_worker()
        worker.wait_until_at_work()
        for _ in range(kills):
            count = len(writer.said)
            wait_until(lambda seen=count: len(writer.said) > seen + 3, 60)
            time.sleep(chance.uniform(0, 0.5))
            server.kill()
            time.sleep(chance.uniform(0, 1.0))
            server.start()
        count = len(writer.said)
        wait_until(lambda: len(writer.said) > count + 3, 60)
        writer.kill()
        site.wait_until_all_is_delivered(180)
        site.audit(writer.said)
        assert worker.is_alive
    finally:
        site.close()
        receiver.close()
