"""What the model learns from: parts that never mix, labels that say what is known, a loop that learns."""

import random

import pytest

from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train import families, listed
from moderation.toxicity.train.disguise import disguised
from moderation.toxicity.train.rows import Row, without_duplicates

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def parts() -> dict[str, list[Row]]:
    """A third of the rows; what holds for them holds for all."""
    return {part: list(families.rows(part, scale=0.34)) for part in families.PARTS}


def folded(rows: list[Row]) -> set[str]:
    return {row.text.casefold().strip() for row in rows}


def test_there_is_enough_to_learn_from(parts):
    assert len(parts["train"]) >= 15_000
    assert min(len(rows) for rows in parts.values()) >= 1_000


def test_no_sentence_pattern_is_in_two_parts(parts):
    patterns = [{row.frame for row in rows} for rows in parts.values()]
    assert all(not (a & b) for at, a in enumerate(patterns) for b in patterns[at + 1 :])


def test_the_same_seed_writes_the_same_rows(parts):
    assert list(families.rows("calibration", scale=0.34)) == parts["calibration"]
    assert list(families.rows("calibration", scale=0.34, seed=21)) != parts["calibration"]


def test_both_sides_of_a_pair_have_the_same_fillers():
    frame = next(f for f in families.read_frames() if len(f.sides) == 2 and "{name}" in f.sides[0][0])
    clean, harmful = (
        families.fill_pattern(pattern, random.Random("pair"), held_back=False) for pattern, _ in frame.sides
    )
    assert set(clean.split()) & set(harmful.split())
    assert clean != harmful


def test_every_family_line_names_only_labels_and_slots_that_exist():
    for frame in families.read_frames():
        for pattern, labels in frame.sides:
            assert labels in families.LABEL_SETS, frame
            assert families.fill_pattern(pattern, random.Random(0), held_back=False).strip(), frame


@pytest.fixture(scope="module")
def listed_rows() -> list[Row]:
    return list(listed.rows(()))


def test_listed_rows_keep_held_back_phrases_out(listed_rows):
    """The lists know many of the phrases that the report asks about; the model must not be told them."""
    phrases = sorted({row.frame for row in listed_rows if " " in row.frame})
    held_back = phrases[::40]
    left = {row.frame for row in listed.rows([f"said {phrase.casefold()} loudly" for phrase in held_back])}
    assert not left & set(held_back)
    assert len(left) > 5_000


def test_listed_rows_are_harmful_entries_and_clean_allow_entries(listed_rows):
    clean = [row for row in listed_rows if not row.labels["toxicity"]]
    assert len(clean) > 1_000
    assert len(listed_rows) - len(clean) > 5_000
    assert all(set(row.labels) <= set(CLASSES) for row in listed_rows)


def test_disguises_change_the_spelling_only():
    for seed in range(200):
        text = disguised("quiet garden", random.Random(seed))
        assert len(text) >= len("quietgarden") - 2
        assert text.strip()


def test_duplicates_count_once_whatever_their_case():
    rows = [Row(text=text, source="s", labels={}) for text in ("Hello", "hello ", "other")]
    assert [row.text for row in without_duplicates(rows)] == ["Hello", "other"]


PIECES = [
    "[PAD]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[UNK]",
    "rose",
    "lily",
    "daisy",
    "tulip",
    "weed",
    "moss",
    "ivy",
    "oak",
    "elm",
]
MOSS = PIECES.index("moss")


