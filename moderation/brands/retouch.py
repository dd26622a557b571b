"""Retouch the ear: teach the layers of the encoder that ships on, and leave its vocabulary as it is.

A third of the work of teaching it anew, and nothing is forgotten: the mean of what it was and what it became is kept. What lies
below the first layer that is taught is worked out once, by the int8 file itself.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Width of the encoder, its heads, and how much of a row's words is hidden in its second telling.
_WIDTH, _HEADS, _HIDDEN = 384, 12, 0.2
_BATCH, _RATE = 64, 1.5e-4
#: int8 with one bit kept free: sums of products overflow on processors without VNNI.
_LARGEST = 63

Matrix = NDArray[np.float32]


class Layer(NamedTuple):
    """The names of one layer's numbers in an ONNX file; matrices are kept as ``quantized`` and ``scale``."""

    #: What the layer is given.
    given: str
    matrices: tuple[str, ...]
    vectors: tuple[str, ...]


def layers(model: Any) -> tuple[list[Layer], tuple[str, str]]:
    """Where the layers stand in a graph that ``teach.write`` made, from below; and matrix and vector of the head."""
    kinds: dict[str, list[Any]] = {}
    for node in model.graph.node:
        kinds.setdefault(node.op_type, []).append(node)
    found = []
    for at, attention in enumerate(kinds["QAttention"]):
        norms = kinds["SkipLayerNormalization"][2 * at : 2 * at + 2]
        dense = kinds["MatMulInteger"][3 * at : 3 * at + 3]
        first, second = ([norm.input[4], norm.input[2], norm.input[3]] for norm in norms)
        matrices = (attention.input[1], *(node.input[1] for node in dense))
        vectors = (attention.input[2], *first, kinds["BiasGelu"][at].input[1], *second)
        found.append(Layer(norms[0].input[1], matrices, vectors))
    return found, (kinds["MatMulInteger"][-1].input[1], kinds["Add"][-1].input[1])


