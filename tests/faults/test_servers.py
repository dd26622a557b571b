"""Servers killed at random under checkouts that repeat: every good answer is in the store, every change has its event."""

import json
import random
import sys
import time
from collections import Counter, defaultdict

import pytest
from sqlmodel import col, select

from api.customers import merchants
from api.storage.tables import Appeal, DecisionRecord, IdempotencyKey, OutboxEvent, PendingDecision, Screening
from tests.conftest import find_free_port
from tests.delivery.receiver import wait_until
from tests.faults import servers
from tests.faults.checkouts import Checkouts
from tests.faults.conftest import Process, Site

STATUS = {"approve": "approved", "reject": "rejected", "review": "in_review"}


@pytest.fixture
def ports() -> tuple[int, int]:
    return find_free_port(), find_free_port()


@pytest.fixture
def token(site: Site) -> str:
    with site.database.writing() as session:
        return merchants.create_key(session, site.shop.merchant_id, "checkout", ["admin"], "test")[1]


def test_servers_killed_at_random_lose_nothing_and_say_nothing_twice(
    site: Site, token: str, ports: tuple[int, int], chance: random.Random
) -> None:
    _kill_servers(site, token, ports, chance, requests=200, kills=3)


@pytest.mark.slow
def test_ten_thousand_requests_and_twenty_kills(
    site: Site, token: str, ports: tuple[int, int], chance: random.Random
) -> None:
    _kill_servers(site, token, ports, chance, requests=10_000, kills=20)


def _kill_servers(
    site: Site, token: str, ports: tuple[int, int], chance: random.Random, *, requests: int, kills: int
) -> None:
    processes = [_start(site, port) for port in ports]
    for process in processes:
        process.wait_until_at_work()
    began = time.monotonic()
    checkouts = Checkouts([f"127.0.0.1:{port}" for port in ports], token, requests, seed=chance.randrange(10**6))
    for kill in range(kills):
        # Spread over the run, at a moment that nobody chose.
        due = requests - (kill + chance.random()) * requests / kills
        wait_until(lambda due=due: checkouts.left <= due or bool(checkouts.faults), 600)
        victim = chance.randrange(2)
        processes[victim].kill()
        processes[victim] = _start(site, ports[victim])
    checkouts.join(600)
    answered = time.monotonic() - began
    wait_until(lambda: _is_settled(site), 600, lambda: "verdicts or events are still waiting")
    events = _audit(site, checkouts)
    sys.stderr.write(
        f"{requests} requests in {answered:.0f} s, {kills} kills, {checkouts.lost} repeats for want of an answer, "
        f"{sum(map(len, checkouts.answers.values()))} good answers with a key, {events} events: all accounted for\n"
    )
    assert checkouts.lost, "no kill was noticed by anybody"


def _start(site: Site, port: int) -> Process:
    site.processes.append(Process(servers.serve, site.url, port))
    return site.processes[-1]


def _is_settled(site: Site) -> bool:
    with site.database.reading() as session:
        waiting = session.exec(select(PendingDecision).limit(1)).first()
        unsent = session.exec(select(OutboxEvent).where(col(OutboxEvent.relayed_at).is_(None)).limit(1)).first()
    return waiting is None and unsent is None


def _audit(site: Site, checkouts: Checkouts) -> int:
    """Compare what was answered with what is stored, and every change of status with its event; how many events."""
    with site.database.reading() as session:
        screenings = {each.id: each for each in session.exec(select(Screening))}
        kept = {each.key: each for each in session.exec(select(IdempotencyKey))}
        decisions = defaultdict(list)
        for decision in session.exec(select(DecisionRecord).order_by(DecisionRecord.id)):
            decisions[decision.screening_id].append(decision)
        appealed = set(session.exec(select(Appeal.screening_id)))
        events = defaultdict(list)
        for event in session.exec(select(OutboxEvent).order_by(OutboxEvent.id)):
            events[event.screening_id].append(event)

    for key, bodies in checkouts.answers.items():
        assert key in kept, f"{key} was answered and is not remembered"
        assert {body.decode() for body in bodies} == {kept[key].answer}, f"{key} was answered in two ways"
        assert json.loads(bodies[0])["id"] in screenings, f"{key} was answered and is not stored"
    ordered = [each.screening_id for key, each in kept.items() if not key.endswith("appeal")]
    assert sorted(ordered) == sorted(screenings), "a key made two screenings, or none"
    assert all(screenings[each].status == "withdrawn" for each in checkouts.withdrawn)

    for id_, screening in screenings.items():
        changes = [STATUS[decision.outcome] for decision in decisions[id_]]
        changes += ["in_review"] if id_ in appealed else []
        changes += ["withdrawn"] if screening.status == "withdrawn" else []
        told = Counter(event.type.removeprefix("screening.") for event in events[id_])
        assert told == Counter(changes), f"{id_}: {changes} happened, {told} was told"
        assert screening.status in changes
    assert set(events) == set(screenings)
    return sum(map(len, events.values()))
