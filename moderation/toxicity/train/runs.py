"""One run from a prepared folder: the model that ships, or the teachers that say what raters were unsure of.

Needs torch and transformers; nothing of the server imports this module.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from moderation.errors import ModelError
from moderation.toxicity.pack import COMPANIONS
from moderation.toxicity.train.examples import FOLDS, load_examples
from moderation.toxicity.train.learn import Plan, answer, train

#: File of a teacher's folder.
TAUGHT = "taught.npz"
HEAD_SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run learns from, beside its plan."""

    #: Share of activations left out. Without it, a few epochs learn the rows by heart and unseen texts get worse.
    dropout: float = 0.1
    #: Share of the rows written for this product that an epoch sees. Fewer of them make a model that knows long comments
    #: better and orders worse.
    ours: float = 1.0
    #: A fold that is left out.
    without: int | None = None


def learn(prepared: Path, plan: Plan, settings: Settings, out: Path, taught: NDArray[np.float32] | None = None) -> Any:
    """Train one model, write it in Detoxify's layout with ``weights.safetensors``, and return it.

    Args:
        taught: What ``read_taught`` gives.
    """
    data = load_examples(prepared / "examples.npz")
    keep = np.where(data.is_ours, settings.ours * data.keep, data.keep)
    if settings.without is not None:
        keep = np.where(data.fold == settings.without, 0.0, keep)
    model = start(prepared, settings.dropout)
    pad, mask = special(prepared)
    train(model, replace(data, keep=keep.astype(np.float32)), plan, pad=pad, mask=mask, taught=taught)
    out.mkdir(parents=True, exist_ok=True)
    for name in COMPANIONS:
        shutil.copy(prepared / name, out / name)
    weights = {name: value.float().cpu().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, out / "weights.safetensors")
    record = json.loads((prepared / "prepared.json").read_text(encoding="utf-8"))
    record |= {"plan": asdict(plan), **asdict(settings), "taught": taught is not None}
    (out / "run.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
    return model


def teach(prepared: Path, plan: Plan, settings: Settings, out: Path, fold: int) -> None:
    """Train a teacher without one fold, as a run of its own in ``out``, and write what it says of that fold.

    Labels of raters are noisy and many are missing; an opinion formed on the other rows corrects both, which a model
    that has seen the row cannot.
    """
    model = learn(prepared, plan, replace(settings, without=fold), out, None)
    data = load_examples(prepared / "examples.npz")
    said = answer(model, data, special(prepared)[0])
    said[data.fold != fold] = 0.0
    np.savez_compressed(out / TAUGHT, taught=said.astype(np.float16))


def read_taught(folders: Sequence[Path]) -> NDArray[np.float32]:
    """What the teachers in these folders say together: rows x classes, each row by the teachers that never saw it.

    Raises:
        ModelError: A fold has no teacher.
    """
    folds: dict[int, list[NDArray[np.float32]]] = {}
    for folder in folders:
        fold = json.loads((folder / "run.json").read_text(encoding="utf-8"))["without"]
        folds.setdefault(fold, []).append(np.load(folder / TAUGHT)["taught"].astype(np.float32))
    if sorted(folds) != list(range(FOLDS)):
        raise ModelError(f"Teachers for folds {sorted(folds)} are given; `teach` one for each of 0 to {FOLDS - 1}.")
    total: NDArray[np.float32] = np.sum([np.mean(said, axis=0) for said in folds.values()], axis=0)
    return total


def start(prepared: Path, dropout: float) -> Any:
    """The pruned encoder with a new head, always the same one; on the GPU when there is one."""
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(HEAD_SEED)
    config = BertConfig.from_pretrained(prepared, local_files_only=True)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
    has_gpu = torch.cuda.is_available()
    config._attn_implementation = "sdpa" if has_gpu else "eager"  # the fused one is slow backwards on a CPU
    model = BertForSequenceClassification(config)
    weights = {name: value.float() for name, value in load_file(prepared / "start.safetensors").items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected or any(not name.startswith("classifier") and "position_ids" not in name for name in missing):
        raise ModelError(f"The encoder's weights do not fit: missing {missing}, unexpected {unexpected}.")
    if has_gpu:
        torch.nn.Module.cuda(model)
    return model


def special(prepared: Path) -> tuple[int, int]:
    """Ids of the filling and of the hiding piece."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(prepared / "tokenizer.json"))
    ids = tokenizer.get_vocab()
    return ids["[PAD]"], ids["[MASK]"]
