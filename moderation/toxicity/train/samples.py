"""``python -m moderation.toxicity.train.samples FOLDER``: small held-back samples for the tests.

Only rows of the report part, so that no test measures what training or calibration has seen.
"""

import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from moderation.toxicity.heldout import SHORT, family_rows
from moderation.toxicity.train.rows import Row, write_rows

#: The families that the first bounds were set on. They keep rows of their own, so that a wider set moves no bound.
FIRST_FAMILIES = frozenset(
    "coded_hate contrast counter_speech hate identity_clean idioms plates product_clean sentences_clean titles toxic".split()
)


def _is_short_harm(row: Row) -> bool:
    return bool(row.labels["toxicity"]) and len(row.text) <= SHORT


#: File name to which rows go into it.
SAMPLES: Mapping[str, Callable[[Row], bool]] = {
    "clean_short": lambda row: not row.labels["toxicity"] and len(row.text) <= SHORT,
    "harmful_short": lambda row: _is_short_harm(row) and row.source.partition("/")[0] in FIRST_FAMILIES,
    "harmful_wide": _is_short_harm,
    "identity_clean": lambda row: (
        not row.labels["toxicity"] and row.source.startswith(("identity_clean", "counter_speech", "contrast"))
    ),
}
SAMPLE_SIZE = 1200


def write_samples(folder: Path) -> None:
    """Write one file for each sample."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = family_rows("report")
    for name, belongs in SAMPLES.items():
        chosen = [row for row in rows if belongs(row)]
        random.Random(name).shuffle(chosen)
        write_rows(folder / f"{name}.jsonl", chosen[:SAMPLE_SIZE])


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
