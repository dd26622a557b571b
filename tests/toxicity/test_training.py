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


def test_runs_are_averaged_by_their_shares(tmp_path):
    import numpy as np
    from safetensors.numpy import load_file, save_file

    from moderation.errors import ModelError
    from moderation.toxicity.pack import COMPANIONS
    from moderation.toxicity.train.average import average

    runs = {tmp_path / "a": 0.25, tmp_path / "b": 0.75}
    for value, run in enumerate(runs):
        run.mkdir()
        for name in COMPANIONS:
            (run / name).write_text("{}")
        save_file({"w": np.full(3, value, np.float32)}, run / "weights.safetensors")
    average(runs, tmp_path / "mixed")
    assert load_file(tmp_path / "mixed" / "weights.safetensors")["w"].tolist() == [0.75] * 3
    with pytest.raises(ModelError, match="sum to 1"):
        average(dict.fromkeys(runs, 0.4), tmp_path / "other")


def test_the_loop_learns_and_leaves_unknown_classes_alone():
    """Piece 7 makes a row toxic; no row says anything about threats, so nothing may be learned about them."""
    from transformers import BertConfig, BertForSequenceClassification

    from moderation.toxicity.train import learn

    torch.manual_seed(1)
    config = BertConfig(vocab_size=20, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
                        max_position_embeddings=16, num_labels=len(CLASSES))  # fmt: skip
    model = BertForSequenceClassification(config)
    chance = random.Random(3)
    known = tuple(float(name == "toxicity") for name in CLASSES)
    data = []
    for _ in range(240):
        ids = [1, *(chance.randrange(8, 20) for _ in range(5)), 2]
        toxic = chance.random() < 0.5
        if toxic:
            ids[chance.randrange(1, 6)] = 7
        targets = tuple(float(toxic and name == "toxicity") for name in CLASSES)
        data.append(learn.Example(ids=tuple(ids), targets=targets, known=known, weight=1.0))
    threat = model.classifier.bias.detach()[CLASSES.index("threat")].clone()
    saved: list[object] = []
    plan = learn.Plan(epochs=40, rate=3e-3, batch_tokens=256, averaging=0.9)
    learn.train(model, data, plan, pad=0, save=saved.append, save_every=0.0)
    ids, mask, targets, *_ = learn.tensors(data, pad=0)
    with torch.no_grad():
        scores = torch.sigmoid(model(ids, attention_mask=mask).logits)[:, 0]
    right = ((scores > 0.5) == (targets[:, 0] > 0.5)).float().mean()
    assert right > 0.95
    assert saved
    assert abs(float(model.classifier.bias.detach()[CLASSES.index("threat")] - threat)) < 0.05
