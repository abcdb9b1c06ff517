"""Text to vectors: the bundled encoder, or any other model by name.

The bundled encoder also gives a vector for each token, which sentences are compared by (late interaction); another
model gives whole vectors only, and tokens stay with the bundled one.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

Floats = npt.NDArray[np.float32]
BUNDLED = "e5-small"
_GRAPH_VERSION = 3  # a new number rebuilds the cached graph
_BATCH_TOKENS = 1_024
_LIMIT = 512
BOS, PAD, EOS = 0, 1, 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text: its unit vector (hidden,), its token ids, and the tokens' states (tokens, hidden), without the prefix."""

    vector: Floats
    ids: tuple[int, ...]
    states: Floats


class Encoder:
    """multilingual-e5-small in dynamic int8. Thread-safe.

    `rarity` is, for each token id, minus the logarithm of its frequency in the vocabulary's own training text.

    `cache` is where the graph is kept once it is built (about ten seconds, 77 MB). Raises FileNotFoundError or
    ValueError where the weights are missing or are not the expected ones.
    """

    def __init__(self, cache: Path) -> None:
        from tokenizers import Tokenizer

        from retrieval.e5 import Words

        graph, vocabulary, characters, table, places = _built(cache)
        self._session = open_session(graph)
        self.words = Words(table, places)
        self._tokenizer = Tokenizer.from_file(str(vocabulary))
        with np.load(characters) as stored:
            self._characters = {
                int(code): str(text) for code, text in zip(stored["codes"], stored["texts"], strict=True)
            }
            self.rarity: Floats = stored["rarity"]
        self.token_ids = lru_cache(maxsize=4_096)(self._token_ids)
        self._prefixes = {name: self.token_ids(f"{name}:") for name in ("query", "passage")}

    def _token_ids(self, text: str) -> tuple[int, ...]:
        """The ids of a text's tokens. Words are cut one by one, so the ids of two joined texts are those of each."""
        from retrieval.e5 import normalise

        return tuple(self._tokenizer.encode(normalise(text, self._characters)).ids)

    def query(self, text: str) -> Encoded:
        return next(self._encode([self.token_ids(text)], "query"))

    def passages(self, texts: Sequence[str]) -> Iterator[Encoded]:
        """Encodes in batches of like length; the results come in the order of the texts."""
        return self._encode([self.token_ids(text) for text in texts], "passage")

    def _encode(self, texts: Sequence[Sequence[int]], prefix: str) -> Iterator[Encoded]:
        head = [BOS, *self._prefixes[prefix]]
        rows = [[*head, *ids[: _LIMIT - len(head) - 1], EOS] for ids in texts]
        done: dict[int, Encoded] = {}
        for batch in _batches(rows):
            length = max(len(rows[index]) for index in batch)
            ids = np.full((len(batch), length), PAD, np.int64)
            mask = np.zeros((len(batch), length), np.int64)
            for place, index in enumerate(batch):
                ids[place, : len(rows[index])] = rows[index]
                mask[place, : len(rows[index])] = 1
            hidden: Floats = self._session.run(None, {"embedded": self.words(ids), "mask": mask})[0]
            for place, index in enumerate(batch):
                row = rows[index]
                states = hidden[place, : len(row)]
                done[index] = Encoded(unit(states.mean(0)), tuple(row[len(head) : -1]), states[len(head) : -1])
        for index in range(len(rows)):
            yield done[index]


def open_session(graph: Path, *, spinning: bool = False) -> Any:
    """A network for two threads at most, that keeps no memory for later.

    Between the steps of a run its threads sleep; `spinning` lets them wait awake, which is a quarter quicker, and stop
    when the run ends.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(2, os.cpu_count() or 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _batches(rows: list[list[int]]) -> Iterator[list[int]]:
    batch: list[int] = []
    for index in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        if batch and (len(batch) + 1) * len(rows[index]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def unit(vectors: npt.NDArray[np.floating[Any]]) -> Floats:
    """Scaled to length one along the last axis; a zero vector stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return scaled


def _built(cache: Path) -> tuple[Path, Path, Path, Path, Path]:
    """Builds the graph, the vocabulary, the map of characters and the table of words into the cache, once."""
    from retrieval import e5

    cache.mkdir(parents=True, exist_ok=True)
    stem = f"{BUNDLED}-{e5.SHA256[:8]}-{_GRAPH_VERSION}"
    graph, vocabulary, characters = (cache / f"{stem}.{suffix}" for suffix in ("onnx", "json", "npz"))
    table, places = (cache / f"{stem}.{name}.npy" for name in ("words", "places"))
    if graph.is_file():  # it is moved into place last
        return graph, vocabulary, characters, table, places
    _log.info("building the embedding model, once")
    weights = e5.read_weights(e5.weights_path())
    scratch = f"{os.getpid()}.part"
    e5.build_tokenizer(weights).save(str(cache / f"{scratch}.json"))
    codes = sorted(weights.normal)
    np.savez(
        cache / f"{scratch}.npz",
        codes=[ord(c) for c in codes],
        texts=[weights.normal[c] for c in codes],
        rarity=np.array([-score for _, score in weights.pieces], np.float32),
    )
    e5.Words.save(weights, cache / f"{scratch}.words.npy", cache / f"{scratch}.places.npy")
    small = cache / f"{scratch}.onnx"
    e5.quantise(e5.build_graph(weights), small)
    (cache / f"{scratch}.json").replace(vocabulary)
    (cache / f"{scratch}.npz").replace(characters)
    (cache / f"{scratch}.words.npy").replace(table)
    (cache / f"{scratch}.places.npy").replace(places)
    small.replace(graph)
    return graph, vocabulary, characters, table, places


class Embedder(Protocol):
    """What the index asks of a model: unit vectors, and a name that tells one model's vectors from another's."""

    model: str

    def documents(self, texts: Sequence[str]) -> Floats: ...

    def query(self, text: str) -> Floats: ...


class BundledEmbedder:
    """Whole vectors of the bundled encoder."""

    model = BUNDLED

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def documents(self, texts: Sequence[str]) -> Floats:
        return np.stack([encoded.vector for encoded in self._encoder.passages(texts)])

    def query(self, text: str) -> Floats:
        return self._encoder.query(text).vector


class NamedEmbedder:
    """Any `provider:model` that LangChain's `init_embeddings` knows; its key and address by the provider's variables."""

    def __init__(self, model: str) -> None:
        from langchain.embeddings import init_embeddings

        if ":" not in model:
            raise ValueError(f"BRIEFING_EMBEDDING_MODEL is {BUNDLED} or provider:model, not {model!r}")
        self.model = model
        self._embeddings: Any = init_embeddings(model)

    def documents(self, texts: Sequence[str]) -> Floats:
        return unit(np.asarray(self._embeddings.embed_documents(list(texts)), np.float32))

    def query(self, text: str) -> Floats:
        return unit(np.asarray(self._embeddings.embed_query(text), np.float32))


class LangChainEmbeddings(Embeddings):
    """An embedder as LangChain's `Embeddings`."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self._embedder.documents(texts)] if texts else []

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._embedder.query(text)]


@lru_cache(maxsize=65_536)
def text_hash(text: str) -> str:
    """What a vector is kept under: the text alone."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
