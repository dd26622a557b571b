"""Foreign checkpoints: every architecture the whole way, and every way to be refused."""

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import ModelError
from moderation.toxicity.checkpoint import read_checkpoint
from moderation.toxicity.compile import compile_checkpoint
from moderation.toxicity.engines import DetoxifyEngine, OnnxEngine
from tests.toxicity.conftest import CLASSES, Tiny, make, save

TEXTS = (
    "happy birthday anna", "you are a bad idiot", "", "  ", "x", "!!!", "KILL YOU", "日本語", "🎂🎉", "a\x00b\ud800c", "love " * 200, "q" * 500,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["bert", "roberta", "albert", "xlm-roberta"])
def test_every_architecture_answers_alike_through_both_engines(kind: str, tmp_path: Path) -> None:
    tiny = make(tmp_path / kind, kind)
    checkpoint = read_checkpoint(tiny.path, tiny.folder, tiny.sha256)
    served = OnnxEngine(compile_checkpoint(checkpoint, kind, tmp_path / "models", precision="fp32"))
    reference = DetoxifyEngine(checkpoint)
    for text in TEXTS:
        expected, answer = reference.scores(text), served.scores(text)
        assert list(answer) == CLASSES
        assert max(abs(answer[name] - expected[name]) for name in CLASSES) < 1e-3, repr(text)


def test_sixteen_outputs_give_the_seven_named_classes(tmp_path: Path) -> None:
    tiny = make(tmp_path / "unbiased", "roberta", outputs=16)
    checkpoint = read_checkpoint(tiny.path, tiny.folder, tiny.sha256)
    assert checkpoint.outputs == 16
    served = OnnxEngine(compile_checkpoint(checkpoint, "unbiased-like", tmp_path / "models"))
    assert list(served.scores("happy birthday anna")) == CLASSES


def test_older_class_names_are_renamed(tiny_bert: Tiny, tmp_path: Path) -> None:
    import torch

    state = torch.load(tiny_bert.path, weights_only=True)["state_dict"]
    folder = copy_base(tiny_bert, tmp_path)
    tiny = save(
        folder,
        "Bert",
        state,
        classes=["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate", "sexual_explicit"],
    )
    checkpoint = read_checkpoint(tiny.path, folder, tiny.sha256)
    assert checkpoint.classes == (
        "toxicity",
        "severe_toxicity",
        "obscene",
        "threat",
        "insult",
        "identity_attack",
        "sexual_explicit",
    )


def test_a_file_with_another_hash_is_refused(tiny_bert: Tiny) -> None:
    with pytest.raises(ModelError, match="has sha256"):
        read_checkpoint(tiny_bert.path, tiny_bert.folder, "0" * 64)


def test_an_absent_file_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_checkpoint(tmp_path / "absent.ckpt", tiny_bert.folder, tiny_bert.sha256)


class Bomb:
    """Touches a file when unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> Any:
        return (Path.touch, (self.target,))


def test_code_in_a_checkpoint_is_refused_and_not_run(tiny_bert: Tiny, tmp_path: Path) -> None:
    import hashlib

    import torch

    target = tmp_path / "ran"
    for write in (
        lambda path: torch.save({"state_dict": Bomb(target)}, path),
        lambda path: path.write_bytes(pickle.dumps(Bomb(target))),
    ):
        path = tmp_path / "bomb.ckpt"
        write(path)
        with pytest.raises(ModelError, match="none of it was run"):
            read_checkpoint(path, tiny_bert.folder, hashlib.sha256(path.read_bytes()).hexdigest())
        assert not target.exists()


def copy_base(tiny: Tiny, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(tiny.folder, folder / "base"))


def altered(tiny: Tiny, folder: Path, change: Any, **options: Any) -> tuple[Path, Tiny]:
    """A copy of the checkpoint whose state was changed."""
    import torch

    state = dict(torch.load(tiny.path, weights_only=True)["state_dict"])
    change(state)
    base = copy_base(tiny, folder)
    return base, save(base, "Bert", state, **options)


def test_a_missing_key_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    base, tiny = altered(tiny_bert, tmp_path, lambda state: state.pop("bert.pooler.dense.weight"))
    with pytest.raises(ModelError, match=r"1 keys missing.*bert\.pooler\.dense\.weight"):
        read_checkpoint(tiny.path, base, tiny.sha256)


def test_a_misshapen_key_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    def cut(state: Any) -> None:
        state["classifier.weight"] = state["classifier.weight"][:, :5]

    base, tiny = altered(tiny_bert, tmp_path, cut)
    with pytest.raises(ModelError, match=r"1 of another shape.*classifier\.weight"):
        read_checkpoint(tiny.path, base, tiny.sha256)


def test_position_ids_of_old_files_are_ignored(tiny_bert: Tiny, tmp_path: Path) -> None:
    import torch

    base, tiny = altered(
        tiny_bert, tmp_path, lambda state: state.update({"bert.embeddings.position_ids": torch.arange(64)[None]})
    )
    assert read_checkpoint(tiny.path, base, tiny.sha256).outputs == 7


def test_a_label_count_that_config_does_not_have_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    base, tiny = altered(tiny_bert, tmp_path, lambda state: None, outputs=16)
    with pytest.raises(ModelError, match="16 id2label entries"):
        read_checkpoint(tiny.path, base, tiny.sha256)


def test_foreign_classes_are_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    base, tiny = altered(tiny_bert, tmp_path, lambda state: None, classes=["spam", "ham"])
    with pytest.raises(ModelError, match="are not Detoxify's"):
        read_checkpoint(tiny.path, base, tiny.sha256)


def test_a_foreign_architecture_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    import torch

    state = torch.load(tiny_bert.path, weights_only=True)["state_dict"]
    base = copy_base(tiny_bert, tmp_path)
    tiny = save(base, "DistilBert", state)
    with pytest.raises(ModelError, match="not one of Detoxify's"):
        read_checkpoint(tiny.path, base, tiny.sha256)


def test_a_folder_without_tokenizer_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks config\.json and tokenizer\.json"):
        read_checkpoint(tiny_bert.path, tmp_path, tiny_bert.sha256)


def test_a_compilation_that_answers_differently_is_not_installed(
    tiny_bert: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moderation.toxicity import compile as compiling

    checkpoint = read_checkpoint(tiny_bert.path, tiny_bert.folder, tiny_bert.sha256)
    wrong = replace(checkpoint, state={**checkpoint.state, "classifier.bias": checkpoint.state["classifier.bias"] + 3})
    real = compiling.as_detoxify
    answers = iter([wrong])

    def another_model(given: Any) -> Any:
        detoxify = real(given)
        other = real(next(answers))
        detoxify.predict = other.predict  # the export is of one model, the reference answers are of another
        return detoxify

    monkeypatch.setattr(compiling, "as_detoxify", another_model)
    with pytest.raises(ModelError, match="Nothing was installed"):
        compiling.compile_checkpoint(checkpoint, "wrong", tmp_path, precision="fp32")
    assert not list(tmp_path.iterdir())
