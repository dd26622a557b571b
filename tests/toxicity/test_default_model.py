"""The shipped model, compiled and served: the promises of the model card on small held-back samples.

The samples in ``heldout`` are generated sentences whose patterns training and calibration never saw. The goals are in
docs/model-card.md, with what this version reaches; the limits here keep it from getting worse unnoticed. A model that
reaches more should raise them.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moderation.toxicity import CLASSES, load_model
from moderation.toxicity.compile import INT8_TOLERANCE, PROBES, checkpoint_of, compile_default
from moderation.toxicity.compiled import read_compiled
from moderation.toxicity.engines import DetoxifyEngine, OnnxEngine
from moderation.toxicity.groups import impartial_scores
from moderation.toxicity.outcomes import outcome, swap_parity
from moderation.toxicity.pack import read_pack
from moderation.toxicity.train.samples import FIRST_FAMILIES

HELD_OUT = Path(__file__).parent / "heldout"


@pytest.fixture(scope="module")
def model() -> OnnxEngine:
    return OnnxEngine(compile_default())


def texts(name: str) -> list[str]:
    return [json.loads(line)["text"] for line in (HELD_OUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def share(model: OnnxEngine, name: str, *outcomes: str) -> float:
    ask = impartial_scores(model)
    found = [outcome(ask(text), model.thresholds) for text in texts(name)]
    return sum(each in outcomes for each in found) / len(found)


def test_short_clean_messages_are_rarely_stopped_and_hardly_ever_rejected(model: OnnxEngine) -> None:
    assert share(model, "clean_short", "review", "reject") <= 0.03
    assert share(model, "clean_short", "reject") == 0.0


def test_short_harmful_messages_are_stopped(model: OnnxEngine) -> None:
    # The goal is 92 %; what the model misses is left to the lists.
    assert share(model, "harmful_short", "review", "reject") >= 0.64


def test_harm_of_every_family_is_stopped(model: OnnxEngine) -> None:
    """Foreign abuse, allusion and insults without a bad word are among these: the goal is 92 % here too."""
    assert share(model, "harmful_wide", "review", "reject") >= 0.47


def test_clean_identity_statements_pass(model: OnnxEngine) -> None:
    assert share(model, "identity_clean", "review", "reject") <= 0.03


def test_swapping_the_identity_word_changes_next_to_nothing(model: OnnxEngine) -> None:
    median, changed, pairs = swap_parity(impartial_scores(model), model.thresholds, FIRST_FAMILIES)
    assert pairs > 500
    assert median < 0.1
    assert changed < 0.02


@pytest.mark.parametrize(
    "text",
    ["", "Anna", "Happy birthday Grandma", "In loving memory of Rex", "Scunthorpe United", "proud lesbian mom", "Muhammad", "break a leg",
     "black lives matter", "class of 2026", "❤️", "Jesus loves you", "ride or die", "1 John 4:19"],
)  # fmt: skip
def test_plain_orders_pass(model: OnnxEngine, text: str) -> None:
    assert outcome(model.scores(text), model.thresholds) == "approve"


@pytest.mark.parametrize(
    "text",
    ["kill yourself", "you stupid bitch", "i will kill you", "die faggot", "suck my dick", "you are a worthless idiot",
     "KILL ALL JEWS", "i hate muslims"],
)  # fmt: skip
def test_plain_abuse_is_stopped(model: OnnxEngine, text: str) -> None:
    assert outcome(model.scores(text), model.thresholds) != "approve"


def test_the_served_file_answers_nearly_as_detoxify_does(model: OnnxEngine) -> None:
    reference = DetoxifyEngine(checkpoint_of(read_pack()))
    for text in PROBES[:8]:
        expected, answer = reference.scores(text), model.scores(text)
        assert max(abs(expected[name] - answer[name]) for name in CLASSES) < INT8_TOLERANCE
    assert read_compiled(compile_default()).parity_fp32 < 1e-3


def test_compiling_again_only_verifies() -> None:
    began = time.monotonic()
    assert compile_default() == compile_default()
    assert time.monotonic() - began < 10


def test_the_command_line_lists_and_verifies() -> None:
    compile_default()
    for arguments, expected in ((["list"], "unbiased-small"), (["verify"], "every file has its hash")):
        done = subprocess.run(
            [sys.executable, "-c", "from api.cli.models import app; app()", *arguments],
            capture_output=True, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout


def test_the_default_is_loaded_by_name(model: OnnxEngine) -> None:
    assert load_model().version == model.version