def states(model: Any, given: str, ids: Sequence[Sequence[int]]) -> list[NDArray[np.float16]]:
    """What the layers below make of each row of token ids."""
    import onnx
    import onnxruntime

    cut = onnx.ModelProto()
    cut.CopyFrom(model)
    del cut.graph.output[:]  # what is above is not run
    cut.graph.output.append(onnx.helper.make_tensor_value_info(given, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(cut.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return [session.run([given], {"input_ids": np.array([row], np.int64)})[0][0].astype(np.float16) for row in ids]


def retouch(
    model: Any, rows: Sequence[tuple[Sequence[int], int]], *, unknown: int, epochs: int, taught: int = 1
) -> None:
    """Teach the last ``taught`` layers and the head of ``model`` in place; rows are token ids with the number of their theme."""
    for _ in retouching(model, rows, unknown=unknown, epochs=epochs, taught=taught):
        pass


def retouching(
    model: Any, rows: Sequence[tuple[Sequence[int], int]], *, unknown: int, epochs: int, taught: int
) -> Iterator[float]:
    """The same step by step, giving the loss of each; the model is written to at the end."""
    import torch
    from onnx import numpy_helper
    from torch.nn import functional as f

    torch.manual_seed(3)
    rng = random.Random(3)
    everything, head = layers(model)
    where = everything[-taught:]
    stored = {each.name: each for each in model.graph.initializer}
    told = [(ids, theme) for ids, theme in rows]
    told += [([unknown if 0 < at < len(ids) - 1 and rng.random() < _HIDDEN else i for at, i in enumerate(ids)], theme)
             for ids, theme in rows]  # fmt: skip
    given = states(model, where[0].given, [ids for ids, _ in told])
    names = [name for layer in where for name in layer.matrices] + [head[0]]
    others = [name for layer in where for name in layer.vectors] + [head[1]]
    w = [torch.nn.Parameter(torch.tensor(_wide(stored, name))) for name in names]
    v = [torch.nn.Parameter(torch.tensor(numpy_helper.to_array(stored[name]).copy())) for name in others]

    def answers(x: Any, mask: Any) -> Any:
        batch, length, _ = x.shape
        for at in range(taught):
            m, n = w[4 * at : 4 * at + 4], v[8 * at : 8 * at + 8]
            q, k, value = (x @ m[0] + n[0]).view(batch, length, 3, _HEADS, -1).permute(2, 0, 3, 1, 4)
            seen = f.scaled_dot_product_attention(q, k, value, attn_mask=mask[:, None, None, :])
            seen = seen.transpose(1, 2).reshape(batch, length, _WIDTH)
            x = f.layer_norm(x + f.dropout(seen @ m[1] + n[1], 0.1), (_WIDTH,), n[2], n[3], 1e-12)
            inner = f.gelu(x @ m[2] + n[4])
            x = f.layer_norm(x + f.dropout(inner @ m[3] + n[5], 0.1), (_WIDTH,), n[6], n[7], 1e-12)
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return f.dropout(mean, 0.1) @ w[-1] + v[-1]

    optimizer = torch.optim.AdamW([*w, *v], lr=_RATE, weight_decay=0.01)
    order = sorted(range(len(told)), key=lambda at: (len(told[at][0]), rng.random()))
    batches = [order[at:end] for at, end in pairwise([*range(0, len(order), _BATCH), len(order)])]
    steps, step = epochs * len(batches), 0
    for _ in range(epochs):
        rng.shuffle(batches)
        for batch in batches:
            x, mask = _padded([given[at] for at in batch])
            themes = torch.tensor([told[at][1] for at in batch])
            loss = f.cross_entropy(answers(torch.tensor(x), torch.tensor(mask)), themes, label_smoothing=0.05)
            for group in optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, (step + 1) / 50) * max(0.02, 1 - step / steps)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_([*w, *v], 1.0)
            optimizer.step()
            step += 1
            yield float(loss.detach())
    # The mean of what it was and what it became forgets less, and is surer of what neither met.
    for name, matrix in zip(names, w, strict=True):
        _narrow(stored, name, (_wide(stored, name) + matrix.detach().numpy()) / 2)
    for name, vector in zip(others, v, strict=True):
        mean = (numpy_helper.to_array(stored[name]) + vector.detach().numpy()) / 2
        stored[name].CopyFrom(numpy_helper.from_array(mean, name))


def _padded(rows: Sequence[NDArray[np.float16]]) -> tuple[Matrix, NDArray[np.bool_]]:
    longest = max(map(len, rows))
    x = np.zeros((len(rows), longest, _WIDTH), np.float32)
    mask = np.zeros((len(rows), longest), np.bool_)
    for at, row in enumerate(rows):
        x[at, : len(row)], mask[at, : len(row)] = row, True
    return x, mask


def _wide(stored: dict[str, Any], name: str) -> Matrix:
    """A stored matrix as the numbers that its bytes stand for, one scale for each column."""
    from onnx import numpy_helper

    scale = numpy_helper.to_array(stored[name.replace("_quantized", "_scale")])
    zero = numpy_helper.to_array(stored[name.replace("_quantized", "_zero_point")])
    wide: Matrix = (numpy_helper.to_array(stored[name]).astype(np.float32) - zero) * scale
    return wide


def _narrow(stored: dict[str, Any], name: str, matrix: Matrix) -> None:
    """Put a matrix back as bytes."""
    from onnx import numpy_helper

    scale = np.maximum(np.abs(matrix).max(0) / _LARGEST, 1e-9).astype(np.float32)
    for end, value in (
        ("_quantized", np.round(matrix / scale).astype(np.int8)),
        ("_scale", scale),
        ("_zero_point", np.zeros(len(scale), np.int8)),
    ):
        whole = name.replace("_quantized", end)
        stored[whole].CopyFrom(numpy_helper.from_array(value, whole))
