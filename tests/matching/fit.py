# ruff: noqa: T201  # a program for a person at a terminal
"""Fits ``moderation/matching/data/weights.csv``: logistic regression with signs, on generated spellings and innocent words.

Positives are the best hit of the right term on each disguised spelling of the fitted part; negatives are all hits on the traps and
on half of the dictionaries. Weights stay near the ones that stand (a Gaussian prior), so that a feature that was hardly seen
keeps its reviewed value, and a cost never turns into a bonus. Prints the table; ``--write`` replaces the file.
"""

import argparse
import csv
import random
from pathlib import Path

import numpy

from moderation.battery import disguise
from moderation.matching import score as scoring
from moderation.reading import read
from moderation.request import Field, PersonalizationRequest
from tests.matching.measure import DICTIONARIES, base_terms, dictionary, innocent_texts, is_listed, matcher

FILE = Path(scoring.__file__).parent / "data" / "weights.csv"
#: How strongly a weight is held at the value that stands, in spellings' worth.
PRIOR = 6.0
#: A false alarm counts this much more than a miss.
ALARM = 2.0
BONUSES = frozenset(
    {"bias", "severity", "length", "long_parts", "swap_edit", "across", "odd", "english_edit", "long_edit"}
)


def weighed(fields: tuple[str, ...], term: str | None) -> list[dict[str, float]]:
    """Features of the hits that reach the score: of the named term the best only, else of every term."""
    request = PersonalizationRequest(fields=tuple(Field(name=f"f{at}", text=text) for at, text in enumerate(fields)))
    readings = read(request)
    judge = matcher().judge(readings)
    found = []
    for hit in matcher().hits(readings):
        if hit.is_plain or hit.fixed is not None or (term is not None and hit.term.term != term):
            continue
        features = judge.features(hit)
        if features is not None:
            found.append(features)
    return sorted(found, key=scoring.score, reverse=True)[:1] if term else found


def samples() -> tuple[list[dict[str, float]], list[float], list[float]]:
    rows: list[dict[str, float]] = []
    labels: list[float] = []
    written = {term.id: term.term for term in base_terms()}
    for made in disguise(base_terms(), variants=2):
        if not made.is_held:
            new = weighed(made.texts, written[made.source])
            rows, labels = rows + new, labels + [1.0] * len(new)
    rng = random.Random(5)
    innocent = [text for kind, text, is_held in innocent_texts() if not is_held]
    for name in DICTIONARIES:
        every = [word for word in dictionary(name) if sum(map(ord, word)) % 2]
        innocent += [word for word in rng.sample(every, min(4000, len(every))) if not is_listed(word)]
    for text in innocent:
        new = weighed((text,), None)
        rows, labels = rows + new, labels + [0.0] * len(new)
    return rows, labels, [1.0 if label else ALARM for label in labels]


def fit(
    rows: list[dict[str, float]], labels: list[float], importance: list[float], start: dict[str, float]
) -> dict[str, float]:
    names = list(start)
    x = numpy.array([[1.0 if name == "bias" else row.get(name, 0.0) for name in names] for row in rows])
    y, weight = numpy.array(labels), numpy.array(importance)
    prior = numpy.array([start[name] for name in names])
    theta = prior.copy()
    is_cost = numpy.array([name not in BONUSES for name in names])
    for _ in range(4000):
        p = 1 / (1 + numpy.exp(-x @ theta))
        theta -= 0.002 * (x.T @ (weight * (p - y)) + PRIOR * (theta - prior))
        theta[is_cost] = numpy.minimum(theta[is_cost], -0.05)
    return {name: round(float(value), 2) for name, value in zip(names, theta, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    start = dict(scoring.weights())
    rows, labels, importance = samples()
    print(f"{int(sum(labels))} spellings, {len(labels) - int(sum(labels))} innocent hits")
    fitted = fit(rows, labels, importance, start)
    for name in start:
        print(f"{name:16} {start[name]:6.2f} -> {fitted[name]:6.2f}   seen {sum(name in row for row in rows)}")
    if arguments.write:
        with FILE.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("feature", "weight"))
            writer.writerows(fitted.items())


if __name__ == "__main__":
    main()
