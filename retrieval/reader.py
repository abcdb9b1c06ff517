"""The reader: a small network that looks at a question and a sentence together, token by token.

It stands on the bundled encoder's token vectors, which are made once and kept, so that reading a sentence costs a
fraction of a millisecond. `retrieval/training` makes its weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.embedding import Floats

QUESTION_TOKENS = 32
SENTENCE_TOKENS = 72
_AT_ONCE = 4  # sentences of like length: what a few of them need stays in the processor's cache
_WEIGHTS = Path(__file__).parent / "weights" / "reader.onnx"


class Reader:
    """Scores how well a sentence answers a question: a log-odds. Thread-safe."""

    def __init__(self, path: Path = _WEIGHTS) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def score(
        self, question: Floats, question_ids: Sequence[int], sentences: Sequence[tuple[Floats, Sequence[int]]]
    ) -> Floats:
        """Log-odds, (sentences,). `question` and each sentence are projected token vectors (tokens, 128) with their ids."""
        if not sentences or not len(question_ids):
            return np.full(len(sentences), -9.0, np.float32)
        scores = np.zeros(len(sentences), np.float32)
        by_length = sorted(range(len(sentences)), key=lambda place: len(sentences[place][1]))
        for start in range(0, len(by_length), _AT_ONCE):
            some = by_length[start : start + _AT_ONCE]
            scores[some] = self._score_batch(question, question_ids, [sentences[place] for place in some])
        return scores

    def _score_batch(
        self, question: Floats, question_ids: Sequence[int], sentences: Sequence[tuple[Floats, Sequence[int]]]
    ) -> Floats:
        asked = question[:QUESTION_TOKENS]
        ids = list(question_ids)[:QUESTION_TOKENS]
        count, length = len(sentences), min(SENTENCE_TOKENS, max(len(one[1]) for one in sentences) or 1)
        width = question.shape[1]
        tokens = np.zeros((count, length, width), np.float32)
        mask = np.zeros((count, length), np.float32)
        in_question = np.zeros((count, length), np.int64)
        in_sentence = np.zeros((count, len(ids)), np.int64)
        known = set(ids)
        for row, (vectors, own) in enumerate(sentences):
            size = min(length, len(own), len(vectors))
            tokens[row, :size] = vectors[:size]
            mask[row, :size] = 1
            in_question[row, :size] = [token in known for token in own[:size]]
            have = set(own[:size])
            in_sentence[row] = [token in have for token in ids]
        inputs = {
            "question": np.repeat(asked[None], count, axis=0).astype(np.float32),
            "question_match": in_sentence,
            "sentence": tokens,
            "sentence_mask": mask,
            "sentence_match": in_question,
        }
        scores: Floats = self._session.run(None, inputs)[0]
        return scores
