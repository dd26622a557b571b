"""Load as it comes: ``python tests/bench/bench_load.py [--stores sqlite,postgresql] [--rates 50,100,200,300] [--soak SECONDS]``.

A whole installation on the loopback address: one server process for each core, a worker of its own, a shop that takes the
webhooks. Another process sends orders at fixed rates whatever comes back; half of the orders repeat what was ordered before.
Then the knee is looked for (as much as is answered when 32 connections never pause); overload is three times that, and
afterwards half of it again. PostgreSQL and the disk keep their promises (``fsync`` is on). All of it shares the cores: the
servers, the worker, the database, the shop and the load. Exit status 1 when a promise is broken.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlmodel import col, func, select

from api.customers import merchants
from api.delivery.signing import new_secret
from api.storage.database import Database
from api.storage.tables import OutboxEvent, WebhookEndpoint
from tests.bench.bench_checkout import ROOT, Server, orders
from tests.bench.family import Family
from tests.bench.promises import report
from tests.conftest import PostgresServer
from tests.delivery.receiver import Receiver

#: Of the knee: what a soak is run at.
SOAKED = 0.6
DURABLE = ("max_connections=200", "shared_buffers=128MB")


class Installation:
    """Servers, a worker, a database with one shop, and the shop's receiver."""

    def __init__(
        self, url: str, folder: Path, *, processes: int, with_worker: bool, postgres: PostgresServer | None = None
    ) -> None:
        self._folder, self._number = folder, 0
        self.database = Database(url)
        self.database.upgrade()
        self._receiver = Receiver()
        with self.database.writing() as session:
            shop = merchants.add_merchant(session, "Load", "balanced")
            self._token = merchants.create_key(session, shop.id, "load", ["admin"])[1]
            if with_worker:
                session.add(WebhookEndpoint(merchant_id=shop.id, url=self._receiver.url, secrets=[new_secret()]))
        environment = {
            "MODERATION_DATABASE_URL": url,
            "MODERATION_SECRET_KEY": "0" * 32,
            "MODERATION_REQUESTS_PER_MINUTE": "100000000",
            "MODERATION_ALLOW_PRIVATE_WEBHOOKS": "true",
            "MODERATION_RUN_WORKER": "false",
            "MODERATION_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "api.cli"]
        self._worker = (
            subprocess.Popen([*command, "worker"], env={**os.environ, **environment}, cwd=ROOT) if with_worker else None
        )
        self._server = Server([*command, "serve", "--processes", str(processes)], environment)
        self._server.wait_until_ready("/readyz")
        self.servers = Family(self._server.pid)
        self.postgres = Family(*([postgres.pid] if postgres else []))
        self.family = Family(self._server.pid, *([self._worker.pid] if self._worker else []))

    def load(
        self, seconds: float, rate: float | None, *, connections: int | None = None, repeating: float = 0.5
    ) -> dict[str, Any]:
        """What the load tool reports, with the processor milliseconds of the servers for each good answer, and how many
        cores the servers, PostgreSQL and the load kept busy.
        """
        self._number += 1
        connections = connections or min(600, 64 + int(2 * (rate or 0)))  # nobody waits for another one's answer
        count = int(seconds * (rate or 600)) + connections
        bodies = orders(self._folder / f"load-{self._number}", count, repeating)
        tool = [sys.executable, str(Path(__file__).with_name("load.py")), self._server.address, "/v1/screenings"]
        given = ["--bodies", str(bodies), "--seconds", str(seconds), "--connections", str(connections)]
        given += ["--header", f"Authorization: Bearer {self._token}", *(["--rate", str(rate)] if rate else [])]
        before, began = self._spent(), time.perf_counter()
        report: dict[str, Any] = json.loads(subprocess.check_output([*tool, *given]))
        took = time.perf_counter() - began
        spent = {who: seconds - before[who] for who, seconds in self._spent().items()}
        report["cpu_ms"] = spent["servers"] * 1000 / max(report["answers"], 1)
        report["cores"] = {who: seconds / took for who, seconds in spent.items()}
        report["refused"] = sum(count for status, count in report["statuses"].items() if status == "503")
        report["failed"] = sum(count for status, count in report["statuses"].items() if status not in ("201", "503"))
        return report

    def _spent(self) -> dict[str, float]:
        """Processor seconds until now; the load's are those of programs that we waited for."""
        self.servers.look(), self.postgres.look()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"servers": self.servers.cpu, "PostgreSQL": self.postgres.cpu, "load": used.ru_utime + used.ru_stime}

    def waiting(self) -> int:
        """Status changes that no worker has taken up."""
        query = select(func.count()).select_from(OutboxEvent).where(col(OutboxEvent.relayed_at).is_(None))
        with self.database.reading() as session:
            return session.exec(query).one()

    def wal_megabytes(self) -> float:
        """Of SQLite's log beside its file; PostgreSQL keeps its own within its settings."""
        wal = Path(str(self.database.engine.url.database) + "-wal")
        return wal.stat().st_size / 2**20 if wal.exists() else 0.0

    def close(self) -> None:
        self._server.stop()
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait(60)
        self._receiver.close()
        self.database.close()


