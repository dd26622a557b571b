"""A compiled model on disk: the folder that the server loads, with the hashes that it must have.

.models/default-3f2a91c07b1d/   model.onnx  tokenizer.json  thresholds.json  compiled.json
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from moderation.errors import ModelError

RECORD = "compiled.json"
#: Raised whenever the compiler makes another file from the same checkpoint, so that old ones are not served.
COMPILER_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What ``compiled.json`` says."""

    name: str
    #: sha256 of the checkpoint or pack that this was compiled from.
    source: str
    precision: str
    classes: tuple[str, ...]
    #: Tokens that the model reads at once, special ones included.
    window: int
    #: File name to sha256.
    files: Mapping[str, str]
    #: Largest difference to the real Detoxify class on the probe texts: of the fp32 export, and of this file.
    parity_fp32: float
    parity: float
    compiler: int = COMPILER_VERSION

    @property
    def version(self) -> str:
        """Twelve hex digits of the model file's hash; quoted by every decision."""
        return self.files["model.onnx"][:12]


def model_root(directory: Path | None = None) -> Path:
    """Where compiled models live: the argument, ``$MODERATION_MODEL_DIRECTORY``, or ``.models`` beside pyproject.toml."""
    if directory is not None:
        return directory
    if given := os.environ.get("MODERATION_MODEL_DIRECTORY"):
        return Path(given)
    project = Path(__file__).parents[2]
    return (project if (project / "pyproject.toml").exists() else Path.cwd()) / ".models"


def folder_of(root: Path, name: str, source: str) -> Path:
    """The folder for one checkpoint; another checkpoint or compiler makes another folder."""
    return root / f"{name}-{source[:12]}-{COMPILER_VERSION}"


def find_compiled(root: Path, name: str) -> Path:
    """The newest compiled folder of that name.

    Raises:
        ModelError: There is none.
    """
    found = [
        path.parent
        for path in root.glob(f"{name}-*-{COMPILER_VERSION}/{RECORD}")
        if path.parent.name.rsplit("-", 2)[0] == name
    ]
    if not found:
        raise ModelError(
            f"The toxicity model {name!r} is not compiled in {root}. Run `moderation models compile"
            f"{'' if name == 'default' else f' {name}'}` once (it takes under a minute), or set MODERATION_MODEL_DIRECTORY "
            "to the folder that holds it."
        )
    return max(found, key=lambda path: (path / RECORD).stat().st_mtime)


def read_compiled(folder: Path) -> Compiled:
    """Read and verify: every file must have the hash that the record names.

    Raises:
        ModelError: A file is absent or damaged.
    """
    try:
        data = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        compiled = Compiled(**{**data, "classes": tuple(data["classes"])})
        for name, expected in compiled.files.items():
            if file_hash(folder / name) != expected:
                raise ModelError(
                    f"{folder / name} is damaged: its sha256 is not the one in {RECORD}. "
                    f"Delete {folder} and run `moderation models compile` again."
                )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"{folder} is not a compiled model ({error}). Delete it and run `moderation models compile` again."
        ) from error
    return compiled


def write_compiled(folder: Path, compiled: Compiled) -> None:
    """Write the record; last, because a folder with a record is taken to be complete."""
    (folder / RECORD).write_text(json.dumps(asdict(compiled), indent=2) + "\n", encoding="utf-8")


def file_hash(path: Path) -> str:
    """sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
