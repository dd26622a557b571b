"""Tiny random Detoxify checkpoints of every architecture, made in seconds and taken the whole way."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

CLASSES = ["toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit"]
WORDS = [
    "you",
    "are",
    "a",
    "bad",
    "good",
    "dog",
    "idiot",
    "happy",
    "birthday",
    "anna",
    "to",
    "the",
    "moon",
    "and",
    "back",
    "love",
    "hate",
    "kill",
    "cake",
    "from",
    "with",
    "1",
    "2",
    "3",
    "!",
    ".",
    ",",
]
SMALL: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


@dataclass(frozen=True)
class Tiny:
    """A checkpoint file, the folder of its base model, and its hash."""

    path: Path
    folder: Path
    sha256: str


def word_piece() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = list("abcdefghijklmnopqrstuvwxyz0123456789")
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *dict.fromkeys([*WORDS, *letters, *(f"##{c}" for c in letters)]),
    ]
    tokenizer = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def byte_level() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=360,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(WORDS)] * 20, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def unigram(special: list[str], first: str, last: str) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    scored = [(piece, 0.0) for piece in special]
    scored += [
        (piece, -5.0)
        for piece in dict.fromkeys([*(f"▁{word}" for word in WORDS), "▁", *"abcdefghijklmnopqrstuvwxyz0123456789"])
    ]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=special.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        f"{first} $A {last}", special_tokens=[(first, special.index(first)), (last, special.index(last))]
    )
    return tokenizer


def make(folder: Path, kind: str, outputs: int = 7) -> Tiny:
    """Write a random checkpoint of one architecture in Detoxify's own file format."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    if kind == "bert":
        tokenizer, name = word_piece(), "Bert"
        config: Any = transformers.BertConfig(**SMALL, max_position_embeddings=64, pad_token_id=0)
        marks = {
            "unk_token": "[UNK]",
            "pad_token": "[PAD]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        }
    elif kind == "albert":
        tokenizer, name = unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "[CLS]", "[SEP]"), "Albert"
        config = transformers.AlbertConfig(**SMALL, embedding_size=16, max_position_embeddings=64, pad_token_id=0)
        marks = {
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        }
    else:
        name = "Roberta" if kind == "roberta" else "XLMRoberta"
        tokenizer = (
            byte_level() if kind == "roberta" else unigram(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s>", "</s>")
        )
        config = getattr(transformers, f"{name}Config")(
            **SMALL, max_position_embeddings=66, pad_token_id=1, type_vocab_size=1
        )
        marks = {
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
        }
    config.vocab_size = tokenizer.get_vocab_size()
    config.id2label = {at: f"L{at}" for at in range(outputs)}
    config.label2id = {label: at for at, label in config.id2label.items()}
    torch.manual_seed(3)
    model = getattr(transformers, f"{name}ForSequenceClassification")(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)  # scores far from one half, so that a difference would show
    config.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **marks).save_pretrained(
        folder
    )
    return save(folder, name, model.state_dict(), outputs)


def save(folder: Path, name: str, state: Any, outputs: int = 7, classes: list[str] | None = None) -> Tiny:
    import torch

    arguments = {
        "model_type": "base",
        "model_name": f"{name}ForSequenceClassification",
        "tokenizer_name": f"{name}Tokenizer",
        "num_classes": outputs,
    }
    path = folder / "tiny.ckpt"
    torch.save(
        {
            "config": {"arch": {"args": arguments}, "dataset": {"args": {"classes": classes or CLASSES}}},
            "state_dict": state,
        },
        path,
    )
    return Tiny(path=path, folder=folder, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return make(tmp_path_factory.mktemp("bert"), "bert")


@pytest.fixture(scope="session")
def compiled_bert(tiny_bert: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny BERT compiled at full precision."""
    from moderation.toxicity.checkpoint import read_checkpoint
    from moderation.toxicity.compile import compile_checkpoint

    checkpoint = read_checkpoint(tiny_bert.path, tiny_bert.folder, tiny_bert.sha256)
    return compile_checkpoint(checkpoint, "tiny", tmp_path_factory.mktemp("models"), precision="fp32")
