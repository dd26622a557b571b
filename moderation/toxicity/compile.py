"""Compile a checkpoint for serving: real Detoxify -> ONNX -> int8 -> parity check -> folder named by hash.

Needs torch and onnx; done once, at set-up or at image build.
"""

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from moderation.errors import ModelError
from moderation.toxicity.checkpoint import Checkpoint, as_detoxify, check, tokenizer_of
from moderation.toxicity.compiled import (
    RECORD,
    Compiled,
    file_hash,
    folder_of,
    model_root,
    read_compiled,
    write_compiled,
)
from moderation.toxicity.engines import OnnxEngine
from moderation.toxicity.pack import PACK, Pack, read_pack, unpack

Precision = Literal["int8", "fp32"]

#: The export may differ from torch by rounding only.
FP32_TOLERANCE = 1e-3
#: int8 differs by design; more than this on plain texts means that the compilation went wrong.
INT8_TOLERANCE = 0.5

#: Of every kind that matters to an export: short, long, other scripts, emoji, empty, longer than padding.
PROBES = (
    "", "Anna", "Happy birthday, Grandma!", "you are a worthless idiot", "In loving memory of Rex 2009-2023", "I will find you and kill you",
    "Proud lesbian mom", "go back to where you came from", "❤️🎉", "Ülkü & Þórður", "с днём рождения", "お誕生日おめでとう", "FC Scunthorpe 1899",
    "f u c k off", "ride or die", "1488", "To the moon and back, love you forever and always, your little family from the blue house",
    "sexy beast", "kys", "Don't call me a loser",
)  # fmt: skip


def compile_default(directory: Path | None = None, *, pack: Path = PACK) -> Path:
    """Compile the shipped model, unless that was done before; returns its folder.

    Raises:
        ModelError: The pack is damaged, or torch and onnx are not installed.
    """
    read = read_pack(pack)
    folder = folder_of(model_root(directory), "default", read.sha256)
    if (folder / RECORD).exists():
        read_compiled(folder)
        return folder
    return compile_checkpoint(checkpoint_of(read), "default", directory)


def checkpoint_of(pack: Pack) -> Checkpoint:
    """The pack as a checked Detoxify checkpoint."""
    import torch

    state = {name: torch.from_numpy(value) for name, value in unpack(pack).items()}
    about = pack.about
    return check(sha256=pack.sha256, folder=pack.folder, model_name=about["model_name"], tokenizer_name=about["tokenizer_name"],
                 outputs=len(about["classes"]), classes=about["classes"], state=state)  # fmt: skip


def compile_checkpoint(
    checkpoint: Checkpoint, name: str, directory: Path | None = None, *, precision: Precision = "int8"
) -> Path:
    """Compile a checked checkpoint into ``<directory>/<name>-<hash>-<compiler>``; returns that folder.

    Raises:
        ModelError: The compiled model does not answer as Detoxify does.
    """
    root = model_root(directory)
    root.mkdir(parents=True, exist_ok=True)
    detoxify = as_detoxify(checkpoint)
    # Made aside and moved when complete: a stopped compilation leaves nothing that could be served.
    with tempfile.TemporaryDirectory(dir=root, prefix=".compiling-") as scratch:
        work = Path(scratch)
        _export(detoxify.model, work / "exported.onnx")
        _fuse(detoxify.model.config, work / "exported.onnx")
        tokenizer_of(detoxify).save(str(work / "tokenizer.json"))
        if (checkpoint.folder / "thresholds.json").exists():
            shutil.copy(checkpoint.folder / "thresholds.json", work / "thresholds.json")
        shutil.copy(work / "exported.onnx", work / "model.onnx")
        parity = parity_fp32 = _seal(work, checkpoint, name, "fp32", detoxify, 0.0)
        _require(parity_fp32, FP32_TOLERANCE, name)
        if precision == "int8":
            _quantise(work)
            parity = _seal(work, checkpoint, name, "int8", detoxify, parity_fp32)
            _require(parity, INT8_TOLERANCE, name)
        (work / "exported.onnx").unlink()
        folder = folder_of(root, name, checkpoint.sha256)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
        work.mkdir()  # for TemporaryDirectory to remove
    os.chmod(folder, 0o755)  # noqa: PTH101 - temporary folders are private; the server may run as another user
    return folder


def _export(model: Any, path: Path) -> None:
    import torch

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            return self.model(input_ids, attention_mask=attention_mask).logits

    model.config._attn_implementation = "eager"  # the fused attention does not trace with a variable length
    pad = model.config.pad_token_id or 0
    ids = torch.tensor([[5, 6, 7, 8, 9, 10], [5, 6, 7, pad, pad, pad]])
    mask = (ids != pad).long()
    axes = {"input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}, "logits": {0: "batch"}}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on constants; parity is measured below
        torch.onnx.export(Logits().eval(), (ids, mask), str(path), input_names=["input_ids", "attention_mask"], output_names=["logits"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)  # fmt: skip


def _fuse(config: Any, path: Path) -> None:
    """Put attention, layer norm and GELU into one node each, in place: a third of the nodes, the same answers."""
    from onnxruntime.transformers.optimizer import optimize_model

    with _quiet():
        fused = optimize_model(
            str(path), "bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size, opt_level=0
        )
        fused.save_model_to_file(str(path))


def _quantise(work: Path) -> None:
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        # reduce_range: seven bits, so that sums do not saturate on processors without VNNI; the same answer everywhere.
        # The type of what fused nodes give is not inferred, so it is said.
        quantize_dynamic(
            work / "exported.onnx",
            work / "model.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the optimiser's and the quantiser's running commentary on the root logger."""
    level = logging.root.level
    logging.root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logging.root.setLevel(level)


def _seal(
    work: Path, checkpoint: Checkpoint, name: str, precision: Precision, detoxify: Any, parity_fp32: float
) -> float:
    """Write the record, then measure the largest difference to Detoxify through the serving engine itself."""

    def record(parity: float) -> None:
        files = {
            file: file_hash(work / file)
            for file in ("model.onnx", "tokenizer.json", "thresholds.json")
            if (work / file).exists()
        }
        write_compiled(work, Compiled(name=name, source=checkpoint.sha256, precision=precision, classes=checkpoint.classes,
                                      window=checkpoint.window, files=files, parity_fp32=parity_fp32 or parity, parity=parity))  # fmt: skip

    record(0.0)
    engine = OnnxEngine(work)
    difference = 0.0
    for probe in PROBES:
        expected, answer = detoxify.predict(probe), engine.scores(probe)
        difference = max(difference, *(abs(answer[key] - float(expected[key])) for key in checkpoint.classes))
    record(difference)
    return difference


def _require(difference: float, tolerance: float, name: str) -> None:
    if not difference <= tolerance:
        raise ModelError(
            f"The compiled model {name!r} differs from Detoxify by {difference:.4f} on the probe texts; at most {tolerance} is "
            "allowed. Nothing was installed. Check the versions of torch, onnx and onnxruntime."
        )
