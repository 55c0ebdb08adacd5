"""PyTorch → ONNX with weights in int8, the table of words apart so that encoder and reader share it.

Products with constant matrices are quantised dynamically and by channel; the table is stored by rows, each with its
scale, in a file beside the graphs (external data), which onnxruntime maps into memory.
"""

import hashlib
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from training.model import Encoder, Reader
from training.smoothing import smooth

WORDS_FILE = "words.bin"
_TABLE = "trunk.words.weight"
_OPSET = 17


def write_words(weights: Tensor, folder: Path) -> None:
    """Write the table: int8 rows, and the scales (float32) after them."""
    numbers, scales = quantise_rows(weights.detach().numpy())
    (folder / WORDS_FILE).write_bytes(numbers.tobytes() + scales.tobytes())


def quantise_rows(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 rows and each one's scale, (n, 1)."""
    scales = np.maximum(np.abs(weights).max(1, keepdims=True), 1e-12) / 127
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


def export(module: Encoder | Reader, path: Path, samples: Iterable[tuple[Tensor, ...]]) -> None:
    """Write an encoder or a reader to `path`; `WORDS_FILE` has to stand beside it when it is loaded.

    `samples` are some inputs, by which the range of numbers between the layers is known.
    Inputs `ids` (int64, batch × length) and, for a reader, `parts`; outputs `vector`, or `start`, `end` and `carries`.
    """
    ids = torch.tensor([[0, 5, 6, 2, 2, 7, 8, 2], [0, 5, 6, 2, 2, 9, 2, 1]])
    parts = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 1, 0, 0]])
    inputs: tuple[str, ...] = ("ids",)
    outputs: tuple[str, ...] = ("vector",)
    if isinstance(module, Reader):
        inputs, outputs = ("ids", "parts"), ("start", "end", "carries")
    axes = {
        name: {0: "batch"} if name in ("vector", "carries") else {0: "batch", 1: "length"} for name in inputs + outputs
    }
    whole, small = path.with_suffix(".float.onnx"), path.with_suffix(".int8.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about itself
        torch.onnx.export(
            smooth(module, samples), (ids, parts)[: len(inputs)], str(whole), input_names=inputs, output_names=outputs,
            dynamic_axes=axes,
            opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
    options = {"MatMulConstBOnly": True}
    quantize_dynamic(
        whole,
        small,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,  # 7 bits: processors without VNNI would overflow with 8 (AVX2), so all give the same results
        op_types_to_quantize=["MatMul"],
        extra_options=options,
    )
    model = onnx.load(small)
    _share_words(model)
    path.write_bytes(model.SerializeToString())
    whole.unlink()
    small.unlink()


def checksum(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _share_words(model: onnx.ModelProto) -> None:
    """Replace the table in the graph by the int8 one in the file beside it."""
    graph = model.graph
    table = next(one for one in graph.initializer if one.name == _TABLE)
    gather = next(node for node in graph.node if node.op_type == "Gather" and node.input[0] == _TABLE)
    rows, columns = table.dims
    graph.initializer.remove(table)
    graph.initializer.append(_external("words", TensorProto.INT8, (rows, columns), 0, rows * columns))
    graph.initializer.append(_external("word_scales", TensorProto.FLOAT, (rows, 1), rows * columns, rows * 4))
    ids, result = gather.input[1], gather.output[0]
    nodes = [
        helper.make_node("Gather", ["words", ids], ["word_numbers"], "gather_words", axis=0),
        helper.make_node("Cast", ["word_numbers"], ["word_floats"], "cast_words", to=TensorProto.FLOAT),
        helper.make_node("Gather", ["word_scales", ids], ["word_scale"], "gather_scales", axis=0),
        helper.make_node("Mul", ["word_floats", "word_scale"], [result], "scale_words"),
    ]
    place = list(graph.node).index(gather)
    graph.node.remove(gather)
    for shift, node in enumerate(nodes):
        graph.node.insert(place + shift, node)


def _external(name: str, kind: int, shape: tuple[int, ...], offset: int, length: int) -> TensorProto:
    tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", WORDS_FILE), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
