"""The shipped form of the default model: int8 rows and fp16 scales in safetensors parts, no pickle.

    pack/  pack.json  weights-1-of-4.safetensors ...  tokenizer.json  config.json  thresholds.json  NOTICE

``pack.json`` names every file with its size and sha256; its own sha256 is the pack's identity. Parts stay
under 4 MB so that repositories and mirrors with small file limits carry them.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.errors import ModelError
from moderation.toxicity.compiled import file_hash

PACK = Path(__file__).parent / "pack"
MANIFEST = "pack.json"
PART_BYTES = 3_900_000
PACK_BYTES = 16_000_000
#: Files of a model folder that travel with the weights.
COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A verified pack."""

    folder: Path
    #: sha256 of the manifest, and so of everything.
    sha256: str
    #: Class names, architecture and whatever else the trainer recorded.
    about: Mapping[str, Any]


def write_pack(folder: Path, weights: Arrays, model_folder: Path, about: Mapping[str, Any]) -> Pack:
    """Write the weights of a trained model and its companion files as a pack.

    Args:
        weights: fp32 arrays by name.
        model_folder: Holds the companion files.
        about: Recorded in the manifest: ``classes``, ``model_name``, ``tokenizer_name``, run and source facts.

    Raises:
        ModelError: The pack would be larger than its limit.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("weights-*.safetensors"):
        old.unlink()
    parts = list(_parts(dict(_quantised(weights))))
    for number, part in enumerate(parts, start=1):
        save_file(part, folder / f"weights-{number}-of-{len(parts)}.safetensors")
    for name in COMPANIONS:
        shutil.copy(model_folder / name, folder / name)
    return seal(folder, about)


def seal(folder: Path, about: Mapping[str, Any]) -> Pack:
    """Write the manifest over the files that are there; run again when thresholds change.

    Raises:
        ModelError: The pack is larger than its limit.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in (MANIFEST, "NOTICE"))
    files = {name: {"sha256": file_hash(folder / name), "bytes": (folder / name).stat().st_size} for name in names}
    size = sum(int(str(entry["bytes"])) for entry in files.values())
    if size > PACK_BYTES:
        raise ModelError(f"The pack would be {size} bytes; the limit is {PACK_BYTES}. Choose a smaller vocabulary.")
    manifest = {"format": 1, **about, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return read_pack(folder)


def read_pack(folder: Path = PACK) -> Pack:
    """Read the manifest and verify every file against it.

    Raises:
        ModelError: The pack is absent, incomplete or damaged; the message names the file.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, version = dict(manifest.pop("files")), manifest.pop("format")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST} cannot be read ({error}). Install the package again.") from error
    if version != 1:
        raise ModelError(f"{folder / MANIFEST} has format {version}; this version of the product reads format 1.")
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path} is missing from the model pack. Install the package again.")
        if file_hash(path) != expected["sha256"]:
            raise ModelError(f"{path} is damaged: its sha256 is not the one in {MANIFEST}. Install the package again.")
    return Pack(folder=folder, sha256=file_hash(folder / MANIFEST), about=manifest)


def unpack(pack: Pack) -> dict[str, NDArray[np.float32]]:
    """The weights as fp32 arrays by name."""
    from safetensors.numpy import load_file

    stored: dict[str, NDArray[Any]] = {}
    for path in sorted(pack.folder.glob("weights-*.safetensors")):
        stored.update(load_file(path))
    pieces: dict[str, dict[int, NDArray[np.float32]]] = {}
    for key, value in stored.items():
        if key.endswith(".scale"):
            continue
        name, _, number = key.partition("#")
        rows = (
            value.astype(np.float32) * stored[f"{key}.scale"].astype(np.float32)[:, None]
            if value.dtype == np.int8
            else value
        )
        pieces.setdefault(name, {})[int(number or 0)] = rows.astype(np.float32)
    return {name: np.concatenate([rows[at] for at in sorted(rows)]) for name, rows in pieces.items()}


def weights_hash(weights: Arrays) -> str:
    """sha256 over names and bytes of the arrays; names a training result whatever file holds it."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    return digest.hexdigest()


def _quantised(weights: Arrays) -> Iterator[tuple[str, NDArray[Any]]]:
    """Matrices as int8 rows with one fp16 scale a row, cut to part size; vectors as they are."""
    for name, value in weights.items():
        if value.ndim != 2:
            yield name, value.astype(np.float32)
            continue
        # The scale is rounded up to fp16 first and used as rounded, so that unpacking is exact.
        scales = np.nextafter((np.abs(value).max(axis=1) / 127).astype(np.float16), np.float16(np.inf)).astype(
            np.float32
        )
        rows = np.clip(np.rint(value / scales[:, None]), -127, 127).astype(np.int8)
        step = max(1, (PART_BYTES - 200_000) // value.shape[1])
        for number, first in enumerate(range(0, len(rows), step)):
            key = f"{name}#{number}" if len(rows) > step else name
            yield key, rows[first : first + step]
            yield f"{key}.scale", scales[first : first + step].astype(np.float16)


def _parts(arrays: dict[str, NDArray[Any]]) -> Iterator[dict[str, NDArray[Any]]]:
    """First fit by size: as few parts as possible, each under the limit with its header."""
    parts: list[tuple[int, dict[str, NDArray[Any]]]] = []
    for name in sorted(arrays, key=lambda name: -arrays[name].nbytes):
        size = arrays[name].nbytes + 160
        for at, (filled, part) in enumerate(parts):
            if filled + size <= PART_BYTES:
                part[name] = arrays[name]
                parts[at] = (filled + size, part)
                break
        else:
            parts.append((size, {name: arrays[name]}))
    yield from (part for _, part in parts)
