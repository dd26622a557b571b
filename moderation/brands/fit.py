"""Fit the weights of stance on labelled statements: ``python -m moderation.brands.fit STATEMENTS [--write]``.

Few coefficients, each with a sign that a person has reviewed: praise may not make a claim surer, a gift may not either.
Within those bounds they are fitted by descent on the log loss, drawn towards the reviewed value. Prints what the parts
are worth: the same statements with one part taken away (``--ablate``).
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.brands.analysis import Analyst
from moderation.brands.book import BrandBook, load_brands
from moderation.brands.framing import Claim
from moderation.brands.scoring import SHIPPED_WEIGHTS, Weights, load_weights, logit
from moderation.brands.stance import Stance
from moderation.reading import read
from moderation.request import parse_request

#: The reviewed value of each coefficient of a stance, and the bounds that it may be fitted in.
REVIEWED: Mapping[str, tuple[float, float, float]] = {
    "denied": (-6.0, -8.0, -5.5),
    "gift": (-5.0, -7.0, -3.0),
    "gift_product": (-5.0, -7.0, -3.0),
    "remembered": (-5.0, -7.0, -3.0),
    "praise": (-1.0, -2.5, -0.3),
    "aimed_elsewhere": (-3.0, -5.0, -1.5),
    "names_brand": (0.5, 0.0, 1.5),
    "aimed": (0.0, 0.0, 1.0),
    "sensitive": (0.7, 0.2, 1.2),
    "disguised": (0.3, 0.0, 0.8),
    "brandless": (-1.5, -2.5, -0.8),
}
_NAMES = list(REVIEWED)

#: What one mistaken innocent costs beside one missed criticism.
_INNOCENT = 2.0
Matrix = NDArray[np.float64]


def descend(
    features: Matrix, labels: Matrix, start: Matrix, low: Matrix, high: Matrix, pull: Matrix, steps: int = 600
) -> Matrix:
    """Projected gradient descent on the log loss, each coefficient drawn to ``start`` with strength ``pull``."""
    weights = start.copy()
    share = np.where(labels > 0, 1.0, _INNOCENT)
    share /= share.sum()
    for step in range(steps):
        guess = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ ((guess - labels) * share) + pull * (weights - start)
        weights = np.clip(weights - 2.0 / (1 + step / 200) * slope, low, high)
    return weights


class Hearing:
    """One labelled statement, heard once: its claims with their stances."""

    def __init__(self, row: Mapping[str, Any], analyst: Analyst) -> None:
        self.critical = row["label"] == "criticism"
        order = {key: row[key] for key in ("text", "fields", "brand", "product") if key in row}
        readings = read(parse_request(order))
        self.claims: list[tuple[Claim, Stance]] = [
            pair for heard in analyst.hearings(readings) for pair in analyst.claims(*heard)
        ]


def fit_stance(heard: Sequence[Hearing], weights: Weights) -> Weights:
    """Weights under which the surest claim of each statement tells criticism from the rest."""
    start = np.array([weights.bias, weights.strength, *(REVIEWED[name][0] for name in _NAMES)])
    low = np.array([-1.5, 0.7, *(REVIEWED[name][1] for name in _NAMES)])
    high = np.array([0.0, 1.3, *(REVIEWED[name][2] for name in _NAMES)])
    pull = np.array([0.002, 0.01, *(0.004 for _ in _NAMES)])
    for _ in range(4):
        # Which claim is the surest depends on the weights, so choosing and fitting take turns.
        surest = [max(h.claims, key=lambda pair: weights.score(*pair)) for h in heard if h.claims]
        labels = np.array([float(h.critical) for h in heard if h.claims])
        rows = [
            [1.0, logit(claim.frame.strength), *(stance.features()[name] for name in _NAMES)]
            for claim, stance in surest
        ]
        found = descend(np.array(rows), labels, start, low, high, pull)
        stance_weights = {name: round(float(value), 2) for name, value in zip(_NAMES, found[2:], strict=True)}
        weights = replace(
            weights, bias=round(float(found[0]), 2), strength=round(float(found[1]), 2), stance=stance_weights
        )
    return weights


def with_profiles(book: BrandBook, directory: Path | None) -> BrandBook:
    """The book with the profiles of one more directory."""
    if directory is None:
        return book
    further = load_brands(directory).profiles
    return BrandBook([*book.profiles, *further], book.themes, book.lexicon, book.marks, book.version)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Labelled statements, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def innocent_rows(path: Path, among: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Texts of a CSV file with a ``text`` column as innocent orders, each for the brand and product of one of ``among``."""
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    orders = ((text, among[at % len(among)]) for at, text in enumerate(texts))
    return [
        {"text": text, "label": "innocent", "brand": row["brand"], "product": row["product"]} for text, row in orders
    ]


