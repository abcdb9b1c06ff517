"""Cutting: every character that matters stands in one passage, at its own place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import PASSAGE, SENTENCE, passages, sentences

TEXT = st.text(st.sampled_from("abc ABC.!? \n,;'\"12é中။"), max_size=3000)


def words_of(text: str) -> str:
    return "".join(text.split())


@given(TEXT)
def test_passages_cover_the_text_once_and_in_order(text: str) -> None:
    spans = passages(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert words_of("".join(text[start:end] for start, end in spans)) == words_of(text)
    assert all(end - start <= max(PASSAGE, SENTENCE + 100) for start, end in spans)


@given(TEXT)
def test_sentences_cover_a_passage(text: str) -> None:
    assert words_of("".join(text[start:end] for start, end in sentences(text))) == words_of(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Col. Rell spoke. He left.", 2),
        ("The U.S. firm paid $3.5 million. It was late.", 2),
        ("Water fell by 3.5 metres on 4 Mar. 2031 and rose again.", 1),
        ("“We leave.” She went home.", 2),
        ("Who? Nobody! Then silence…", 3),
        ("她走了。他没有走。", 2),
        ("No full stop", 1),
        ("", 0),
    ],
)
def test_sentence_ends(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_heading_goes_with_what_follows() -> None:
    text = "The repair\n\n" + "Divers began to seal the crack. " * 9
    start, end = passages(text)[0]
    assert text[start:end].startswith("The repair\n\nDivers")
