"""The plan of a job: which records of which file make which part. It depends on the files alone, never on the workers."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from api.cli.bulk.rows import csv_header, is_of_the_data, kind_of, open_parquet, open_source_file
from api.errors import BulkRefused

#: About half a minute of one core when every text is new: what a restart does again at most, for each worker.
ROWS_PER_PART = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Records of one file that are answered together, in one file of their own."""

    file: str
    #: How many records of the file stand before it.
    first: int
    rows: int
    #: Where it begins in the file, in bytes; 0 for Parquet, which is found by record.
    start: int = 0
    #: Of what it is made from, so that a changed file is noticed.
    digest: str = ""
    #: Why nothing of the file can be read; the part is then this one error.
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything that the answers depend on; two runs with equal jobs give equal files."""

    policy: str
    #: jsonl, csv or parquet.
    format: str
    defaults: dict[str, str]
    parts: tuple[Part, ...]
    #: Of lists, brands, model and normaliser; empty until a worker has said.
    versions: dict[str, str] = field(default_factory=dict)

    def name_of(self, number: int) -> str:
        """The file of a part's answers; in the order of their names they answer the input in its order."""
        return f"part-{number:06}.{self.format}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Job":
        return cls(**{**data, "parts": tuple(Part(**part) for part in data["parts"])})


def plan_parts(files: Iterable[str]) -> tuple[Part, ...]:
    """The parts of all files, in order. A file that cannot be read is a part that says so."""
    return tuple(part for file in files for part in _parts_of(file, ROWS_PER_PART))


def _parts_of(file: str, rows: int) -> list[Part]:
    try:
        with open_source_file(file) as opened:
            cut = {"parquet": _cut_parquet, "csv": _cut_csv, "jsonl": _cut_lines}[kind_of(file)]
            return list(cut(file, opened, rows))
    except BulkRefused:
        raise
    except Exception as error:
        if not is_of_the_data(error):
            raise BulkRefused(f"{file} cannot be read: {error}") from None
        # Whatever a reader makes of a damaged file: the other files go on.
        return [Part(file=file, first=0, rows=0, fault=f"{type(error).__name__}: {error}")]


def _cut_lines(file: str, opened: Any, rows: int) -> Iterator[Part]:
    position = 0

    def sized() -> Iterator[tuple[int, bytes]]:
        nonlocal position
        for line in opened:
            position += len(line)
            if line.strip():
                yield position - len(line), line

    return _cut(file, sized(), rows)


def _cut_csv(file: str, opened: Any, rows: int) -> Iterator[Part]:
    seen: list[bytes] = []

    def decoded() -> Iterator[str]:
        for line in opened:
            seen.append(line)
            yield line.decode("utf-8", "surrogateescape")

    def sized() -> Iterator[tuple[int, bytes]]:
        position = csv_header(opened)[1]
        for row in csv.reader(decoded()):
            raw = b"".join(seen)
            seen.clear()
            position += len(raw)
            if row:
                yield position - len(raw), raw

    return _cut(file, sized(), rows)


def _cut(file: str, records: Iterable[tuple[int, bytes]], rows: int) -> Iterator[Part]:
    first = count = start = 0
    digest = hashlib.blake2b(digest_size=8)
    for position, raw in records:
        if count == rows:
            yield Part(file=file, first=first, rows=count, start=start, digest=digest.hexdigest())
            first, count, digest = first + count, 0, hashlib.blake2b(digest_size=8)
        if count == 0:
            start = position
        digest.update(raw)
        count += 1
    if count:
        yield Part(file=file, first=first, rows=count, start=start, digest=digest.hexdigest())


def _cut_parquet(file: str, opened: Any, rows: int) -> Iterator[Part]:
    source = open_parquet(opened)
    # The footer tells the sizes and the extremes of every column of every row group.
    opened.seek(-8, 2)
    length = int.from_bytes(opened.read(4), "little")
    opened.seek(-8 - length, 2)
    digest = hashlib.blake2b(opened.read(length), digest_size=8).hexdigest()
    total = source.metadata.num_rows
    for first in range(0, total, rows):
        yield Part(file=file, first=first, rows=min(rows, total - first), digest=digest)