def measure(rows: Iterable[Mapping[str, Any]], analyst: Analyst) -> tuple[float, float]:
    """Share of the criticism that is heard, and of the rest that passes, 0.0 to 1.0."""
    heard = {True: [0, 0], False: [0, 0]}
    for row in rows:
        order = {key: row[key] for key in ("text", "fields", "brand", "product") if key in row}
        analysis = analyst.analyse(read(parse_request(order)))
        said = any(finding.score >= 0.5 for finding in analysis.findings) or analysis.mockery is not None
        tally = heard[row["label"] == "criticism"]
        tally[0] += said
        tally[1] += 1
    return heard[True][0] / max(heard[True][1], 1), 1 - heard[False][0] / max(heard[False][1], 1)


def ablations(book: BrandBook, weights: Weights) -> Iterator[tuple[str, Analyst]]:
    """The check with one part taken away at a time."""
    yield "everything", Analyst(book, weights)
    yield "no ear", Analyst(book, weights, ear=False)
    for part in (("denied",), ("gift", "gift_product"), ("remembered",), ("praise",), ("aimed_elsewhere",)):
        without = replace(weights, stance={**weights.stance, **dict.fromkeys(part, 0.0)})
        yield f"no {' or '.join(part)}", Analyst(book, without)
    yield "no stance at all", Analyst(book, replace(weights, stance=dict.fromkeys(weights.stance, 0.0)))
    reviewed = replace(weights, bias=0.0, strength=1.0, stance={n: v[0] for n, v in REVIEWED.items()})
    yield "reviewed, not fitted", Analyst(book, reviewed)


def to_json(weights: Weights) -> str:
    """The weights as the file that ships."""
    whole = {"bias": weights.bias, "strength": weights.strength, "stance": dict(weights.stance)}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print what is gained, and write when asked."""
    parser = argparse.ArgumentParser(prog="python -m moderation.brands.fit", description=__doc__)
    parser.add_argument("statements", type=Path, help="labelled statements, JSON Lines")
    parser.add_argument("--held", type=Path, help="statements to measure on and never to fit on")
    parser.add_argument("--innocents", type=Path, help="CSV with a text column: further texts that criticise nobody")
    parser.add_argument("--brands", type=Path, help="a directory with further profiles")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    parser.add_argument("--ablate", action="store_true", help="measure the shipped weights with each part taken away")
    options = parser.parse_args(arguments)
    book, rows = with_profiles(load_brands(), options.brands), read_rows(options.statements)
    if options.innocents:
        rows += innocent_rows(options.innocents, rows)
    measured = read_rows(options.held) if options.held else rows
    say = sys.stdout.write
    if options.ablate:
        for name, analyst in ablations(book, load_weights()):
            caught, passed = measure(measured, analyst)
            say(f"{name:28} criticism heard {caught:6.1%}   others pass {passed:6.1%}\n")
        return
    weights = fit(rows, book)
    for name, each in (("shipped", load_weights()), ("fitted", weights)):
        caught, passed = measure(measured, Analyst(book, each))
        say(f"{name:28} criticism heard {caught:6.1%}   others pass {passed:6.1%}\n")
    if options.write:
        SHIPPED_WEIGHTS.write_text(to_json(weights), encoding="utf-8")


def fit(rows: Iterable[Mapping[str, Any]], book: BrandBook) -> Weights:
    """Weights for what the frames hear of labelled statements."""
    analyst = Analyst(book, ear=False)
    return fit_stance([Hearing(row, analyst) for row in rows], replace(load_weights(), bias=0.0, strength=1.0))


if __name__ == "__main__":
    main()
