"""One training example, and the named sources that examples come from.

A class without a label is unknown, not zero: the loss leaves it out.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.errors import ModelError

#: Files of the labelled sources, as described in docs/model-card.md.
TRAIN_FILE = "train.jsonl.gz"
TEST_FILE = "test.jsonl.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text with what is known about it."""

    text: str
    #: Name of the data source or of the generated family.
    source: str
    #: Class name to share of raters, 0.0 to 1.0; an absent class is unknown.
    labels: Mapping[str, float]
    #: How much the row counts in the loss.
    weight: float = 1.0
    #: The sentence pattern of a generated row; rows of one pattern are never split between train and held back.
    frame: str = ""


def read_rows(path: Path) -> list[Row]:
    """The rows of one ``.jsonl.gz`` file, in order.

    Raises:
        ModelError: The file is absent or a line does not have text, source, weight and labels.
    """
    try:
        return [_row(json.loads(line)) for line in gzip.decompress(path.read_bytes()).splitlines()]
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{path}: cannot be read as training rows ({error}). Point --data at the folder "
            f"that holds {TRAIN_FILE} and {TEST_FILE}."
        ) from error


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON Lines, one object a line, for the held-back samples that tests read."""
    keys = ("text", "source", "labels")
    lines = [json.dumps({key: getattr(row, key) for key in keys}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def share(key: str, salt: str = "split") -> float:
    """A number in [0, 1) that depends on the text alone, so that every run splits alike."""
    digest = hashlib.sha256(f"{salt}:{key}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def without_duplicates(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows whose text, letter case aside, has not been seen before."""
    seen: set[str] = set()
    for row in rows:
        key = row.text.casefold().strip()
        if key not in seen:
            seen.add(key)
            yield row


def _row(data: Mapping[str, Any]) -> Row:
    labels = {str(name): float(value) for name, value in data["labels"].items()}
    return Row(text=str(data["text"]), source=str(data["source"]), weight=float(data["weight"]), labels=labels)
