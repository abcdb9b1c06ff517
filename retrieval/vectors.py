"""Vectors in SQL, by text hash and model: nothing is embedded twice, and the bundled story's are shipped.

Three kinds are kept under the names of their models:
    `e5-small`            a unit vector of a passage or a sentence, half precision, (384,)
    `e5-small:sentences`  of a passage, one unit vector for each of its sentences as read in it, (sentences, 384)
    `e5-small:tokens-N`   of a sentence, one vector for each token, projected, int8 of unit vectors times 127, (tokens, 128)
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert, select

from retrieval import tables as t
from retrieval.database import Database
from retrieval.embedding import BUNDLED, Embedder, Encoded, Encoder, Floats, text_hash, unit
from retrieval.passages import sentences

Bytes = npt.NDArray[np.int8]
Progress = Callable[[int], None]
HIDDEN = 384
IN_CONTEXT = f"{BUNDLED}:sentences"
_PROJECTION = Path(__file__).parent / "weights" / "tokens.npz"
_READ_AT_ONCE = 400


class Vectors:
    """Makes, keeps and reads vectors. Thread-safe."""

    def __init__(self, database: Database, encoder: Encoder, embedder: Embedder, cache: int = 4_096) -> None:
        self._database = database
        self._encoder = encoder
        self.embedder = embedder
        with np.load(_PROJECTION) as stored:
            self._centre: Floats = stored["centre"].astype(np.float32)
            self._basis: Floats = stored["basis"].astype(np.float32)
            self.tokens_model = f"{BUNDLED}:tokens-{int(stored['version'])}"
        self._cached: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._cache_size = cache
        self._lock = threading.Lock()

    def query(self, question: str) -> tuple[Floats, Encoded]:
        """The question's vector by the index's model, and what the bundled encoder reads in it."""
        encoded = self._encoder.query(question)
        vector = encoded.vector if self.embedder.model == BUNDLED else self.embedder.query(question)
        return vector, encoded

    def project(self, states: Floats) -> Floats:
        """Token states (tokens, 384) to unit vectors (tokens, 128)."""
        return unit((states - self._centre) @ self._basis)

    def ensure(self, passage_texts: Sequence[str], progress: Progress | None = None) -> int:
        """Embeds what is not embedded yet of these passages and their sentences; returns how many passages were."""
        missing = self._missing(passage_texts)
        for start in range(0, len(missing), 64):
            batch = missing[start : start + 64]
            self._store(self._rows(batch))
            if progress:
                progress(len(batch))
        return len(missing)

    def _missing(self, texts: Sequence[str]) -> list[str]:
        """The passages that lack a vector, or whose first sentence lacks its tokens'."""
        wanted = dict.fromkeys(texts)
        first = {text: text[slice(*next(iter(sentences(text)), (0, 0)))] for text in wanted}
        have = self._read(map(text_hash, wanted), self.embedder.model, cache=False)
        late = self._read(map(text_hash, wanted), IN_CONTEXT, cache=False)
        read = self._read(map(text_hash, first.values()), self.tokens_model, cache=False)
        held = (have.keys() & late.keys(), read.keys())
        return [text for text in wanted if text_hash(text) not in held[0] or text_hash(first[text]) not in held[1]]

    def _rows(self, texts: list[str]) -> list[dict[str, object]]:
        rows: dict[tuple[str, str], bytes] = {}
        parts: dict[str, None] = {}
        for text, encoded in zip(texts, self._encoder.passages(texts), strict=True):
            inside = [text[start:end] for start, end in sentences(text)]
            parts.update(dict.fromkeys(inside))
            if self.embedder.model == BUNDLED:
                rows[text_hash(text), BUNDLED] = _half(encoded.vector)
            rows[text_hash(text), IN_CONTEXT] = _half(self._in_context(inside, encoded))
        if self.embedder.model != BUNDLED:
            for text, vector in zip(texts, self.embedder.documents(texts), strict=True):
                rows[text_hash(text), self.embedder.model] = _half(vector)
        fresh = self._read([text_hash(part) for part in parts], self.tokens_model, cache=False)
        alone = [part for part in parts if text_hash(part) not in fresh]
        for part, encoded in zip(alone, self._encoder.passages(alone), strict=True):
            rows[text_hash(part), BUNDLED] = _half(encoded.vector)
            rows[text_hash(part), self.tokens_model] = (
                np.round(self.project(encoded.states) * 127).astype(np.int8).tobytes()
            )
        return [{"text_hash": key, "model": model, "data": data} for (key, model), data in rows.items()]

    def _in_context(self, inside: list[str], encoded: Encoded) -> Floats:
        """The mean state of each sentence's tokens, as they were read within the passage."""
        vectors = np.zeros((len(inside), HIDDEN), np.float32)
        at = 0
        for index, part in enumerate(inside):
            length = len(self._encoder.token_ids(part))
            piece = encoded.states[at : at + length]
            vectors[index] = piece.mean(0) if len(piece) else encoded.vector
            at += length
        return unit(vectors)

    def _store(self, rows: list[dict[str, object]]) -> None:
        with self._database.write() as connection:
            keys = [row["text_hash"] for row in rows]
            taken = {
                (row.text_hash, row.model)
                for row in connection.execute(
                    select(t.vectors.c.text_hash, t.vectors.c.model).where(t.vectors.c.text_hash.in_(keys))
                )
            }
            fresh = [row for row in rows if (row["text_hash"], row["model"]) not in taken]
            if fresh:
                connection.execute(insert(t.vectors), fresh)

    def whole(self, texts: Iterable[str]) -> dict[str, Floats]:
        """The unit vectors of passages by the index's model, by text hash."""
        return {key: _floats(data) for key, data in self._read(map(text_hash, texts), self.embedder.model).items()}

    def of_sentences(
        self, texts: Sequence[str], passages: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, Floats]]:
        """Of sentences their own unit vectors and their tokens', of passages those of their sentences in context.

        All by text hash.
        """
        own = [text_hash(text) for text in texts]
        around = [text_hash(text) for text in passages]
        found = self._read_all([*((key, BUNDLED) for key in own), *((key, self.tokens_model) for key in own),
                                *((key, IN_CONTEXT) for key in around)])  # fmt: skip
        alone = {key: _floats(found[key, BUNDLED]) for key in own if (key, BUNDLED) in found}
        tokens = {
            key: self._token_vectors(found[key, self.tokens_model]) for key in own if (key, self.tokens_model) in found
        }
        context = {
            key: _floats(found[key, IN_CONTEXT]).reshape(-1, HIDDEN) for key in around if (key, IN_CONTEXT) in found
        }
        return alone, tokens, context

    def tokens(self, texts: Iterable[str]) -> dict[str, Floats]:
        """The projected token vectors of sentences, (tokens, 128) each, by text hash."""
        found = self._read([text_hash(text) for text in texts], self.tokens_model)
        return {key: self._token_vectors(data) for key, data in found.items()}

    def _token_vectors(self, data: bytes) -> Floats:
        return np.frombuffer(data, np.int8).astype(np.float32).reshape(-1, self._basis.shape[1]) / np.float32(127)

    def _read(self, keys: Iterable[str], model: str, *, cache: bool = True) -> dict[str, bytes]:
        found = self._read_all([(key, model) for key in keys], cache=cache)
        return {key: data for (key, _), data in found.items()}

    def _read_all(self, wanted: Sequence[tuple[str, str]], *, cache: bool = True) -> dict[tuple[str, str], bytes]:
        found: dict[tuple[str, str], bytes] = {}
        if cache:
            with self._lock:
                for one in wanted:
                    if (data := self._cached.get(one)) is not None:
                        self._cached.move_to_end(one)
                        found[one] = data
        missing = {one for one in wanted if one not in found}
        if not missing:
            return found
        keys = sorted({key for key, _ in missing})
        models = sorted({model for _, model in missing})
        fresh: dict[tuple[str, str], bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(keys), _READ_AT_ONCE):
                rows = connection.execute(
                    select(t.vectors.c.text_hash, t.vectors.c.model, t.vectors.c.data).where(
                        t.vectors.c.text_hash.in_(keys[start : start + _READ_AT_ONCE]), t.vectors.c.model.in_(models)
                    )
                )
                fresh.update(
                    {(row.text_hash, row.model): row.data for row in rows if (row.text_hash, row.model) in missing}
                )
        if cache:
            with self._lock:
                self._cached.update(fresh)
                while len(self._cached) > self._cache_size:
                    self._cached.popitem(last=False)
        return found | fresh

    def load_shipped(self, path: Path) -> int:
        """Takes in the vectors that a story ships, so that its first start embeds nothing; returns how many."""
        if not path.is_file():
            return 0
        with np.load(path, allow_pickle=False) as stored:
            data = stored["data"]
            rows = [
                {"text_hash": key.decode(), "model": model.decode(), "data": data[start:end].tobytes()}
                for key, model, start, end in zip(
                    stored["keys"], stored["models"], stored["ends"][:-1], stored["ends"][1:], strict=True
                )
            ]
        for start in range(0, len(rows), 2_000):
            self._store(rows[start : start + 2_000])
        return len(rows)


def _floats(data: bytes) -> Floats:
    return np.frombuffer(data, np.float16).astype(np.float32)


def _half(vector: Floats) -> bytes:
    return vector.astype(np.float16).tobytes()
