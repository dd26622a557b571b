"""``python -m moderation.toxicity.train.average``: one model from several runs that continue one another.

    python -m moderation.toxicity.train.average --out .models/mixed moderation/toxicity/pack=0.4 .models/run1=0.15 .models/run2=0.45

The average of such runs errs less on unseen texts than any of them: each learned the same things, and forgot others.
"""

import argparse
import json
import logging
import shutil
from pathlib import Path

import numpy as np

from moderation.errors import ModelError
from moderation.toxicity.pack import COMPANIONS, MANIFEST, read_pack, unpack

log = logging.getLogger("moderation.toxicity.train")


def average(parts: dict[Path, float], out: Path) -> None:
    """Write the weighted mean of the runs' weights, with the files of the last of them.

    Args:
        parts: Folder of a run or of a pack to its share; the shares sum to 1.

    Raises:
        ModelError: The shares do not sum to 1, or the runs are not of one shape.
    """
    from safetensors.numpy import load_file, save_file

    if abs(sum(parts.values()) - 1) > 1e-6:
        raise ModelError(f"The shares sum to {sum(parts.values()):g}; they must sum to 1.")
    read = [
        (
            share,
            unpack(read_pack(folder)) if (folder / MANIFEST).exists() else load_file(folder / "weights.safetensors"),
        )
        for folder, share in parts.items()
    ]
    shapes = [{name: value.shape for name, value in weights.items()} for _, weights in read]
    if any(each != shapes[0] for each in shapes):
        raise ModelError(f"{', '.join(map(str, parts))} are not of one shape; only runs that continue one another are.")
    shares = [share for share, _ in read]
    mean = {
        name: np.average([weights[name] for _, weights in read], axis=0, weights=shares).astype(np.float32)
        for name in shapes[0]
    }
    out.mkdir(parents=True, exist_ok=True)
    last = list(parts)[-1]
    for name in COMPANIONS:
        shutil.copy(last / name, out / name)
    save_file(mean, out / "weights.safetensors")
    record = json.loads((last / "run.json").read_text(encoding="utf-8")) if (last / "run.json").exists() else {}
    record["average_of"] = {folder.name: share for folder, share in parts.items()}
    (out / "run.json").write_text(json.dumps(record, indent=2), encoding="utf-8")


def main() -> None:
    """Parse the arguments and average."""
    parser = argparse.ArgumentParser(
        prog="python -m moderation.toxicity.train.average", description=__doc__.splitlines()[0]
    )
    parser.add_argument("parts", nargs="+", metavar="FOLDER=SHARE")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pairs = (part.rpartition("=") for part in arguments.parts)
    average({Path(folder): float(share) for folder, _, share in pairs}, arguments.out)
    log.info("%s", arguments.out)


if __name__ == "__main__":
    main()
