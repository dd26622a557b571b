"""Bulk screening with the shipped lists and model: ``python tests/bench/bench_bulk.py [--new N] [--many N] [--distinct K]``.

Twice the same ``--new`` orders, every text new, by one worker and by two; then ``--many`` orders that have ``--distinct``
different texts, as a shop's have; how the memory went with them is told. Beside the clock stands the processor time of all processes: on a machine that does other
work it tells what the clock would say without it. Memory is the sum over all processes of the command, shared pages counted
once. Exit status 1 when a promise is broken.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.bench_checkout import NAMES, ROOT, WISHES
from tests.bench.family import Family
from tests.bench.promises import report


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of the command took."""

    orders: int
    seconds: float
    #: Until the first part was finished: mostly the loading of lists and models, once for each worker.
    loading: float
    cpu: float
    #: Processor seconds of the worker that worked most.
    busiest: float
    megabytes: float
    #: The most memory until so many parts were finished.
    curve: dict[int, float]

    def most_until(self, share: float) -> float:
        """Megabytes, at most, until this share of the orders was answered."""
        last = max(self.curve, default=0)
        return max((held for parts, held in self.curve.items() if parts <= share * last), default=0.0)

    def __str__(self) -> str:
        return (
            f"{self.orders:9,} {self.seconds:9.1f} {self.orders / self.seconds:9.1f} {self.cpu:9.1f} "
            f"{self.cpu * 1000 / self.orders:9.2f} {self.busiest:9.1f} {self.megabytes:9.0f}"
        )


def generate(path: Path, count: int, distinct: int | None) -> Path:
    """Orders; each text new, or ``distinct`` different ones of which a few are ordered most of the time."""
    chance = random.Random(11)

    def text(number: int) -> str:
        return f"{chance.choice(WISHES)} {chance.choice(NAMES)} {chance.randrange(1, 29)}.{chance.randrange(1, 13)}. no {number}"

    texts = [text(number) for number in range(distinct or count)]
    chosen = chance.choices(texts, [1 / (rank + 1) for rank in range(distinct)], k=count) if distinct else texts
    with path.open("w", encoding="utf-8") as file:
        for number, each in enumerate(chosen):
            file.write(json.dumps({"id": f"order-{number}", "text": each}) + "\n")
    return path


def measure(source: Path, output: Path, orders: int, workers: int) -> Cost:
    """Run the command, and look at its processes four times a second."""
    command = [sys.executable, "-m", "api.cli", "screen", str(source), "--output", str(output)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    family, curve, loading = Family(process.pid), dict[int, float](), 0.0
    while process.poll() is None:
        held, finished = family.megabytes(), sum(1 for _ in output.glob("part-*"))
        curve[finished] = max(held, curve.get(finished, 0.0))
        if not loading and finished:
            loading = time.perf_counter() - began
        time.sleep(0.25)
    assert process.returncode == 0
    return Cost(
        orders=orders,
        seconds=time.perf_counter() - began,
        loading=loading,
        cpu=family.cpu,
        busiest=max(seconds for pid, seconds in family.spent.items() if pid != process.pid),
        megabytes=max(curve.values()),
        curve=curve,
    )


def main() -> int:
    """Measure, print the table, and say which promises are kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--new", type=int, default=6_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--distinct", type=int, default=2_000)
    asked = parser.parse_args()
    promises = []
    print(
        f"{'':28} {'orders':>9} {'s':>9} {'per s':>9} {'cpu s':>9} {'cpu ms':>9} {'busiest s':>9} {'MiB':>9}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.new:
            new = generate(folder / "new.jsonl", asked.new, None)
            one, two = (measure(new, folder / f"new-{workers}", asked.new, workers) for workers in (1, 2))
            print(f"{'every text new, 1 worker':28} {one}\n{'every text new, 2 workers':28} {two}", flush=True)
            same = all(
                part.read_bytes() == (folder / "new-2" / part.name).read_bytes()
                for part in (folder / "new-1").iterdir()
            )
            print(f"the same bytes: {same}; by the clock 2 workers are {one.seconds / two.seconds:.2f} times as fast")
            promises.append(("2 workers, by their processor time", one.busiest / two.busiest, ">=", 1.8))
        if asked.many:
            many = generate(folder / "many.jsonl", asked.many, asked.distinct)
            cost = measure(many, folder / "many", asked.many, 2)
            print(f"{f'{asked.distinct:,} different, 2 workers':28} {cost}", flush=True)
            held = ", ".join(f"{share * asked.many:,.0f}: {cost.most_until(share):.0f}" for share in (0.1, 0.3, 1.0))
            steady = asked.many / (cost.seconds - cost.loading)
            print(f"most MiB until so many orders were answered: {held}; {steady:.0f} orders/s after the loading")
            promises.append(("MiB of all processes together", cost.megabytes, "<=", 1500.0))
            promises.append(
                ("MiB at the end / at 30 % of the orders", cost.megabytes / cost.most_until(0.3), "<=", 1.1)
            )
    return report(promises)


if __name__ == "__main__":
    sys.exit(main())
