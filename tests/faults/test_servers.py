"""Servers, workers and the database killed at random under checkouts that repeat; the auditor compares everything after it."""

import os
import random
import sys
import time
from collections.abc import Callable

import pytest
from sqlmodel import select

from api.customers import merchants
from api.delivery.signing import new_secret
from api.storage.tables import Merchant, WebhookEndpoint
from tests.conftest import PostgresServer, find_free_port
from tests.delivery.receiver import wait_until
from tests.faults import servers
from tests.faults.auditor import Told, audit, is_settled
from tests.faults.checkouts import Checkouts
from tests.faults.conftest import Process, Site


@pytest.fixture
def ports() -> tuple[int, int]:
    return find_free_port(), find_free_port()


@pytest.fixture
def token(site: Site) -> str:
    """A test key, whose orders choose their outcome; their webhooks go to the site's receiver."""
    with site.database.writing() as session:
        token = merchants.create_key(session, site.shop.merchant_id, "checkout", ["admin"], "test")[1]
        mine = session.exec(select(Merchant.id).where(Merchant.test_of == site.shop.merchant_id)).one()
        site.endpoint = WebhookEndpoint(merchant_id=mine, url=site.receiver.url, secrets=[new_secret()])
        session.add(site.endpoint)
    return token


def test_whatever_is_killed_nothing_is_lost_and_nothing_said_twice(
    request: pytest.FixtureRequest, site: Site, token: str, ports: tuple[int, int], chance: random.Random
) -> None:
    _kill_at_random(request, site, token, ports, chance, requests=100, kills=4)


#: On each database; more are a matter of patience.
KILLS = int(os.environ.get("FAULTS_KILLS", "50"))


@pytest.mark.slow
def test_many_kills_of_everything(
    request: pytest.FixtureRequest, site: Site, token: str, ports: tuple[int, int], chance: random.Random
) -> None:
    _kill_at_random(request, site, token, ports, chance, requests=40 * KILLS, kills=KILLS)


def _kill_at_random(
    request: pytest.FixtureRequest,
    site: Site,
    token: str,
    ports: tuple[int, int],
    chance: random.Random,
    *,
    requests: int,
    kills: int,
) -> None:
    processes = {port: _start(site, port) for port in ports}
    worker = site.start_worker()
    for process in processes.values():
        process.wait_until_at_work()
    postgres: PostgresServer | None = (
        request.getfixturevalue("sturdy_postgres") if site.url.startswith("postgresql") else None
    )

    def kill_a_server() -> None:
        port = chance.choice(ports)
        processes[port].kill()
        processes[port] = _start(site, port)

    def kill_the_worker() -> None:
        nonlocal worker
        worker.kill()
        worker = site.start_worker()

    def kill_the_database() -> None:
        assert postgres is not None
        postgres.kill()
        time.sleep(chance.uniform(0, 0.5))
        postgres.start()

    def is_at(due: float) -> bool:
        """Whether the kill is due; what could not start while the database was away is started anew meanwhile."""
        nonlocal worker
        for port, process in processes.items():
            if not process.is_alive:
                processes[port] = _start(site, port)
        if not worker.is_alive:
            worker = site.start_worker()
        return checkouts.left <= due or bool(checkouts.faults)

    victims: list[Callable[[], None]] = [kill_a_server, kill_the_worker, *([kill_the_database] if postgres else [])]
    began = time.monotonic()
    checkouts = Checkouts([f"127.0.0.1:{port}" for port in ports], token, requests, seed=chance.randrange(10**6))
    killed = []
    for kill in range(kills):
        # Spread over the run, at a moment that nobody chose; each kind of process first once, then by chance.
        due = requests - (kill + chance.random()) * requests / kills
        wait_until(lambda due=due: is_at(due), 600)
        victim = victims[kill] if kill < len(victims) else chance.choice(victims)
        victim()
        killed.append(victim.__name__.rpartition("_")[2])
    wait_until(lambda: is_at(0), 600)
    checkouts.join(600)
    answered = time.monotonic() - began
    wait_until(lambda: is_settled(site.database), 600, lambda: "verdicts, events or seals are still waiting")
    site.wait_until_all_is_delivered(600)
    told = Told(
        answers=checkouts.answers,
        withdrawn=frozenset(checkouts.withdrawn),
        webhooks=site.receiver.received,
        secret=site.endpoint.secrets[0],
    )
    sentence = audit(site.database, told)
    counts = ", ".join(f"{killed.count(each)} of {each}" for each in sorted(set(killed)))
    sys.stderr.write(
        f"{requests} requests in {answered:.0f} s, {kills} kills ({counts}), {checkouts.lost} repeats for want of an "
        f"answer, {sum(map(len, checkouts.answers.values()))} good answers with a key; {sentence}\n"
    )
    assert checkouts.lost, "no kill was noticed by anybody"


def _start(site: Site, port: int) -> Process:
    site.processes.append(Process(servers.serve, site.url, port))
    return site.processes[-1]
