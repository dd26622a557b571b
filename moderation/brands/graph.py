"""The encoder as a file: a graph of few operations, its matrices in int8 with a scale for each column.

Written out by hand, because a graph that is exported carries the exporter's questions about shapes along, and an operation costs
more than the few numbers of one short sentence. Needs the ``train`` extra; serving needs none of it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Width of a state, and how many heads attend to it.
WIDTH, HEADS = 384, 12
#: What the encoder is given, and what it gives.
IDS, CHANCES = "ids", "chances"
#: int8 with one bit kept free: sums of products overflow on processors without VNNI. The table of words is only looked up.
_LARGEST, _LARGEST_OF_WORDS = 63, 127
_SCALE = ".scale"
_TINY = 1e-12
_CONTRIB = "com.microsoft"

Numbers = Mapping[str, NDArray[Any]]


class _Graph:
    def __init__(self, numbers: Numbers) -> None:
        self.nodes: list[Any] = []
        self.stored: list[Any] = []
        self._numbers = numbers

    def put(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def vector(self, name: str) -> str:
        return self.put(name, self._numbers[name].astype(np.float32))

    def matrix(self, name: str) -> tuple[str, str]:
        """A matrix as bytes, and the scale of each of its columns."""
        return self._bytes(name, self._numbers[name].T, 0, _LARGEST)

    def table(self, name: str) -> tuple[str, str]:
        """A table that is looked up, and the scale of each of its rows."""
        return self._bytes(name, self._numbers[name], 1, _LARGEST_OF_WORDS)

    def _bytes(self, name: str, value: NDArray[Any], axis: int, largest: int) -> tuple[str, str]:
        scale = np.maximum(np.abs(value).max(axis, keepdims=axis == 1) / largest, 1e-9).astype(np.float32)
        return self.put(name, np.round(value / scale).astype(np.int8)), self.put(name + _SCALE, scale)

    def add(self, kind: str, given: list[str], *gives: str, contrib: bool = False, **options: Any) -> str:
        from onnx import helper

        domain = _CONTRIB if contrib else ""
        self.nodes.append(helper.make_node(kind, given, list(gives), domain=domain, **options))
        return gives[0]


def write(numbers: Numbers, layers: int) -> bytes:
    """The file of an encoder, its numbers by the names of ``encoder.Encoder``."""
    from onnx import TensorProto, helper

    graph = _Graph(numbers)
    state = _embed(graph)
    for layer in range(layers):
        state = _layer(graph, f"layers.{layer}.", state)
    graph.add("ReduceMean", [state], "mean", axes=[1], keepdims=0)
    weights = graph.put("head.weight", numbers["head.weight"].T)
    graph.add("Gemm", ["mean", weights, graph.vector("head.bias")], "answers")
    graph.add("Softmax", ["answers"], CHANCES, axis=-1)
    given = helper.make_tensor_value_info(IDS, TensorProto.INT64, [1, "words"])
    gives = helper.make_tensor_value_info(CHANCES, TensorProto.FLOAT, [1, len(numbers["head.bias"])])
    made = helper.make_graph(graph.nodes, "ear", [given], [gives], graph.stored)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)]
    data: bytes = helper.make_model(made, opset_imports=opsets, ir_version=8).SerializeToString()
    return data


def _embed(graph: _Graph) -> str:
    from onnx import TensorProto

    words, scales = graph.table("words.weight")
    graph.add("Gather", [words, IDS], "bytes")
    graph.add("Cast", ["bytes"], "numbers", to=TensorProto.FLOAT)
    graph.add("Gather", [scales, IDS], "scales")
    graph.add("Mul", ["numbers", "scales"], "looked up")
    graph.add("Shape", [IDS], "length", start=1, end=2)
    start = graph.put("start", np.array([0], np.int64))
    graph.add("Slice", [graph.vector("places.weight"), start, "length"], "places")
    graph.add("Add", ["looked up", "places"], "placed")
    norm = [graph.vector("norm.weight"), graph.vector("norm.bias")]
    return graph.add("LayerNormalization", ["placed", *norm], "embedded", epsilon=_TINY)


def _layer(graph: _Graph, layer: str, state: str) -> str:
    def multiplied(given: str, name: str) -> str:
        weights, scale = graph.matrix(f"{layer}{name}.weight")
        operands = [given, weights, scale, "", graph.vector(f"{layer}{name}.bias")]
        return graph.add("DynamicQuantizeMatMul", operands, f"{layer}{name}", contrib=True)

    def normed(given: str, beside: str, name: str) -> str:
        # The operation that does both at once takes longer than the two.
        graph.add("Add", [given, beside], f"{layer}{name}.sum")
        norm = [graph.vector(f"{layer}{name}.weight"), graph.vector(f"{layer}{name}.bias")]
        return graph.add("LayerNormalization", [f"{layer}{name}.sum", *norm], f"{layer}{name}", epsilon=_TINY)

    narrow = [f"{layer}narrow", f"{layer}narrow{_SCALE}", f"{layer}narrow.zero"]
    graph.add("DynamicQuantizeLinear", [state], *narrow)
    weights, scale = graph.matrix(f"{layer}qkv.weight")
    zero = graph.put(f"{layer}zero", np.zeros(3 * WIDTH, np.int8))
    attends = [narrow[0], weights, graph.vector(f"{layer}qkv.bias"), narrow[1], scale, "", narrow[2], zero]
    graph.add("QAttention", attends, f"{layer}seen", contrib=True, num_heads=HEADS)
    between = normed(multiplied(f"{layer}seen", "out"), state, "norm")
    graph.add("Gelu", [multiplied(between, "up")], f"{layer}inside", contrib=True)
    return normed(multiplied(f"{layer}inside", "down"), between, "last_norm")


def read(data: bytes) -> dict[str, NDArray[np.float32]]:
    """The numbers that a file stands for, by the names that ``write`` was given them by."""
    import onnx
    from onnx import numpy_helper

    stored = {each.name: numpy_helper.to_array(each) for each in onnx.load_from_string(data).graph.initializer}
    found: dict[str, NDArray[np.float32]] = {}
    for name, value in stored.items():
        if name == "head.weight":
            found[name] = value.T
        elif name + _SCALE in stored:
            scale = stored[name + _SCALE]
            wide = value.astype(np.float32) * scale
            found[name] = wide if scale.ndim == 2 else wide.T
        elif value.dtype == np.float32 and not name.endswith(_SCALE):
            found[name] = value
    return found
