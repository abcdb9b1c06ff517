"""The cross-encoder: the first layers of the bundled model, taught to read a question and a sentence together.

It is far slower than the reader, and surer: it looks only at the few sentences that the ranker puts first.
`retrieval/training` makes its weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.e5 import Words
from retrieval.embedding import BOS, EOS, PAD, Floats, open_session

LAYERS = 8  # of the model's twelve: a third less to wait for
QUESTION, HEADER, SENTENCE = 40, 16, 80  # tokens that are read of each
WEIGHTS = Path(__file__).parent / "weights" / "cross_encoder.onnx"


def pair_ids(question: Sequence[int], header: Sequence[int], sentence: Sequence[int]) -> list[int]:
    """A question, the end of a passage's header (publisher and date stand last) and a sentence, as one row of tokens."""
    return [BOS, *question[:QUESTION], EOS, EOS, *header[-HEADER:], *sentence[:SENTENCE], EOS]


class CrossEncoder:
    """Scores how well a sentence answers a question: a log-odds. Thread-safe."""

    def __init__(self, words: Words, path: Path = WEIGHTS) -> None:
        self._words = words
        self._session = open_session(path, spinning=True)

    def score(self, rows: Sequence[Sequence[int]]) -> Floats:
        """Log-odds, (rows,), of rows as `pair_ids` makes them."""
        if not rows:
            return np.zeros(0, np.float32)
        ids = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
        inputs = {"embedded": self._words(ids), "mask": (ids != PAD).astype(np.int64)}
        scores: Floats = self._session.run(None, inputs)[0]
        return scores
