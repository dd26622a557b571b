"""Open a model by name: what the pipeline, the command line and the detector are given."""

from pathlib import Path
from typing import Literal

from moderation.errors import ModelError
from moderation.toxicity.cache import ScoreCache
from moderation.toxicity.compiled import find_compiled, folder_of, model_root, read_compiled
from moderation.toxicity.engines import DetoxifyEngine, OnnxEngine
from moderation.toxicity.pack import PACK, read_pack

Engine = Literal["onnx", "detoxify"]


def load_model(
    engine: Engine = "onnx",
    model: str = "default",
    directory: Path | None = None,
    *,
    threads: int = 1,
    cache: ScoreCache | None = None,
) -> OnnxEngine | DetoxifyEngine:
    """The model behind one of the engines, verified and ready to answer.

    Args:
        engine: ``onnx`` serves the compiled file; ``detoxify`` serves the checkpoint through torch.
        model: ``default``, the name of an official checkpoint, or the name given to a compiled file.
        directory: Where compiled models live; None for ``$MODERATION_MODEL_DIRECTORY`` or ``.models``.

    Raises:
        ModelError: The model is not compiled, is damaged, or cannot be loaded; the message says what to do.
    """
    if engine == "detoxify":
        return _detoxify(model, directory, cache)
    if engine != "onnx":
        raise ModelError(f"There is no engine {engine!r}; choose onnx or detoxify.")
    return OnnxEngine(compiled_folder(model, directory), threads=threads, cache=cache)


def compiled_folder(model: str = "default", directory: Path | None = None) -> Path:
    """Where that model is compiled.

    Raises:
        ModelError: It is not; for the default also when only an older pack was compiled.
    """
    root = model_root(directory)
    if model != "default":
        return find_compiled(root, model)
    # By the pack's own hash: a folder compiled from an older pack must not answer for a newer one.
    folder = folder_of(root, model, read_pack(PACK).sha256)
    if folder.exists():
        return folder
    older = sorted(path.name for path in root.glob("default-*"))
    hint = f" ({', '.join(older)} belongs to another version)" if older else ""
    raise ModelError(
        f"The default toxicity model is not compiled: {folder} does not exist{hint}. "
        "Run `moderation models compile` once; it takes under a minute."
    )


def compile_model(
    name: str = "default",
    directory: Path | None = None,
    *,
    checkpoint: Path | None = None,
    base: Path | None = None,
    sha256: str | None = None,
) -> Path:
    """Compile the default, an official checkpoint by name, or a checkpoint file; returns the compiled folder.

    Args:
        name: ``default``, an official name, or the name to give to ``checkpoint``.
        checkpoint: A local Detoxify checkpoint file.
        base: Folder with the config and tokenizer files of its base model; None for the file's own folder.
        sha256: What the file must hash to; required with ``checkpoint``.

    Raises:
        ModelError: as the checkpoint, the official names and the compiler raise it.
    """
    from moderation.toxicity.compile import compile_checkpoint, compile_default

    if checkpoint is not None:
        from moderation.toxicity.checkpoint import read_checkpoint

        if sha256 is None:
            raise ModelError(
                f"Give --sha256 with {checkpoint}: a checkpoint that was not pinned is not compiled. "
                f"`sha256sum {checkpoint}` prints it; compare it with your source first."
            )
        return compile_checkpoint(read_checkpoint(checkpoint, base or checkpoint.parent, sha256), name, directory)
    if name == "default":
        return compile_default(directory)
    from moderation.toxicity.official import official_checkpoint

    return compile_checkpoint(official_checkpoint(name, directory, sha256), name, directory)


def _detoxify(model: str, directory: Path | None, cache: ScoreCache | None) -> DetoxifyEngine:
    if model == "default":
        from moderation.toxicity.compile import checkpoint_of

        return DetoxifyEngine(checkpoint_of(read_pack(PACK)), cache=cache)
    from moderation.toxicity.official import official_checkpoint

    return DetoxifyEngine(official_checkpoint(model, directory), cache=cache)


def compiled_models(directory: Path | None = None) -> list[tuple[Path, str]]:
    """Every compiled folder with one word on its state: ``ok`` or the reason why it cannot serve."""
    found = []
    for folder in sorted(path.parent for path in model_root(directory).glob("*/compiled.json")):
        try:
            read_compiled(folder)
            found.append((folder, "ok"))
        except ModelError as error:
            found.append((folder, str(error)))
    return found
