"""Where a job's answers go: a directory, or a place in an object store. A name in it is there whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Files that are being written; what a killed worker leaves begins with this too.
UNFINISHED = ".unfinished-"


class Folder:
    """Made when it is missing. Travels to worker processes."""

    def __init__(self, address: str) -> None:
        """
        Args:
            address: A path, ``file:///...``, or what pyarrow knows: ``s3://bucket/path``, ``gs://...``, ``abfs://...``.
        """
        self.address = address
        self._is_remote = "://" in address and not address.startswith("file://")

    def make(self) -> None:
        filesystem, path = self._open()
        filesystem.create_dir(path, recursive=True)

    def names(self) -> set[str]:
        """Of everything that is finished in it."""
        from pyarrow.fs import FileSelector

        filesystem, path = self._open()
        found = {info.base_name for info in filesystem.get_file_info(FileSelector(path, allow_not_found=True))}
        return {name for name in found if not name.startswith(UNFINISHED)}

    def read(self, name: str) -> bytes:
        filesystem, path = self._open()
        with filesystem.open_input_stream(f"{path}/{name}") as file:
            data: bytes = file.read()
        return data

    def remove(self, name: str) -> None:
        filesystem, path = self._open()
        filesystem.delete_file(f"{path}/{name}")

    def sweep(self) -> None:
        """Remove what killed workers have left."""
        if not self._is_remote:
            for left in Path(self._open()[1]).glob(f"{UNFINISHED}*"):
                shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A file to be written; it appears under its name when the block ends well."""
        filesystem, path = self._open()
        directory = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=None if self._is_remote else path))
        try:
            written = directory / name
            yield written
            if self._is_remote:
                # An object is seen when its upload is closed, not before.
                with written.open("rb") as source, filesystem.open_output_stream(f"{path}/{name}") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            else:
                with written.open("rb") as source:
                    os.fsync(source.fileno())
                written.replace(Path(path) / name)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _open(self) -> tuple[Any, str]:
        from pyarrow.fs import FileSystem

        address = self.address if "://" in self.address else str(Path(self.address).absolute())
        filesystem, path = FileSystem.from_uri(address)
        return filesystem, path.rstrip("/")
