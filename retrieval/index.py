"""The indexes: vectors in Chroma, words in SQLite's full text. Derived from the library; they give ids and scores only.

One process owns them, by a lock that the operating system frees when it ends. A process without the lock, or with
Chroma out of reach, compares the vectors that lie in SQL one by one.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import math
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from retrieval import tables as t
from retrieval.embedding import Floats, text_hash
from retrieval.library import Library
from retrieval.names import Names
from retrieval.vectors import Vectors
from retrieval.words import stems

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

CONSUMER = "index"
WORDS_VERSION = 1  # a new number rebuilds the full text
COLLECTION = "passages"
_AT_ONCE = 512
_log = logging.getLogger(__name__)
Ranked = list[tuple[str, float]]


class IndexMismatch(RuntimeError):
    """The index was built with another model than the one that is set."""


class Index:
    """Follows the library's log of changes, and finds passages by vector and by word. Thread-safe."""

    def __init__(
        self, library: Library, names: Names, vectors: Vectors, home: Path, chroma_url: str | None = None
    ) -> None:
        self._library = library
        self._names = names
        self._vectors = vectors
        self._home = home
        self._chroma_url = chroma_url
        self._lock = threading.RLock()
        self._local = threading.local()
        self._collection: Collection | None = None
        self._exact: tuple[int, list[str], Floats] | None = None
        self._rarity: tuple[int, dict[str, float], int] = (-1, {}, 0)
        self._lock_file = (home / "index.lock").open("a")
        self.owner = self._take_lock()

    # Who owns it

    def _take_lock(self) -> bool:
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Gives the lock back."""
        self._lock_file.close()

    # Following the library

    def follow(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Brings the indexes up to the library's last change; returns how many changes it took in.

        Does nothing in a process that does not own them. Raises IndexMismatch where they hold another model's vectors.
        """
        if not self.owner:
            self.owner = self._take_lock()
            if not self.owner:
                return 0
        with self._lock:
            self._check_model()
            self._words()
            if self._library.meta("index_tokens") != self._vectors.tokens_model:  # the reader was trained anew
                self._library.move_cursor(CONSUMER, 0)
                self._library.set_meta("index_tokens", self._vectors.tokens_model)
            taken = 0
            while changes := self._library.changes_since(self._library.cursor(CONSUMER)):
                touched = {change.source_id for change in changes}
                self._take_in(touched, progress)
                self._library.move_cursor(CONSUMER, changes[-1].number)
                taken += len(changes)
            return taken

    def rebuild(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Forgets what is indexed and indexes the library anew; returns the passages indexed. Raises where not owner."""
        if not self.owner:
            raise RuntimeError("the index belongs to a running bot: stop it first, then run reindex")
        with self._lock:
            self._library.set_meta("index_model", self._vectors.embedder.model)
            self._drop_collection()
            self._collection = None
            self._words().executescript("DELETE FROM words;")
            self._library.move_cursor(CONSUMER, 0)
            self.follow(progress)
            return self.count()

    def _check_model(self) -> None:
        built, wanted = self._library.meta("index_model"), self._vectors.embedder.model
        if built is None:
            self._library.set_meta("index_model", wanted)
        elif built != wanted:
            raise IndexMismatch(f"the index was built with {built}, but {wanted} is set: run `python -m bot reindex`")

    def _take_in(self, document_ids: set[str], progress: Callable[[str, int, int], None] | None) -> None:
        ids = sorted(document_ids)
        live: dict[str, tuple[str, str]] = {}
        stale: set[str] = set()
        with self._library.database.read() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                found = t.passages.c.document_id.in_(some) | t.passages.c.source_id.in_(some)
                rows = connection.execute(
                    select(t.passages.c.passage_id, t.passages.c.text, t.passages.c.header, t.passages.c.live).where(
                        found
                    )
                )
                for row in rows:
                    if row.live:
                        live[row.passage_id] = (row.text, row.header)
                    else:
                        stale.add(row.passage_id)
        texts = [text for text, _ in live.values()]
        done = 0

        def embedded(count: int) -> None:
            nonlocal done
            done += count
            if progress:
                progress("embedding", done, len(texts))

        self._vectors.ensure(texts, embedded)
        self._write_words(live, stale)
        self._write_vectors(live, stale)

    def _write_words(self, live: dict[str, tuple[str, str]], stale: set[str]) -> None:
        words = self._words()
        with words:
            words.executemany("DELETE FROM words WHERE passage_id = ?", [(key,) for key in (*live, *stale)])
            words.executemany(
                "INSERT INTO words (passage_id, header, body) VALUES (?, ?, ?)",
                [(key, self._searched(header), self._searched(text)) for key, (text, header) in live.items()],
            )

    def _searched(self, text: str) -> str:
        return " ".join((*stems(text), *self._names.keys(text)))

    def _write_vectors(self, live: dict[str, tuple[str, str]], stale: set[str]) -> None:
        collection = self._chroma()
        if collection is None:
            return
        gone = sorted(stale)
        for start in range(0, len(gone), _AT_ONCE):
            collection.delete(ids=gone[start : start + _AT_ONCE])
        keys = list(live)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            vectors = self._vectors.whole(live[key][0] for key in some)
            collection.upsert(ids=some, embeddings=np.stack([vectors[text_hash(live[key][0])] for key in some]))

    # Finding

    def dense(self, vector: Floats, k: int) -> Ranked:
        """The k nearest passages, with the cosine of each."""
        if self.owner and (collection := self._chroma()) is not None:
            found = collection.query(query_embeddings=vector[None], n_results=k, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            return [(key, 1 - float(distance)) for key, distance in zip(found["ids"][0], distances, strict=True)]
        return self._dense_exact(vector, k)

    def _dense_exact(self, vector: Floats, k: int) -> Ranked:
        with self._lock:
            last = self._library.last_change()
            if self._exact is None or self._exact[0] != last:
                with self._library.database.read() as connection:
                    rows = connection.execute(
                        select(t.passages.c.passage_id, t.passages.c.text).where(t.passages.c.live)
                    ).all()
                vectors = self._vectors.whole(row.text for row in rows)
                kept = [row for row in rows if text_hash(row.text) in vectors]
                matrix = (
                    np.stack([vectors[text_hash(row.text)] for row in kept]) if kept else np.zeros((0, 1), np.float32)
                )
                self._exact = (last, [row.passage_id for row in kept], matrix)
            _, keys, matrix = self._exact
        if not keys:
            return []
        scores = matrix @ vector
        best = np.argsort(-scores)[:k]
        return [(keys[index], float(scores[index])) for index in best]

    def lexical(self, terms: Iterable[str], k: int) -> Ranked:
        """The k passages that hold these stems and name keys best (BM25; the passage counts thrice its header)."""
        wanted = [term for term in dict.fromkeys(terms) if term]
        if not wanted:
            return []
        query = " OR ".join('"' + term.replace('"', '""') + '"' for term in wanted[:64])
        rows = self._words().execute(
            "SELECT passage_id, bm25(words, 0, 1, 3) AS score FROM words WHERE words MATCH ? ORDER BY score LIMIT ?",
            (query, k),
        )
        return [(key, -score) for key, score in rows]

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """How rare each stem is: the logarithm of passages over those that hold it, at least 0."""
        with self._lock:
            last = self._library.cursor(CONSUMER)
            if self._rarity[0] != last:
                self._rarity = (last, {}, self.count())
            _, known, total = self._rarity
            fresh = [term for term in dict.fromkeys(terms) if term not in known]
            if fresh:
                connection = self._words()
                for term in fresh:
                    row = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
                    known[term] = max(0.0, math.log((total + 1) / ((row[0] if row else 0) + 0.5)))
            return {term: known[term] for term in dict.fromkeys(terms)}

    def count(self) -> int:
        """How many passages the full text holds."""
        return int(self._words().execute("SELECT count(*) FROM words").fetchone()[0])

    # The two stores

    def _words(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "words", None)
        if connection is not None:
            return connection
        connection = sqlite3.connect(self._home / "words.sqlite", timeout=60)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        self._local.words = connection
        version = f"{WORDS_VERSION}-{_digest(self._names)}"
        connection.execute("CREATE TABLE IF NOT EXISTS about (version TEXT)")
        row = connection.execute("SELECT version FROM about").fetchone()
        if row is None or (row[0] != version and self.owner):
            with self._lock:
                self._make_words(connection, version)
        return connection

    def _make_words(self, connection: sqlite3.Connection, version: str) -> None:
        with connection:
            connection.execute("DELETE FROM about")
            connection.execute("DROP TABLE IF EXISTS words")
            connection.execute("DROP TABLE IF EXISTS vocabulary")
            connection.execute(
                "CREATE VIRTUAL TABLE words USING fts5(passage_id UNINDEXED, header, body,"
                " tokenize='unicode61 remove_diacritics 0')"
            )
            connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row')")
            connection.execute("INSERT INTO about VALUES (?)", (version,))
        if self.owner:  # index anew what the library holds
            self._library.move_cursor(CONSUMER, 0)

    def _chroma(self) -> Collection | None:
        with self._lock:
            if self._collection is None:
                try:
                    self._collection = self._client().get_or_create_collection(
                        COLLECTION,
                        embedding_function=None,
                        configuration={"hnsw": {"space": "cosine", "ef_search": 400, "ef_construction": 200}},
                    )
                except Exception as error:  # whatever its client raises: the vectors in SQL serve meanwhile
                    _log.warning("Chroma cannot be reached, searching the vectors in SQL: %s", error)
            return self._collection

    def _client(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._chroma_url is None:
            return chromadb.PersistentClient(str(self._home / "chroma"), settings=settings)
        from urllib.parse import urlsplit

        parts = urlsplit(self._chroma_url)
        secure = parts.scheme == "https"
        return chromadb.HttpClient(
            host=parts.hostname or "localhost",
            port=parts.port or (443 if secure else 8000),
            ssl=secure,
            settings=settings,
        )

    def _drop_collection(self) -> None:
        import chromadb.errors

        with suppress(ValueError, chromadb.errors.ChromaError):  # there was none
            self._client().delete_collection(COLLECTION)


def _digest(names: Names) -> str:
    spellings: Sequence[tuple[str, ...]] = [(name.key, *name.spellings, *name.exact) for name in names.all]
    return hashlib.sha256(repr(spellings).encode()).hexdigest()[:12]
