"""Records in and out of files, by ending: ``.jsonl`` (and ``-``), ``.csv``, ``.parquet``."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import typer
from rich.progress import track

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record, and why; it keeps its place in the order."""

    detail: str


@contextmanager
def open_source(source: str) -> Iterator[Iterator[Record | Unreadable]]:
    """The records of a file or of standard input; a progress bar when a person is watching a file."""
    if source == "-":
        yield read_json_lines(sys.stdin.buffer)
        return
    path = Path(source)
    if path.suffix == ".parquet":
        yield iter(_parquet().read_table(path).to_pylist())
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
            yield _watched(read_csv(file), path)
    else:
        with path.open("rb") as file:
            yield _watched(read_json_lines(file), path)


def read_json_lines(lines: Iterable[bytes]) -> Iterator[Record | Unreadable]:
    """One record per line; blank lines are skipped, bad ones are kept as ``Unreadable``."""
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Unreadable(f"This line is not JSON: {error}. Each line must be one JSON object.")
            continue
        if isinstance(record, dict):
            yield record
        else:
            yield Unreadable('Each line must be a JSON object, e.g. {"id": 1, "text": "..."}.')


def read_csv(lines: Iterable[str], header: Sequence[str] | None = None) -> Iterator[Record | Unreadable]:
    """One record per row. A row with more cells than the header is ``Unreadable``: a text with a comma lost its quotes.

    Args:
        header: The names of the columns; None when the first row holds them.
    """
    reader = csv.DictReader(lines, header)
    for row in reader:
        # DictReader keeps the cells that nobody named under None.
        more = row.pop(None, None)
        yield (
            row
            if more is None
            else Unreadable(
                f"This row has {len(more)} cells more than the first one. Put a text with a comma into quotes."
            )
        )


def read_answers(name: str, data: bytes) -> Iterator[Record]:
    """The answers in a file that ``open_sink`` has written, as far as it keeps them."""
    if name.endswith(".parquet"):
        yield from _parquet().read_table(io.BytesIO(data)).to_pylist()
    elif name.endswith(".csv"):
        yield from csv.DictReader(io.StringIO(data.decode()))
    else:
        yield from map(json.loads, data.splitlines())


@contextmanager
def open_sink(target: str) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A function that writes one answer; nested values are JSON in CSV and Parquet columns."""
    path = Path(target)
    if target == "-":
        yield lambda record: _write_json(sys.stdout, record)
    elif path.suffix in (".csv", ".parquet"):
        records: list[dict[str, Any]] = []
        yield lambda record: records.append(_flat(record))
        _write_table(path, records)
    else:
        with path.open("w", encoding="utf-8") as file:
            yield lambda record: _write_json(file, record)


_COLUMNS = ("id", "line", "outcome", "risk", "reasons", "evidence", "message", "versions", "file", "error")


def _write_json(file: IO[str], record: dict[str, Any]) -> None:
    # Escaped, so that a lone surrogate in the input cannot break the output.
    file.write(json.dumps(record, default=str) + "\n")


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: json.dumps(record[key], default=str) if isinstance(record.get(key), (dict, list)) else record.get(key)
        for key in _COLUMNS
    }


def _write_table(path: Path, records: list[dict[str, Any]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS)
            writer.writeheader()
            writer.writerows(records)
        return
    import pyarrow

    columns = {
        key: [None if r[key] is None else r[key] if key == "risk" else str(r[key]) for r in records] for key in _COLUMNS
    }
    _parquet().write_table(pyarrow.table(columns), path)


def _watched(records: Iterable[Record | Unreadable], path: Path) -> Iterator[Record | Unreadable]:
    if not sys.stderr.isatty():
        yield from records
        return
    from rich.console import Console

    with path.open("rb") as file:
        total = sum(1 for _ in file)
    yield from track(records, f"Screening {path.name}", total=total, console=Console(stderr=True))


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise typer.BadParameter("Parquet files need pyarrow. Run: pip install 'moderation[bulk]'") from None
    return pyarrow.parquet
