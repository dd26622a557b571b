"""What both engines promise: alone or among others the same answer, any text, nothing cut, damage refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.errors import DetectorUnavailable, ModelError
from moderation.toxicity.cache import ScoreCache
from moderation.toxicity.compile import compile_checkpoint
from moderation.toxicity.compiled import RECORD, find_compiled
from moderation.toxicity.engines import OnnxEngine
from moderation.toxicity.loading import compile_model, compiled_models, load_model
from moderation.toxicity.scores import maximum
from tests.toxicity.conftest import CLASSES, Tiny

STRANGE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "🎂",
    "🏳️‍🌈🏳️‍⚧️",
    "ﷺ",
    "a" * 10_000,
    "love you " * 1200,
    "日本語のテキスト",
    "\u202eabc",
    "e\u0301" * 300,
]


@pytest.fixture(scope="module")
def engine(compiled_bert: Path) -> OnnxEngine:
    return OnnxEngine(compiled_bert)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_any_text_gets_scores(engine: OnnxEngine, text: str) -> None:
    scores = engine.scores(text)
    assert list(scores) == CLASSES
    assert all(0.0 <= score <= 1.0 for score in scores.values())


def test_an_answer_does_not_depend_on_what_was_asked_before(compiled_bert: Path) -> None:
    texts = ["happy birthday anna", "you bad idiot", "love to the moon", *STRANGE[:6]]
    alone = {text: OnnxEngine(compiled_bert, cache=ScoreCache(capacity=0)).scores(text) for text in texts}
    busy = OnnxEngine(compiled_bert, cache=ScoreCache(capacity=0), threads=2)
    for order in (texts, texts[::-1], sorted(texts)):
        for text in order:
            answer = busy.scores(text)
            assert answer == pytest.approx(alone[text], abs=1e-6)


def test_a_long_text_scores_as_its_worst_window(engine: OnnxEngine) -> None:
    filler = "cake " * 200
    bad = "you are a bad idiot"
    long = engine.scores(filler + bad + " " + filler)
    assert long["toxicity"] >= engine.scores("cake " * 40)["toxicity"] - 1e-6


def test_maximum_takes_each_class_by_itself() -> None:
    assert maximum([{"a": 0.1, "b": 0.9}, {"a": 0.5, "b": 0.2}]) == {"a": 0.5, "b": 0.9}


def test_letter_case_shares_an_answer_in_an_uncased_model(compiled_bert: Path) -> None:
    engine = OnnxEngine(compiled_bert)
    assert engine.scores("HAPPY BIRTHDAY") == engine.scores("happy birthday")
    assert engine.cache_counts().hits == 1


def test_the_version_is_of_the_very_file(engine: OnnxEngine, compiled_bert: Path) -> None:
    record = json.loads((compiled_bert / RECORD).read_text())
    assert engine.version == record["files"]["model.onnx"][:12]


def damaged_copy(compiled: Path, folder: Path, name: str) -> Path:
    import shutil

    copy = Path(shutil.copytree(compiled, folder / "copy"))
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 3] ^= 0xFF
    (copy / name).write_bytes(data)
    return copy


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused_with_the_way_out(compiled_bert: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r"is damaged.*moderation models compile"):
        OnnxEngine(damaged_copy(compiled_bert, tmp_path, name))


def test_a_damaged_record_is_refused(compiled_bert: Path, tmp_path: Path) -> None:
    copy = damaged_copy(compiled_bert, tmp_path, "tokenizer.json")
    (copy / RECORD).write_text('{"name": "x"}')
    with pytest.raises(ModelError, match="not a compiled model"):
        OnnxEngine(copy)


def test_an_absent_file_is_refused(compiled_bert: Path, tmp_path: Path) -> None:
    copy = damaged_copy(compiled_bert, tmp_path, "tokenizer.json")
    (copy / "model.onnx").unlink()
    with pytest.raises(ModelError, match="not a compiled model"):
        OnnxEngine(copy)


def test_an_uncompiled_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Run `moderation models compile`"):
        load_model(directory=tmp_path)
    with pytest.raises(ModelError, match="Run `moderation models compile mine`"):
        load_model(model="mine", directory=tmp_path)


def test_an_unknown_engine_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="choose onnx or detoxify"):
        load_model(engine="tensorflow", directory=tmp_path)  # type: ignore[arg-type]


def test_out_of_memory_is_unavailable_not_clean(compiled_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = OnnxEngine(compiled_bert)

    class Exhausted:
        def run(self, *_: object) -> object:
            raise MemoryError

    monkeypatch.setattr(engine, "_session", Exhausted())
    with pytest.raises(DetectorUnavailable, match="could not answer"):
        engine.scores("happy birthday")


def test_a_checkpoint_file_compiles_by_name_and_is_found_again(tiny_bert: Tiny, tmp_path: Path) -> None:
    folder = compile_model("mine", tmp_path, checkpoint=tiny_bert.path, base=tiny_bert.folder, sha256=tiny_bert.sha256)
    assert find_compiled(tmp_path, "mine") == folder
    assert compiled_models(tmp_path) == [(folder, "ok")]
    assert list(load_model(model="mine", directory=tmp_path).scores("happy birthday")) == CLASSES


def test_a_checkpoint_file_without_a_hash_is_refused(tiny_bert: Tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Give --sha256"):
        compile_model("mine", tmp_path, checkpoint=tiny_bert.path)


def test_an_official_name_without_a_network_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.error
    import urllib.request

    def unreachable(*_: object, **__: object) -> object:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    with pytest.raises(ModelError, match=r"cannot be downloaded here.*On another machine"):
        compile_model("original", tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_a_download_that_is_not_the_released_file_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import urllib.request

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"another file"))
    with pytest.raises(ModelError, match="does not begin with c1212f89"):
        compile_model("original", tmp_path)
    assert not list(tmp_path.rglob("*.ckpt"))


def test_a_stopped_compilation_leaves_nothing_to_serve(
    tiny_bert: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moderation.toxicity import compile as compiling
    from moderation.toxicity.checkpoint import read_checkpoint

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compiling, "_quantise", stopped)
    with pytest.raises(KeyboardInterrupt):
        compile_checkpoint(read_checkpoint(tiny_bert.path, tiny_bert.folder, tiny_bert.sha256), "tiny", tmp_path)
    assert not list(tmp_path.iterdir())


def test_serving_never_imports_torch(compiled_bert: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from moderation.toxicity.engines import OnnxEngine; import moderation.detectors.toxicity; "
        f"OnnxEngine(Path({str(compiled_bert)!r})).scores('happy birthday'); "
        "heavy = {'torch', 'transformers', 'detoxify', 'onnx', 'safetensors', 'sklearn'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_the_compiled_default_has_its_attention_and_norms_fused():
    """Twenty small nodes for one attention cost as much as the arithmetic; a changed exporter must not bring them back."""
    from collections import Counter

    import onnx

    from moderation.toxicity.compile import compile_default

    nodes = Counter(node.op_type for node in onnx.load(compile_default() / "model.onnx").graph.node)
    assert nodes["QAttention"] == 6
    assert nodes["SkipLayerNormalization"] == 12
    assert not nodes["Softmax"]
