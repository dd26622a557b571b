"""The checkout's call beside an afternoon's version of it, in one run: ``python tests/bench/bench_checkout.py [--quick]``.

Both are real servers on the loopback address, asked by the same tool with the same orders: ``moderation serve`` with one
process for each core, SQLite and ``synchronous=FULL``, and ``afternoon.py`` as its author would start it. Once every text is
new; once half of the orders repeat what was ordered before, as in a shop. Processor time stands beside the rates: it tells
what the machine would do if nothing else ran on it. New texts differ in wish, names and dates; the model reads names and dates as
one, so it is asked about most of them once. Exit status 1 when a promise is broken.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.family import Family
from tests.bench.promises import report
from tests.conftest import find_free_port

ROOT = Path(__file__).parents[2]
CONNECTIONS = 16
RATE = 50

WISHES = (
    "Happy birthday|In loving memory of|Best dad ever|To my love|Class of 2026|Run free|Happy anniversary|Welcome little"
    "|Congratulations|Thank you|World's best teacher|Forever yours|Good luck|Merry Christmas|Our first home"
).split("|")
NAMES = "Anna Ben Chloe Dmitri Elif Farid Grace Hiro Ines Jonas Kemi Lars Maya Nadia Otto Priya Quinn Rosa Sven Tariq".split()


#: What people order again and again.
USUAL = [f"{wish} {name}" for wish in WISHES for name in NAMES]


def ordered_before(path: Path) -> Path:
    """A file of bodies with all the usual words, several times over, so that what repeats later was ordered before."""
    path.write_text(
        "\n".join(
            json.dumps({"reference": "before", "fields": [{"name": "line1", "text": text}]}) for text in USUAL * 8
        )
    )
    return path


def orders(path: Path, count: int, repeating: float) -> Path:
    """A file of request bodies; the share ``repeating`` of them has words that others have, too.

    The others are as customers write them, a date and two names, and one in ten names an anniversary ("60th").
    """
    chance = random.Random(path.stem)
    lines = []
    for number in range(count):
        text = chance.choice(USUAL)
        if chance.random() >= repeating:
            text += f" & {chance.choice(NAMES)} {chance.randrange(1, 29)}.{chance.randrange(1, 13)}."
            text += f"{chance.randrange(1950, 2030)}"
            text = f"{chance.choice(('1st', '18th', '60th'))} {text}" if chance.random() < 0.1 else text
        lines.append(json.dumps({"reference": f"order-{number}", "fields": [{"name": "line1", "text": text}]}))
    path.write_text("\n".join(lines))
    return path


class Server:
    """A server and all processes that it began."""

    def __init__(self, command: list[str], environment: dict[str, str], *headers: str) -> None:
        self.address = f"127.0.0.1:{find_free_port()}"
        more = {"PYTHONPATH": str(ROOT), **environment}
        port = self.address.partition(":")[2]
        self._process = subprocess.Popen([*command, "--port", port], env={**os.environ, **more}, cwd=ROOT)
        self._headers = headers
        self._family = Family(self._process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, path: str) -> None:
        end = time.monotonic() + 180
        while True:
            try:
                urllib.request.urlopen(f"http://{self.address}{path}", timeout=5).close()
                return
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.2)

    def load(self, bodies: Path, seconds: float, rate: float | None = None) -> dict[str, Any]:
        """What the load tool reports, with the server's processor milliseconds for each answer."""
        tool = [sys.executable, str(Path(__file__).with_name("load.py")), self.address, "/v1/screenings"]
        given = ["--bodies", str(bodies), "--seconds", str(seconds), "--connections", str(CONNECTIONS)]
        given += [part for header in self._headers for part in ("--header", header)]
        before = self._spent()
        answered = subprocess.check_output([*tool, *given, *(["--rate", str(rate)] if rate else [])])
        report: dict[str, Any] = json.loads(answered)
        report["cpu_ms"] = (self._spent() - before) * 1000 / report["answers"]
        if set(report["statuses"]) != {"201"}:
            raise SystemExit(f"not every order was answered with 201: {report['statuses']}")
        return report

    def _spent(self) -> float:
        """Processor seconds of the process and its children."""
        self._family.look()
        return self._family.cpu

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


