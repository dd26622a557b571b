"""``python -m moderation.toxicity.train.publish``: turn a finished run into the shipped pack.

    python -m moderation.toxicity.train.publish --data DIR --run .models/run2

The weights are packed first, compiled, and then the thresholds are calibrated on that compiled file, so that
they fit the numbers that will be served.
"""

import argparse
import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path

from moderation.toxicity.calibration import calibrate
from moderation.toxicity.compile import checkpoint_of, compile_checkpoint
from moderation.toxicity.compiled import file_hash, folder_of, model_root, read_compiled, write_compiled
from moderation.toxicity.engines import OnnxEngine
from moderation.toxicity.groups import impartial_scores
from moderation.toxicity.heldout import SHORT, family_rows, labelled_rows, score
from moderation.toxicity.pack import PACK, Pack, seal, weights_hash, write_pack
from moderation.toxicity.scores import CLASSES
from moderation.toxicity.thresholds import write_thresholds

log = logging.getLogger("moderation.toxicity.train")

#: Labelled sources whose clean rows are like orders: short, and clean beyond doubt.
ORDER_LIKE = ("synth_clean", "synth_toxic", "synth_prof", "surge_prof", "templates", "toxic_span_text")


def publish(data: Path, run: Path, pack: Path, root: Path | None = None) -> Path:
    """Write the pack, calibrate it on its compiled form, seal it and compile it; returns the compiled folder."""
    from safetensors.numpy import load_file

    weights = load_file(run / "weights.safetensors")
    record = json.loads((run / "run.json").read_text(encoding="utf-8")) if (run / "run.json").exists() else {}
    about = {
        "classes": list(CLASSES),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
        "weights_sha256": weights_hash(weights),
        "run": record,
    }
    (pack / "thresholds.json").unlink(missing_ok=True)
    written = write_pack(pack, weights, run, about)
    rows = family_rows("calibration") + [row for row in labelled_rows(data, "calibration") if row.source in ORDER_LIKE]
    # Compiled where the result will be served from: the same file is calibrated and then kept.
    candidate = compile_checkpoint(checkpoint_of(written), "candidate", root)
    scored = score([row for row in rows if len(row.text) <= SHORT], impartial_scores(OnnxEngine(candidate)))
    found = calibrate(scored.scores, scored.harmful)
    write_thresholds(pack / "thresholds.json", found.thresholds)
    log.info("%d rows, %d harmful: %s", len(scored.rows), scored.harmful.sum(), found.chosen)
    curve = [
        {"share": point.share, "false_alarms": point.false_alarms, "caught": point.caught} for point in found.curve
    ]
    chosen = {"share": found.chosen.share, "false_alarms": found.chosen.false_alarms, "caught": found.chosen.caught}
    sealed = seal(pack, {**about, "calibration": {"rows": len(scored.rows), "chosen": chosen, "curve": curve}})
    return adopt(candidate, sealed, root)


def adopt(candidate: Path, pack: Pack, root: Path | None) -> Path:
    """Make the compiled candidate the compiled default of the sealed pack: the same model, now with its thresholds."""
    folder = folder_of(model_root(root), "default", pack.sha256)
    shutil.rmtree(folder, ignore_errors=True)
    compiled = read_compiled(candidate)
    candidate.rename(folder)
    shutil.copy(pack.folder / "thresholds.json", folder / "thresholds.json")
    files = {**compiled.files, "thresholds.json": file_hash(folder / "thresholds.json")}
    write_compiled(folder, replace(compiled, name="default", source=pack.sha256, files=files))
    return folder


def main() -> None:
    """Parse the arguments and publish."""
    parser = argparse.ArgumentParser(
        prog="python -m moderation.toxicity.train.publish", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled sources")
    parser.add_argument("--run", type=Path, required=True, help="folder of the finished training run")
    parser.add_argument("--pack", type=Path, default=PACK)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info("%s", publish(arguments.data, arguments.run, arguments.pack))


if __name__ == "__main__":
    main()
