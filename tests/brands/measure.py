"""What is heard of labelled statements: ``python -m tests.brands.measure FILE... [--show]``.

Heard means: a finding of 0.5 or more, of which the weightiest is criticism of the brand. Passed means: no finding at all.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from moderation.brands import BrandBook, load_brands
from moderation.brands.book import read_profile
from moderation.detectors.brand import BrandDetector
from moderation.evidence import Category, Evidence
from moderation.reading import read
from moderation.request import parse_request

DATA = Path(__file__).parent / "data"


def whole_book(book: BrandBook) -> BrandBook:
    """The shipped profiles, and those of the exam's brands."""
    further = [read_profile(path, book.themes) for path in sorted((DATA / "profiles").glob("*.yaml"))]
    return BrandBook([*book.profiles, *further], book.themes, book.lexicon, book.marks, book.version)


def hear(row: Mapping[str, Any], detector: BrandDetector) -> list[Evidence]:
    """What would stop the order, the weightiest first."""
    order: dict[str, Any] = {key: row[key] for key in ("text", "fields", "brand", "product") if key in row}
    return [each for each in detector.detect(read(parse_request(order))) if each.score >= 0.5]


def is_right(row: Mapping[str, Any], detector: BrandDetector) -> bool:
    """Whether criticism is heard for its true reason, and everything else passes."""
    return _is_right(row, hear(row, detector))


def _is_right(row: Mapping[str, Any], found: Sequence[Evidence]) -> bool:
    if row["label"] == "criticism":
        return bool(found) and found[0].category is Category.BRAND_TARGETING
    return not found


def tally(
    rows: Iterable[Mapping[str, Any]], detector: BrandDetector, *, show: bool = False
) -> dict[str, tuple[int, int]]:
    """Right and all, by label, language and form."""
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for row in rows:
        label, plain = row["label"], row["form"] == "plain"
        names = [f"{label} {row['form']}"]
        if plain:
            names.append(f"{label} {'en' if row['language'] == 'en' else 'other languages'}")
        found = hear(row, detector)
        correct = _is_right(row, found)
        for name in names:
            of[name] += 1
            right[name] += correct
        if label == "criticism" and plain:
            of["criticism stopped, any reason"] += 1
            right["criticism stopped, any reason"] += bool(found)
        if show and plain and not correct:
            sys.stdout.write(f"  {label} {row['language']} {row['kind']}: {row['text']}\n")
    return {name: (right[name], of[name]) for name in sorted(of)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each label, language group and form."""
    parser = argparse.ArgumentParser(prog="python -m tests.brands.measure", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--show", action="store_true", help="print what is missed and what is stopped")
    options = parser.parse_args(arguments)
    detector = BrandDetector(whole_book(load_brands()))
    for path in options.files:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        sys.stdout.write(f"{path}\n")
        for name, (right, of) in tally(rows, detector, show=options.show).items():
            sys.stdout.write(f"  {name:32} {right / of:6.1%} of {of}\n")


if __name__ == "__main__":
    main()
