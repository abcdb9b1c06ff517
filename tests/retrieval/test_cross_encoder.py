"""The cross-encoder reads a question and a sentence together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.cross_encoder import HEADER, QUESTION, SENTENCE, CrossEncoder, pair_ids
from retrieval.embedding import EOS, Encoder
from retrieval.ranker import reordered

HEADER_TEXT = "Repairs at the dam · Valley Courier · 2031-03-04"


@pytest.fixture(scope="module")
def encoder(models: Path) -> Encoder:
    return Encoder(models)


@pytest.fixture(scope="module")
def cross_encoder(encoder: Encoder) -> CrossEncoder:
    return CrossEncoder(encoder.words)


def row(encoder: Encoder, question: str, sentence: str) -> list[int]:
    return pair_ids(*(encoder.token_ids(text) for text in (question, HEADER_TEXT, sentence)))


@pytest.mark.parametrize(
    ("question", "right", "near"),
    [
        (
            "What did the mayor pay for the new turbine?",
            "The mayor bought the new turbine for 2 million crowns.",
            "The mayor saw the new turbine on Monday.",
        ),
        (
            "Why was the school shut?",
            "The school was closed because its roof leaked.",
            "The school was closed on 4 March 2031.",
        ),
        (
            "Who runs the dam?",
            "The dam is operated by Valley Water, a public company.",
            "The dam is operated from a hut above the town.",
        ),
    ],
)
def test_what_answers_is_told_from_what_nearly_answers(
    encoder: Encoder, cross_encoder: CrossEncoder, question: str, right: str, near: str
) -> None:
    scores = cross_encoder.score([row(encoder, question, right), row(encoder, question, near)])
    assert scores[0] > scores[1]


def test_a_sentence_is_scored_alike_alone_and_in_a_batch(encoder: Encoder, cross_encoder: CrossEncoder) -> None:
    short, long = (row(encoder, "Who runs the dam?", text) for text in ("Nobody.", "Valley Water runs it. " * 8))
    alone = [float(cross_encoder.score([one])[0]) for one in (short, long)]
    assert cross_encoder.score([short, long]) == pytest.approx(alone, abs=0.6)


def test_no_sentences_are_no_fault(cross_encoder: CrossEncoder) -> None:
    assert cross_encoder.score([]).shape == (0,)


def test_long_texts_are_cut_and_the_end_of_the_header_is_kept() -> None:
    ids = pair_ids([7] * 500, list(range(100, 200)), [9] * 500)
    assert len(ids) == QUESTION + HEADER + SENTENCE + 4
    assert ids[QUESTION + 3 : QUESTION + 3 + HEADER] == list(range(200 - HEADER, 200))
    assert ids[-1] == EOS


@given(
    st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=16).map(lambda some: sorted(some, reverse=True)),
    st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=3),
)
def test_what_was_not_read_closely_does_not_overtake(scores: list[float], close: list[float]) -> None:
    close = close[: len(scores)]
    after = reordered(np.array(scores, np.float32), np.array(close, np.float32), 0.7)
    assert int(np.argmax(after)) < len(close)
