"""What takes long to work out and changes rarely, kept on disk under the hash of what it was made from.

JSON rather than pickle: reading it runs no code, whoever wrote the file. A cache that is missing, damaged or
read-only costs time and nothing else.
"""

import hashlib
import json
import os
import tempfile
import zlib
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import unidata_version

T = TypeVar("T")
#: How many versions of one kind are kept, those that were read last: changes and their way back, several installations.
_KEPT = 8


def read(kind: str, version: str, folder: Path | None = None) -> Any:
    """What was kept, or None when it is not there whole."""
    path = _path(kind, version, folder)
    with suppress(OSError, ValueError):
        checksum, _, body = path.read_bytes().partition(b"\n")
        if checksum == _checksum(body):
            with suppress(OSError):
                os.utime(path)
            return json.loads(body)
    return None


def write(kind: str, version: str, data: Any, folder: Path | None = None) -> None:
    """Keep ``data`` for the next start. Never raises for a disk that is full or read-only."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    path = _path(kind, version, folder)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and moved: two servers that start at once never read half a file.
        handle, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(_checksum(body) + b"\n" + body)
        Path(aside).replace(path)
        for old in sorted(path.parent.glob(f"{kind}-*.json"), key=lambda each: each.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def cache_folder() -> Path:
    """``MODERATION_CACHE_DIR``, else ``moderation`` in the user's cache folder."""
    if folder := os.environ.get("MODERATION_CACHE_DIR"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "moderation"


def from_columns(made: type[T], count: int, columns: Mapping[str, Iterable[Any]]) -> tuple[T, ...]:
    """Objects of a frozen dataclass with slots, in a tenth of the time of setting each field of each by name.

    Raises:
        KeyError: The columns are not the fields of the class.
    """
    if count and columns.keys() != {each.name for each in fields(made)}:  # type: ignore[arg-type]  # a dataclass
        raise KeyError(f"the columns are not those of {made.__name__}")
    objects = tuple(made.__new__(made) for _ in range(count))
    for name, values in columns.items():
        # The slot itself sets; a frozen dataclass guards only the attribute.
        deque(map(vars(made)[name].__set__, objects, values), maxlen=0)
    return objects


def program_digest(*files: Path) -> str:
    """Of the modules and tables that something is made by, together with the Unicode tables all folding rests on."""
    digest = hashlib.sha256(_reading_digest())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _reading_digest() -> bytes:
    """Of what folds: whatever is kept has been folded."""
    digest = hashlib.sha256(f"{unidata_version} {metadata.version('anyascii')}".encode())
    for path in sorted((Path(__file__).parent / "reading").rglob("*.*")):
        if path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.digest()


def _path(kind: str, version: str, folder: Path | None) -> Path:
    return (folder or cache_folder()) / f"{kind}-{version}.json"


def _checksum(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x} {len(body)}".encode()
