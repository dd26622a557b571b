"""The same statement gives the same finding in every process: nothing hangs on the order of a set."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from moderation.brands.book import load_brands
from moderation.detectors.brand import BrandDetector
from moderation.reading import read
from moderation.request import parse_request
detector = BrandDetector(load_brands())
for line in open("tests/brands/data/sealed.jsonl", encoding="utf-8"):
    row = json.loads(line)
    order = {key: row[key] for key in ("text", "fields", "brand", "product") if row.get(key)}
    print(detector.detect(read(parse_request(order))))
"""


def test_two_processes_find_the_same():
    def heard(seed: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout

    first = heard("1")
    assert "Evidence(" in first
    assert heard("2") == first
