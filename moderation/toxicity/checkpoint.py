"""Read a Detoxify checkpoint safely, check it fully, and hand it to the real Detoxify class.

Detoxify itself unpickles whatever it is given and fills a missing key with random weights. Here the file's
hash is checked first, nothing but tensors and plain values is unpickled, and every key and shape must be the
architecture's; only then is the file rewritten in memory, and only those bytes reach Detoxify.

torch, transformers and detoxify are imported inside functions: the server must not load them.
"""

import hashlib
import hmac
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.errors import ModelError
from moderation.toxicity.scores import CLASSES

ARCHITECTURES = {
    "BertForSequenceClassification": "BertTokenizer",
    "RobertaForSequenceClassification": "RobertaTokenizer",
    "AlbertForSequenceClassification": "AlbertTokenizer",
    "XLMRobertaForSequenceClassification": "XLMRobertaTokenizer",
}

#: Detoxify's older names of the same classes.
RENAMED = {"toxic": "toxicity", "identity_hate": "identity_attack", "severe_toxic": "severe_toxicity"}

#: No message needs more; attention grows with the square of the window.
LARGEST_WINDOW = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checked checkpoint, ready for Detoxify."""

    #: Of the checkpoint file or of the pack's manifest.
    sha256: str
    #: Holds ``config.json`` and ``tokenizer.json``.
    folder: Path
    model_name: str
    tokenizer_name: str
    classes: tuple[str, ...]
    #: Outputs of the network; ``unbiased`` has 16 and names the first 7.
    outputs: int
    state: Mapping[str, Any]
    #: Tokens read at once, special ones included.
    window: int


def read_checkpoint(path: Path, folder: Path, sha256: str) -> Checkpoint:
    """Read a checkpoint file that someone else made.

    Args:
        path: The ``.ckpt`` file.
        folder: Holds the ``config.json`` and tokenizer files of its base model.
        sha256: What the file must hash to, 64 hex digits.

    Raises:
        ModelError: The file is absent, altered, malicious, incomplete, or of another architecture.
    """
    torch = _torch()
    try:
        data = path.read_bytes()  # once: the same bytes are hashed and parsed
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}). Give the path of a Detoxify checkpoint."
        ) from error
    actual = hashlib.sha256(data).hexdigest()
    if not hmac.compare_digest(actual, sha256.lower()):
        raise ModelError(
            f"{path} has sha256 {actual}, not {sha256}. Fetch it again from a source you trust, or correct the pinned hash."
        )
    try:
        raw = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # UnpicklingError, EOFError, zip and runtime errors alike: it is not a file to trust
        raise ModelError(
            f"{path} is damaged or contains code ({type(error).__name__}); none of it was run. "
            "Use an original Detoxify checkpoint."
        ) from error
    try:
        arguments, classes, state = (
            raw["config"]["arch"]["args"],
            raw["config"]["dataset"]["args"]["classes"],
            raw["state_dict"],
        )
        model_name, tokenizer_name = str(arguments["model_name"]), str(arguments["tokenizer_name"])
        outputs = int(arguments["num_classes"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} is not a Detoxify checkpoint: {error} is missing. It needs config and state_dict."
        ) from error
    return check(
        sha256=actual,
        folder=folder,
        model_name=model_name,
        tokenizer_name=tokenizer_name,
        outputs=outputs,
        classes=classes,
        state=state,
    )


def check(
    *,
    sha256: str,
    folder: Path,
    model_name: str,
    tokenizer_name: str,
    outputs: int,
    classes: Any,
    state: Mapping[str, Any],
) -> Checkpoint:
    """Check names, class count, keys and shapes against the architecture.

    Raises:
        ModelError: naming what does not fit.
    """
    if ARCHITECTURES.get(model_name) is None or tokenizer_name not in ARCHITECTURES.values():
        raise ModelError(
            f"Architecture {model_name} with {tokenizer_name} is not one of Detoxify's: {', '.join(ARCHITECTURES)}."
        )
    named = tuple(RENAMED.get(str(name), str(name)) for name in classes)
    strange = sorted(set(named) - set(CLASSES))
    if strange or len(set(named)) != len(named) or not named:
        raise ModelError(f"The checkpoint's classes {list(named)} are not Detoxify's ({', '.join(CLASSES)}).")
    config = _config(folder, model_name)
    if config.num_labels != outputs or len(named) > outputs:
        raise ModelError(
            f"{folder / 'config.json'} has {config.num_labels} labels, the checkpoint {outputs} outputs and {len(named)} class "
            f"names. Give config.json {outputs} id2label entries (Detoxify's unbiased files have 16)."
        )
    state = {name: value.float() for name, value in state.items() if not name.endswith("position_ids")}
    _check_shapes({name: tuple(value.shape) for name, value in state.items()}, _expected(config, model_name))
    return Checkpoint(
        sha256=sha256,
        folder=folder,
        model_name=model_name,
        tokenizer_name=tokenizer_name,
        classes=named,
        outputs=outputs,
        state=state,
        window=_window(config),
    )


def as_detoxify(checkpoint: Checkpoint) -> Any:
    """The real ``Detoxify`` object of a checked checkpoint, from bytes that were written here."""
    torch = _torch()
    # Detoxify asks the hub for config.json when model_type is a name; a folder keeps it offline.
    arguments = {
        "model_type": str(checkpoint.folder.resolve()),
        "model_name": checkpoint.model_name,
        "tokenizer_name": checkpoint.tokenizer_name,
        "num_classes": checkpoint.outputs,
    }
    rewritten = io.BytesIO()
    torch.save(
        {
            "config": {"arch": {"args": arguments}, "dataset": {"args": {"classes": list(checkpoint.classes)}}},
            "state_dict": dict(checkpoint.state),
        },
        rewritten,
    )
    rewritten.seek(0)
    from detoxify import Detoxify

    detoxify = Detoxify(checkpoint=rewritten, huggingface_config_path=arguments["model_type"])
    detoxify.model.eval()
    return detoxify


def tokenizer_of(detoxify: Any) -> Any:
    """The ``tokenizers.Tokenizer`` that Detoxify really uses: its class may rebuild what tokenizer.json says."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(detoxify.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _torch() -> Any:
    # Set before transformers is first imported: nothing here may reach out for files.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import detoxify  # noqa: F401 - asked for here so that its absence is one clear sentence
        import torch
    except ImportError as error:
        raise ModelError(
            f"Compiling a model needs {error.name}, which is not installed. Run `pip install 'moderation[models]'`."
        ) from error
    return torch


