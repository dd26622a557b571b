"""The records of one part, read where they lie: on this machine, or in an object store by Daft's file."""

import contextlib
import csv
import errno
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from api.cli.records import Record, Unreadable, read_csv, read_json_lines
from api.errors import BulkRefused
from moderation.request import CONTEXT_KEYS

if TYPE_CHECKING:
    from api.cli.bulk.plan import Part

_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".parquet": "parquet"}
#: What a request is made of; other columns of a Parquet file are not read.
_COLUMNS = {"id", "text", "fields", *CONTEXT_KEYS}


def kind_of(file: str) -> str:
    """jsonl, csv or parquet, by ending."""
    suffix = Path(urlsplit(file).path if "://" in file else file).suffix.lower()
    if suffix not in _KINDS:
        raise BulkRefused(f"{file} ends in none of {', '.join(_KINDS)}. Rename it, or leave it out.")
    return _KINDS[suffix]


def open_source_file(file: str) -> IO[bytes]:
    """A file of this machine or of an object store, to be read from any place."""
    if file.startswith("file://"):
        return Path(unquote(urlsplit(file).path)).open("rb")
    if "://" not in file:
        return Path(file).open("rb")
    return open_remote(file)


def open_remote(file: str) -> IO[bytes]:
    """A file by Daft, which asks the store for the ranges that are read."""
    return io.BufferedReader(_Remote(file), 1 << 20)


def is_of_the_data(error: Exception) -> bool:
    """Whether a file is damaged, which stays so; what the system or a store refuses may go well the next time."""
    return not (isinstance(error, OSError) and error.errno)


def rows_of(part: "Part") -> Iterator[Record | Unreadable]:
    """The records of the part, in order."""
    with open_source_file(part.file) as opened:
        kind = kind_of(part.file)
        if kind == "parquet":
            yield from _parquet_rows(opened, part)
        elif kind == "csv":
            header = csv_header(opened)[0]
            opened.seek(part.start)
            lines = io.TextIOWrapper(opened, "utf-8", "surrogateescape", newline="")
            yield from islice(read_csv(lines, header), part.rows)
        else:
            opened.seek(part.start)
            yield from islice(read_json_lines(opened), part.rows)


def csv_header(opened: IO[bytes]) -> tuple[list[str], int]:
    """The names in the first row, and the position behind it."""
    seen: list[bytes] = []

    def decoded() -> Iterator[str]:
        for line in opened:
            seen.append(line)
            # The mark that some programs write before the first name is no part of it.
            yield line.decode("utf-8-sig" if len(seen) == 1 else "utf-8", "surrogateescape")

    return next(csv.reader(decoded()), []), sum(map(len, seen))


def open_parquet(opened: IO[bytes]) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(opened)


def _parquet_rows(opened: IO[bytes], part: "Part") -> Iterator[Record]:
    source = open_parquet(opened)
    columns = [name for name in source.schema_arrow.names if name in _COLUMNS]
    begin, end, position = part.first, part.first + part.rows, 0
    for group in range(source.num_row_groups):
        count = source.metadata.row_group(group).num_rows
        if position < end and begin < position + count:
            at = position
            for batch in source.iter_batches(1024, row_groups=[group], columns=columns):
                wanted = batch.slice(max(0, begin - at), max(0, min(end - at, len(batch)) - max(0, begin - at)))
                yield from wanted.to_pylist()
                at += len(batch)
                if at >= end:
                    break
        position += count


class _Remote(io.RawIOBase):
    """Daft's file as Python's readers want it."""

    def __init__(self, file: str) -> None:
        import daft

        self._stack = contextlib.ExitStack()
        with _refused_by_the_store():
            self._file: Any = self._stack.enter_context(daft.File(file).open())

    def close(self) -> None:
        self._stack.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _refused_by_the_store():
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, position: int, whence: int = 0) -> int:
        return int(self._file.seek(position, whence))

    def tell(self) -> int:
        return int(self._file.tell())


@contextlib.contextmanager
def _refused_by_the_store() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise OSError(errno.EIO, str(error)) from error
