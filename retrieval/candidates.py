"""From a question to the sentences that may answer it, each with the scores of the search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np

from retrieval.embedding import Encoded, Floats, text_hash
from retrieval.index import Index, Ranked
from retrieval.known import existed
from retrieval.library import Library
from retrieval.models import Passage, Source
from retrieval.passages import Span, sentences
from retrieval.question import Question
from retrieval.vectors import Vectors

POOL = 60  # passages asked of each index
OPENED = 24  # passages whose sentences are looked at
NEIGHBOUR = 0.25  # weight of the passages before and after one


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with its place in the search: `score` is fused, `dense` a cosine, `lexical` BM25 over the best."""

    passage: Passage
    source: Source
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a found passage: its span in it, its rank among them, and how near it is to the question.

    `alone` and `context` are cosines of the sentence by itself and as read in its passage; `late` the mean over the
    question's tokens, by rarity, of the nearest token's cosine, `worst` that of the least covered rare one.
    """

    found: Found
    start: int
    end: int
    alone: float = 0.0
    context: float = 0.0
    late: float = 0.0
    worst: float = 0.0
    reader: float = field(default=0.0)

    @property
    def text(self) -> str:
        return self.found.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Read:
    """A question as the encoder read it: its vector in the index's space, its tokens' vectors, ids and weights."""

    vector: Floats
    own: Floats
    tokens: Floats
    ids: tuple[int, ...]
    weights: Floats


def search(
    question: Question, read: Read, index: Index, library: Library, now: datetime | None, pool: int = POOL
) -> list[Found]:
    """Passages by both indexes, fused: each one's score over its best, and a share of its neighbours' scores."""
    dense = index.dense(read.vector, pool)
    lexical = index.lexical(question.terms, pool)
    rows = library.passages(list({key for key, _ in (*dense, *lexical)}))
    if now is not None:
        rows = {key: row for key, row in rows.items() if existed(row[1], now)}
    return fuse(dense, lexical, rows)


def fuse(dense: Ranked, lexical: Ranked, rows: dict[str, tuple[Passage, Source]]) -> list[Found]:
    """The found passages, best first. Pure."""
    dense_of = {key: score for key, score in dense if key in rows}
    lexical_of = {key: score for key, score in lexical if key in rows}
    low = min(dense_of.values(), default=0.0)
    high = max(dense_of.values(), default=1.0)
    top = max(lexical_of.values(), default=0.0) or 1.0
    own = {
        key: (max(dense_of.get(key, low) - low, 0.0) / ((high - low) or 1.0), lexical_of.get(key, 0.0) / top)
        for key in rows
    }
    place = {(passage.document_id, passage.ordinal): key for key, (passage, _) in rows.items()}
    found: list[Found] = []
    for key, (passage, source) in rows.items():
        near = [place.get((passage.document_id, passage.ordinal + step)) for step in (-1, 1)]
        around = sum(sum(own[other]) for other in near if other) / 2
        score = sum(own[key]) + NEIGHBOUR * around
        found.append(Found(passage, source, score, dense_of.get(key, low), own[key][1]))
    found.sort(key=lambda one: (-one.score, one.passage.passage_id))
    return found


@lru_cache(maxsize=16_384)
def _spans(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


def sentences_of(found: list[Found], read: Read, vectors: Vectors) -> list[Sentence]:
    """The sentences of the passages, with how near each is to the question."""
    spans = [(one, number, span) for one in found for number, span in enumerate(_spans(one.passage.text))]
    texts = [one.passage.text[start:end] for one, _, (start, end) in spans]
    alone, tokens, context = vectors.of_sentences(texts, [one.passage.text for one in found])
    kept = [tokens.get(text_hash(text)) for text in texts]
    near = nearness(read, [one for one in kept if one is not None and len(one)])
    out: list[Sentence] = []
    for (one, number, (start, end)), text, token in zip(spans, texts, kept, strict=True):
        within = context.get(text_hash(one.passage.text))
        own = alone.get(text_hash(text))
        late, worst = next(near) if token is not None and len(token) else (0.0, 0.0)
        out.append(
            Sentence(
                found=one,
                start=start,
                end=end,
                alone=float(own @ read.own) if own is not None else 0.0,
                context=float(within[number] @ read.own) if within is not None and number < len(within) else 0.0,
                late=late,
                worst=worst,
            )
        )
    return out


def nearness(read: Read, sentences: list[Floats]) -> Iterator[tuple[float, float]]:
    """For each sentence's token vectors: of each question token's best cosine, the weighted mean, and the least among
    the rarer half of the tokens."""
    if not len(read.ids) or not sentences:
        return iter([(0.0, 0.0)] * len(sentences))
    starts = np.cumsum([0, *(len(one) for one in sentences[:-1])])
    # One by one: so small a product is not shared out among threads, which would wait for each other.
    cosines = np.concatenate([read.tokens @ one.T for one in sentences], axis=1)
    best = np.maximum.reduceat(cosines, starts, axis=1)
    rare = read.weights >= np.median(read.weights)
    late = read.weights @ best / read.weights.sum()
    return iter(zip(late.tolist(), best[rare].min(axis=0).tolist(), strict=True))


def read_by(encoded: Encoded, vector: Floats, vectors: Vectors, weight: Callable[[int], float]) -> Read:
    """Puts a question's encoding into the form that sentences are compared with; `weight` is a token's rarity."""
    weights = np.array([weight(token) for token in encoded.ids], np.float32)
    return Read(vector, encoded.vector, vectors.project(encoded.states), encoded.ids, np.maximum(weights, 1e-3))
