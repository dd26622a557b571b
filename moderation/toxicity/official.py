"""Detoxify's own checkpoints by name: fetched where the machine can, checked, and kept beside the compiled ones.

The release files carry the first eight hex digits of their sha256 in their names; those are checked. Pin the
full hash with ``--sha256`` once you have it.
"""

import hashlib
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from moderation.errors import ModelError
from moderation.toxicity.checkpoint import Checkpoint, read_checkpoint
from moderation.toxicity.compiled import file_hash, model_root

_RELEASES = "https://github.com/unitaryai/detoxify/releases/download/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """One released checkpoint."""

    url: str
    #: Base model whose config and tokenizer the checkpoint uses.
    base: str
    outputs: int

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[1]

    @property
    def hash_prefix(self) -> str:
        """First eight hex digits of the file's sha256, from its name."""
        return self.file.removesuffix(".ckpt").rsplit("-", 1)[1]


OFFICIAL = {
    "original": Official(url=_RELEASES + "v0.1-alpha/toxic_original-c1212f89.ckpt", base="bert-base-uncased", outputs=6),
    "unbiased": Official(url=_RELEASES + "v0.3-alpha/toxic_debiased-c7548aa0.ckpt", base="roberta-base", outputs=16),
    "multilingual": Official(url=_RELEASES + "v0.4-alpha/multilingual_debiased-0b549669.ckpt", base="xlm-roberta-base", outputs=16),
    "original-small": Official(url=_RELEASES + "v0.1.2/original-albert-0e1d6498.ckpt", base="albert-base-v2", outputs=6),
    "unbiased-small": Official(url=_RELEASES + "v0.1.2/unbiased-albert-c8519128.ckpt", base="albert-base-v2", outputs=16),
}  # fmt: skip


def official_checkpoint(name: str, directory: Path | None = None, sha256: str | None = None) -> Checkpoint:
    """The named checkpoint, fetched if it is not kept yet.

    Args:
        sha256: The full hash, when the operator has pinned it; else the eight digits of the release's name count.

    Raises:
        ModelError: The name is unknown, the machine cannot download, or the file is not the released one.
    """
    if name not in OFFICIAL:
        raise ModelError(
            f"There is no official model {name!r}. Choose one of {', '.join(OFFICIAL)}, or give a checkpoint file."
        )
    official = OFFICIAL[name]
    folder = model_root(directory) / "official" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / official.file
    if not path.exists():
        _download(official.url, path, official.hash_prefix)
    actual = file_hash(path)
    if not actual.startswith(official.hash_prefix):
        raise ModelError(
            f"{path} has sha256 {actual}, but the released file begins with {official.hash_prefix}. Delete it and try again."
        )
    if not (folder / "config.json").exists() or not (folder / "tokenizer.json").exists():
        _fetch_base(official, folder)
    return read_checkpoint(path, folder, sha256 or actual)


def _download(url: str, path: Path, prefix: str) -> None:
    partial = path.with_suffix(".partial")
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, partial.open("wb") as file:
            while block := answer.read(1 << 20):
                digest.update(block)
                file.write(block)
    except (urllib.error.URLError, OSError) as error:
        partial.unlink(missing_ok=True)
        raise ModelError(
            f"{url} cannot be downloaded here ({error}). On another machine, download it and the config and tokenizer files of "
            f"its base model, then run `moderation models compile FILE --folder FOLDER --sha256 HASH`."
        ) from error
    if not digest.hexdigest().startswith(prefix):
        partial.unlink()
        raise ModelError(
            f"{url} answered with a file whose sha256 does not begin with {prefix}; it was deleted. Try again later."
        )
    shutil.move(partial, path)


def _fetch_base(official: Official, folder: Path) -> None:
    import transformers

    try:
        transformers.AutoConfig.from_pretrained(official.base, num_labels=official.outputs).save_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(official.base).save_pretrained(folder)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The config and tokenizer of {official.base} cannot be downloaded here. Put its config.json (with "
            f"{official.outputs} id2label entries), tokenizer.json and tokenizer_config.json into {folder}."
        ) from error