@pytest.fixture(scope="module")
def tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    made = Tokenizer(models.WordLevel({piece: at for at, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return made


@pytest.fixture
def prepared(tmp_path, tokenizer):
    """A folder as ``prepare`` writes it, of a garden in which only moss is harmful and nothing is known of threats."""
    from safetensors.torch import save_file
    from transformers import BertConfig, BertForSequenceClassification

    from moderation.toxicity.train.examples import examples

    chance = random.Random(3)
    rows = []
    for number in range(300):
        words = chance.choices(PIECES[5:10] + PIECES[11:], k=5)
        is_harmful = chance.random() < 0.5
        if is_harmful:
            words[chance.randrange(5)] = "moss"
        rows.append(
            Row(text=" ".join(words), source="garden", labels={"toxicity": float(is_harmful)}, frame=str(number))
        )
    examples(rows, tokenizer, 24, {}).save(tmp_path / "examples.npz")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    torch.manual_seed(1)
    config = BertConfig(vocab_size=len(PIECES), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                        max_position_embeddings=24, num_labels=len(CLASSES))  # fmt: skip
    model = BertForSequenceClassification(config)
    config.save_pretrained(tmp_path)
    save_file({k: v for k, v in model.state_dict().items() if k.startswith("bert.")}, tmp_path / "start.safetensors")
    for name in ("tokenizer_config.json", "special_tokens_map.json", "prepared.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


def plan(**changes):
    from moderation.toxicity.train.learn import Plan

    return Plan(**{"epochs": 30, "rate": 3e-3, "batch_tokens": 256, "averaging": 0.9, "smoothing": 0.0} | changes)


def test_the_loop_learns_and_leaves_unknown_classes_alone(prepared):
    from moderation.toxicity.train import runs
    from moderation.toxicity.train.examples import load_examples
    from moderation.toxicity.train.learn import answer

    threat = CLASSES.index("threat")
    before = runs.start(prepared, 0.0).classifier.bias.detach()[threat].clone()
    model = runs.learn(prepared, plan(), runs.Settings(dropout=0.0), prepared / "run")
    data = load_examples(prepared / "examples.npz")
    said = answer(model, data, pad=0)
    assert ((said[:, 0] > 0.5) == (data.targets[:, 0] > 0.5)).mean() > 0.95
    assert abs(float(model.classifier.bias.detach()[threat] - before)) < 0.05
    assert (prepared / "run" / "weights.safetensors").exists()


def test_a_teacher_speaks_of_rows_it_never_saw_and_fills_in_what_is_unknown(prepared):
    import json

    import numpy as np

    from moderation.errors import ModelError
    from moderation.toxicity.train import runs
    from moderation.toxicity.train.examples import FOLDS, load_examples
    from moderation.toxicity.train.learn import answer

    data = load_examples(prepared / "examples.npz")
    folders = [prepared / f"teacher-{fold}" for fold in range(FOLDS)]
    runs.teach(prepared, plan(epochs=20), runs.Settings(dropout=0.0), folders[0], 0)
    said = np.load(folders[0] / runs.TAUGHT)["taught"]
    assert (said[data.fold == 0] > 0).all()
    assert not said[data.fold != 0].any()
    assert json.loads((folders[0] / "run.json").read_text())["without"] == 0

    with pytest.raises(ModelError, match="for each of 0 to 4"):
        runs.read_taught(folders[:1])
    for fold, folder in enumerate(folders):
        folder.mkdir(exist_ok=True)
        (folder / "run.json").write_text(json.dumps({"without": fold}))
        opinion = np.where((data.fold == fold)[:, None], np.float16(0.9), np.float16(0.0))
        np.savez_compressed(folder / runs.TAUGHT, taught=np.broadcast_to(opinion, (len(data), len(CLASSES))))
    taught = runs.read_taught(folders)
    assert np.allclose(taught, 0.9, atol=1e-3)
    threat = CLASSES.index("threat")
    model = runs.learn(prepared, plan(), runs.Settings(dropout=0.0), prepared / "run", taught)
    assert answer(model, data, pad=0)[:, threat].mean() > 0.7


def test_lower_layers_learn_slower_and_new_ones_faster():
    from moderation.toxicity.train.learn import NEW_FACTOR, _factor

    names = ("bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.output.dense.bias",
             "bert.encoder.layer.5.output.dense.bias", "bert.pooler.dense.weight", "classifier.bias")  # fmt: skip
    factors = [_factor(name, 0.8, 6) for name in names]
    assert factors == pytest.approx([0.8**6, 0.8**5, 1.0, NEW_FACTOR, NEW_FACTOR])


def test_long_clean_texts_are_clean_to_their_end_and_long_harmful_ones_count_less(tokenizer):
    from moderation.toxicity.train.examples import CUT_WEIGHT, examples

    long = " ".join(PIECES[5:9] * 10)
    made = examples(
        [Row(text=long, source="s", labels={"toxicity": value}) for value in (0.0, 1.0)], tokenizer, 32, {"s": 0.5}
    )
    clean = made.targets[:, 0] == 0
    assert clean.sum() > 1
    assert made.weight[clean].sum() == pytest.approx(1.0)
    assert made.weight[~clean].tolist() == pytest.approx([CUT_WEIGHT])
    assert made.lengths.max() <= 32
    assert set(made.keep.tolist()) == {0.5}


def test_batches_hold_every_row_once_and_about_the_same_number_of_pieces(prepared):
    import numpy as np

    from moderation.toxicity.train.examples import load_examples
    from moderation.toxicity.train.learn import batches

    data = load_examples(prepared / "examples.npz")
    made = batches(data, 256, np.random.default_rng(1))
    assert sorted(np.concatenate(made).tolist()) == list(range(len(data)))
    assert max(len(batch) * int(data.lengths[batch].max()) for batch in made) <= 256 + 16
    padded = data.matrix(pad=0)
    assert padded.shape == (len(data), int(data.lengths.max()))
    assert int((padded != 0).sum()) == len(data.ids)