@contextmanager
def ours(folder: Path, processes: int) -> Iterator[Server]:
    """The product, with a fresh database."""
    environment = {
        "MODERATION_DATABASE_URL": f"sqlite:///{folder}/ours.sqlite3",
        "MODERATION_SECRET_KEY": "0" * 32,
        "MODERATION_REQUESTS_PER_MINUTE": "100000000",
        "MODERATION_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "api.cli"]
    everything = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    subprocess.run([*command, "db", "upgrade"], env=everything, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    created = subprocess.run(
        [*command, "keys", "create", "bench"], env=everything, cwd=ROOT, check=True, capture_output=True, text=True
    )
    key = created.stdout.split()[-1]
    server = Server([*command, "serve", "--processes", str(processes)], environment, f"Authorization: Bearer {key}")
    try:
        server.wait_until_ready("/readyz")
        yield server
    finally:
        server.stop()


@contextmanager
def afternoon(folder: Path) -> Iterator[Server]:
    """What it is compared with."""
    command = [sys.executable, "-m", "uvicorn", "tests.bench.afternoon:app", "--log-level", "warning"]
    server = Server(command, {"AFTERNOON_DATABASE": f"{folder}/afternoon.sqlite3"})
    try:
        server.wait_until_ready("/docs")
        yield server
    finally:
        server.stop()


def commits_the_disk_allows(folder: Path) -> float:
    """Commits a second, one after the other, of the least that can be stored with ``synchronous=FULL``."""
    connection = sqlite3.connect(folder / "disk.sqlite3", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a)")
    times = []
    for number in range(200):
        began = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        times.append(time.perf_counter() - began)
    return 1 / median(times)


def main() -> int:
    """Measure, print the table, and say which promises are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a third of the time")
    seconds = 4.0 if parser.parse_args().quick else 12.0
    cores = len(os.sched_getaffinity(0))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = {
            "every text new": orders(folder / "new", 30_000, 0.0),
            "half of them repeat": orders(folder / "half", 30_000, 0.5),
        }
        warm, steady = ordered_before(folder / "warm"), orders(folder / "steady", 5_000, 0.5)
        disk = commits_the_disk_allows(folder)
        for who, start in {"ours": lambda: ours(folder, cores), "afternoon": lambda: afternoon(folder)}.items():
            with start() as server:
                server.load(warm, 6.0)
                for what, bodies in sets.items():
                    rows[who, what] = server.load(bodies, seconds)
                rows[who, f"{RATE} a second"] = server.load(steady, seconds, RATE)

    print(f"{cores} cores, {CONNECTIONS} connections; the disk allows {disk:.0f} commits a second one by one")
    print(f"{'':32} {'per s':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>9} {'cpu ms':>7}")
    for (who, what), row in rows.items():
        figures = f"{row['per_second']:8.1f} {row['p50']:8.1f} {row['p95']:8.1f} {row['p99']:9.1f} {row['cpu_ms']:7.1f}"
        print(f"{who + ', ' + what:32} {figures}")

    for what in sets:
        times = rows["afternoon", what]["cpu_ms"] / rows["ours", what]["cpu_ms"]
        print(f"{what}: {times:.1f} times its answers for each second of processor time")

    def of(who: str, what: str, figure: str = "per_second") -> float:
        return float(rows[who, what][figure])

    new, half, steady_rate = *sets, f"{RATE} a second"
    promises = [
        ("times its throughput, every text new", of("ours", new) / of("afternoon", new), ">=", 15.0),
        ("times its throughput, half repeat", of("ours", half) / of("afternoon", half), ">=", 15.0),
        (
            "p99 at 50/s as a share of its",
            of("ours", steady_rate, "p99") / of("afternoon", steady_rate, "p99"),
            "<=",
            0.2,
        ),
        ("stored screenings a second", of("ours", half), ">=", 250.0),
    ]
    return report(promises)


if __name__ == "__main__":
    sys.exit(main())