def _config(folder: Path, model_name: str) -> Any:
    import transformers

    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).exists()]
    if missing:
        raise ModelError(
            f"{folder} lacks {' and '.join(missing)}. Put the base model's config and tokenizer files there."
        )
    try:
        return getattr(transformers, model_name).config_class.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / 'config.json'} cannot be read ({error}).") from error


def _expected(config: Any, model_name: str) -> dict[str, tuple[int, ...]]:
    import torch
    import transformers

    with torch.device("meta"):  # shapes only; no memory
        model = getattr(transformers, model_name)(config)
    return {name: tuple(value.shape) for name, value in model.state_dict().items() if not name.endswith("position_ids")}


def _check_shapes(have: Mapping[str, tuple[int, ...]], want: Mapping[str, tuple[int, ...]]) -> None:
    missing, extra = sorted(want.keys() - have.keys()), sorted(have.keys() - want.keys())
    misshaped = sorted(name for name in want.keys() & have.keys() if want[name] != have[name])
    if missing or extra or misshaped:
        example = misshaped[0] if misshaped else (missing or extra)[0]
        raise ModelError(
            f"The checkpoint does not fit its architecture: {len(missing)} keys missing, {len(extra)} unknown, "
            f"{len(misshaped)} of another shape (for instance {example}). Detoxify would fill the gap with random weights; "
            "use a complete checkpoint and the config.json of its base model."
        )


def _window(config: Any) -> int:
    # RoBERTa's positions begin after the padding id, so two rows are never used.
    reserved = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return min(LARGEST_WINDOW, int(config.max_position_embeddings) - reserved)
