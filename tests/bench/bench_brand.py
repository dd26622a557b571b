"""Time of the brand check alone: ``python tests/bench/bench_brand.py [STATEMENTS]``; prints p50 and p99 in milliseconds."""

import json
import sys
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from moderation.brands import load_brands
from moderation.detectors.brand import BrandDetector
from moderation.reading import read
from moderation.request import parse_request

DEFAULT = Path(__file__).parents[1] / "brands" / "data" / "held.jsonl"


def main(path: Path) -> None:
    """Every statement once to warm up, then three times; readings are made beforehand, as other detectors share them."""
    detector = BrandDetector(load_brands())
    orders = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    keys = ("text", "fields", "brand", "product")
    for label, chosen in (
        ("all statements", orders),
        ("as typed", [order for order in orders if order["form"] in ("plain", "split")]),
        ("innocent", [order for order in orders if order["label"] == "innocent"]),
    ):
        prepared = [read(parse_request({key: order[key] for key in keys if key in order})) for order in chosen]
        times: list[float] = []
        best = [float("inf")] * len(prepared)
        for turn in range(4):
            for at, readings in enumerate(prepared):
                list(readings)
                began = perf_counter()
                detector.detect(readings)
                if turn:
                    times.append((perf_counter() - began) * 1000)
                    best[at] = min(best[at], times[-1])
        # The best of three turns is the check's own time; the rest is what else the machine was doing.
        for name, measured in (("every turn", times), ("best of three", best)):
            cuts = quantiles(measured, n=100)
            print(f"{label:16} {len(chosen):5} {name:14} p50 {cuts[49]:6.3f} ms   p99 {cuts[98]:6.3f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
