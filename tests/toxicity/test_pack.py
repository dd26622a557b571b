"""The shipped form of the model: small, whole, and refused when it is not."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import ModelError
from moderation.toxicity.pack import COMPANIONS, PACK, read_pack, seal, unpack, write_pack

ABOUT = {"classes": ["toxicity"], "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack of one large and one small matrix and a vector."""
    model = tmp_path / "model"
    model.mkdir()
    for name in COMPANIONS:
        (model / name).write_text("{}")
    chance = np.random.default_rng(3)
    weights = {
        "embeddings": chance.normal(size=(12_000, 384)).astype(np.float32),
        "dense": chance.normal(size=(64, 384)).astype(np.float32),
        "bias": chance.normal(size=64).astype(np.float32),
    }
    np.savez(tmp_path / "weights.npz", **weights)
    write_pack(tmp_path / "pack", weights, model, ABOUT)
    return tmp_path / "pack"


def test_weights_come_back_within_half_a_step(folder: Path) -> None:
    weights = np.load(folder.parent / "weights.npz")
    unpacked = unpack(read_pack(folder))
    assert set(unpacked) == set(weights.files)
    for name in weights.files:
        assert unpacked[name].shape == weights[name].shape
        steps = np.abs(weights[name]).max(axis=-1, keepdims=True) / 127
        assert np.all(np.abs(unpacked[name] - weights[name]) <= steps * 0.51)
    assert np.array_equal(unpacked["bias"], weights["bias"])


def test_packing_an_unpacked_pack_changes_nothing(folder: Path, tmp_path: Path) -> None:
    first = unpack(read_pack(folder))
    again = unpack(write_pack(tmp_path / "again", first, folder, ABOUT))
    for name in first:
        np.testing.assert_allclose(again[name], first[name], rtol=2e-3, atol=1e-3)


def test_parts_stay_under_four_megabytes(folder: Path) -> None:
    parts = list(folder.glob("weights-*.safetensors"))
    assert len(parts) > 1
    assert max(part.stat().st_size for part in parts) < 4_000_000


@pytest.mark.parametrize("name", ["weights-1-of-2.safetensors", "tokenizer.json"])
def test_one_changed_byte_is_found(folder: Path, name: str) -> None:
    path = folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name} is damaged"):
        read_pack(folder)


def test_an_absent_part_is_named(folder: Path) -> None:
    (folder / "weights-2-of-2.safetensors").unlink()
    with pytest.raises(ModelError, match=r"weights-2-of-2\.safetensors is missing"):
        read_pack(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}', '{"format": 7, "files": {}}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, content: str) -> None:
    (folder / "pack.json").write_text(content)
    with pytest.raises(ModelError, match=r"pack\.json"):
        read_pack(folder)


def test_an_absent_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Install the package again"):
        read_pack(tmp_path)


def test_a_pack_over_its_limit_is_not_sealed(folder: Path) -> None:
    (folder / "more.bin").write_bytes(b"x" * 16_000_000)
    with pytest.raises(ModelError, match="limit is 16000000"):
        seal(folder, ABOUT)


def test_the_shipped_pack_is_whole_and_small() -> None:
    pack = read_pack(PACK)
    sizes = {path.name: path.stat().st_size for path in PACK.iterdir()}
    assert sum(sizes.values()) <= 16_000_000
    assert max(sizes.values()) < 4_000_000
    assert not [name for name in sizes if name.endswith((".ckpt", ".bin", ".pt", ".pkl"))], "no pickle is shipped"
    assert (PACK / "NOTICE").read_text(encoding="utf-8").count("Apache") >= 1
    assert len(pack.about["classes"]) == 7


def test_every_part_of_the_shipped_pack_is_listed() -> None:
    listed = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))["files"]
    assert {path.name for path in PACK.iterdir()} - {"pack.json", "NOTICE"} == set(listed)


def test_a_damaged_copy_of_the_shipped_pack_does_not_compile(tmp_path: Path) -> None:
    from moderation.toxicity.compile import compile_default

    copy = Path(shutil.copytree(PACK, tmp_path / "pack"))
    part = sorted(copy.glob("weights-*.safetensors"))[0]
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(ModelError, match="is damaged"):
        compile_default(tmp_path / "models", pack=copy)
