"""Weigh the ear: ``python -m moderation.brands.weigh STATEMENTS... --brands FOLDER [--write]``.

Fits the numbers under ``sureness`` in ``ear.json``: how much what the encoder hears counts beside what the grammars claim and what
neither sees. The statements must be ones that the encoder was not taught.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from moderation.brands.analysis import READS_WELL, Analyst, sense_of
from moderation.brands.book import load_brands
from moderation.brands.ear import Ear, load_ear, telling
from moderation.brands.fit import read_rows, with_profiles
from moderation.brands.scoring import load_weights
from moderation.reading import read
from moderation.request import parse_request

#: Where the line is drawn, on the scale of the fit: 0 would count a missed criticism like a stopped innocent. The frames were
#: repaired by these very statements, so that a claim looks surer here than it is among strangers'.
_CAREFUL = {"unclaimed": 0.8, "claimed": 2.7}


#: What is weighed of a statement, by the names of the weights; and whether it is criticism.
Sample = tuple[dict[str, float], bool]


def weighed(rows: Iterable[Mapping[str, Any]], analyst: Analyst, ear: Ear) -> Iterator[Sample]:
    """What is weighed of each statement that the ear may be asked about, and whether it is criticism."""
    weights = load_weights()
    for row in rows:
        if row.get("form", "plain") != "plain":
            continue
        readings = read(parse_request({key: row[key] for key in ("text", "brand", "product") if row.get(key)}))
        for statement, setting, _ in analyst.hearings(readings):
            told = telling(statement) if statement.reading is readings.folded else ""
            if not told or sense_of(statement) < READS_WELL:
                continue
            claims = list(analyst.claims(statement, setting, True))
            if any(stance.is_excused for _, stance in claims):
                continue
            surest = max((weights.score(claim, stance) for claim, stance in claims), default=0.0)
            yield ear.weighed(statement, told, ear.hear(told), surest), row["label"] == "criticism"


def fit(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """The weights for statements with and without a claim, the line drawn so that innocents pass."""
    claimed = [sample["claim"] >= 0.0 for sample, _ in samples]
    return {
        name: _fit([each for each, is_claimed in zip(samples, claimed, strict=True) if is_claimed is wanted], careful)
        for (name, careful), wanted in zip(_CAREFUL.items(), (False, True), strict=True)
    }


def _fit(samples: Sequence[Sample], careful: float) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression

    names = list(samples[0][0])
    model = LogisticRegression(max_iter=1000)
    model.fit(np.array([[sample[name] for name in names] for sample, _ in samples]), [label for _, label in samples])
    fitted = dict(zip(names, (round(float(value), 2) for value in model.coef_[0]), strict=True))
    return {"bias": round(float(model.intercept_[0]) - careful, 2), **fitted}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the fitted numbers, and write them when asked."""
    parser = argparse.ArgumentParser(prog="python -m moderation.brands.weigh", description=__doc__)
    parser.add_argument("statements", type=Path, nargs="+", help="labelled statements, JSON Lines")
    parser.add_argument("--brands", type=Path, help="a directory with further profiles")
    parser.add_argument("--write", action="store_true", help="replace the shipped numbers")
    options = parser.parse_args(arguments)
    rows = [row for path in options.statements for row in read_rows(path)]
    analyst = Analyst(with_profiles(load_brands(), options.brands), ear=False)
    sureness = fit(list(weighed(rows, analyst, load_ear())))
    sys.stdout.write(f"{json.dumps(sureness)}\n")
    if options.write:
        path = Path(str(files("moderation.brands").joinpath("ear", "ear.json")))
        about = json.loads(path.read_text(encoding="utf-8")) | {"sureness": sureness}
        path.write_text(json.dumps(about, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