@contextmanager
def installed(store: str, *, processes: int, with_worker: bool = True) -> Iterator[Installation]:
    """A fresh installation on either database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = PostgresServer(options=DURABLE) if store == "postgresql" else None
        url = server.url if server else f"sqlite:///{folder}/load.sqlite3"
        installation = Installation(url, folder, processes=processes, with_worker=with_worker, postgres=server)
        try:
            yield installation
        finally:
            installation.close()
            if server:
                server.stop()


HEAD = f"{'':34} {'per s':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'503':>6} {'failed':>6} {'cpu ms':>7} {'waiting':>8}"


def show(what: str, report: dict[str, Any], waiting: int) -> None:
    print(
        f"{what:34} {report['per_second']:7.1f} {report['p50']:8.1f} {report['p95']:8.1f} {report['p99']:8.1f} "
        f"{report['refused']:6} {report['failed']:6} {report['cpu_ms']:7.2f} {waiting:8}",
        flush=True,
    )


def overload(site: Installation, store: str, seconds: float) -> list[tuple[str, float, str, float]]:
    """Three times the knee between two times half of it; it is calm again when nothing is refused and p99 is as before."""
    knee = site.load(seconds, None, connections=32)
    show(f"{store}, as much as is answered", knee, site.waiting())
    before = site.load(seconds / 2, knee["per_second"] / 2)
    show(f"{store}, half of it, before", before, site.waiting())
    storm = site.load(seconds, 3 * knee["per_second"])
    show(f"{store}, three times that", storm, site.waiting())
    began = time.monotonic()
    while True:
        after = site.load(2.0, knee["per_second"] / 2)
        recovered = time.monotonic() - began
        if (
            not after["refused"]
            and not after["failed"]
            and after["p99"] < max(250, 2 * before["p99"])
            or recovered > 30
        ):
            break
    show(f"{store}, half of it, afterwards", after, site.waiting())
    print(f"a refusal took {storm['refused_p50']:.0f} ms, {storm['refused_p99']:.0f} at the 99th percentile")
    return [
        (f"{store}: p99 ms of what is accepted in overload", storm["p99"], "<=", 1000.0),
        (f"{store}: ms of a refusal in overload, the median", storm["refused_p50"], "<=", 100.0),
        (f"{store}: seconds until it is calm again", recovered, "<=", 10.0),
        (f"{store}: answers other than 201 and 503", storm["failed"], "<=", 0.0),
    ]


def soak(site: Installation, store: str, seconds: float) -> list[tuple[str, float, str, float]]:
    """Long enough for what grows to be seen; the first sixth is left for caches to fill."""
    knee = site.load(6.0, None, connections=32)["per_second"]
    seen: list[tuple[float, int, float, int]] = []
    steps = max(6, round(seconds / 15))
    for step in range(steps):
        report = site.load(seconds / steps, SOAKED * knee)
        seen.append((site.family.megabytes(), site.family.handles(), site.wal_megabytes(), site.waiting()))
        megabytes, handles, wal, _ = seen[-1]
        show(f"{store}, soak {step + 1} of {steps}", report, seen[-1][3])
        print(f"{'':34} {megabytes:.0f} MiB, {handles} handles, {wal:.1f} MiB of log")
    settled = seen[steps // 6 :]
    half = len(settled) // 2
    # The median of each half: what grows is seen in it, a connection that was just closing is not.
    early, late = ([median(each) for each in zip(*part, strict=True)] for part in (settled[:half], settled[half:]))
    return [
        (f"{store}: memory late / early", late[0] / early[0], "<=", 1.05),
        (f"{store}: handles late / early", late[1] / early[1], "<=", 1.05),
        (f"{store}: MiB of log more, late than early", late[2] - early[2], "<=", 4.0),
        (f"{store}: events that wait more, late than early", late[3] - early[3], "<=", 100.0),
    ]


def two_against_one(seconds: float) -> list[tuple[str, float, str, float]]:
    """Two server processes on PostgreSQL against one, without worker and webhooks: what is gained until the cores are full.

    The second process can only use what the first, PostgreSQL and the load leave of the cores: that is the ceiling.
    """
    rates, busy = [], []
    cores = len(os.sched_getaffinity(0))
    for processes in (1, 2):
        with installed("postgresql", processes=processes, with_worker=False) as site:
            site.load(seconds / 2, None, connections=8 * processes)
            report = site.load(seconds, None, connections=8 * processes, repeating=0.0)
            rates.append(report["per_second"])
            busy.append(sum(report["cores"].values()))
            show(f"postgresql, {processes} process, every text new", report, 0)
            told = ", ".join(f"{who} {each:.2f}" for who, each in report["cores"].items())
            print(f"{'':34} cores busy: {told}; of {cores}; full at {rates[-1] * cores / busy[-1]:.0f} a second")
    ceiling = cores / busy[0]
    print(f"one process leaves room for {ceiling:.2f} times its rate on {cores} cores")
    return [("two processes / one, by the clock", rates[1] / rates[0], ">=", min(1.7, 0.9 * ceiling))]


def main() -> int:
    """Measure, print the table, and say which promises are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stores", default="sqlite,postgresql")
    parser.add_argument("--rates", default="50,100,200,300")
    parser.add_argument("--seconds", type=float, default=8.0, help="at each rate")
    parser.add_argument("--soak", type=float, default=0.0, help="seconds of a soak on each store, instead of the rest")
    parser.add_argument("--two", action="store_true", help="only two server processes against one")
    asked = parser.parse_args()
    promises: list[tuple[str, float, str, float]] = []
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores\n{HEAD}", flush=True)
    for store in asked.stores.split(",") if not asked.two else ():
        with installed(store, processes=cores) as site:
            site.load(4.0, None, connections=16)  # caches, prepared statements, files that grow
            if asked.soak:
                promises += soak(site, store, asked.soak)
                continue
            for rate in map(float, asked.rates.split(",")):
                show(f"{store}, {rate:.0f} a second", site.load(asked.seconds, rate), site.waiting())
            promises += overload(site, store, asked.seconds)
    if asked.two or not asked.soak:
        promises += two_against_one(asked.seconds)
    return report(promises)


if __name__ == "__main__":
    sys.exit(main())
