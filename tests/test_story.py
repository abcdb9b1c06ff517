"""The bundled story is whole: its vectors are of today's texts, its questions are split by source."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import text_hash
from retrieval.passages import passages, sentences
from retrieval.story import SHIPPED, documents_of, read_story

DATA = Path(__file__).parent.parent / "data"


def test_every_brief_and_row_is_sound() -> None:
    documents, rejected = documents_of(read_story(DATA))
    assert rejected == ()
    assert len([one for one in documents if one.kind == "brief"]) == len(list((DATA / "briefs").glob("*.md")))
    assert all(one.topics for one in documents)


def test_the_shipped_vectors_are_up_to_date() -> None:
    documents, _ = documents_of(read_story(DATA))
    with np.load(DATA / SHIPPED) as stored:
        shipped = {key.decode() for key in stored["keys"]}
    texts = set()
    for document in documents:
        opening = document.rows[0].start if document.rows else len(document.text)
        spans = [*passages(document.text[:opening]), *((row.start, row.end) for row in document.rows)]
        for start, end in spans:
            passage = document.text[start:end]
            texts |= {passage, *(passage[a:b] for a, b in sentences(passage))}
    missing = [text for text in texts if text_hash(text) not in shipped]
    assert not missing, f"{len(missing)} texts are not embedded: run make vectors ({missing[0]!r})"


def test_every_publisher_has_a_standing() -> None:
    story = read_story(DATA)
    documents, _ = documents_of(story)
    unknown = {
        one.publisher
        for one in documents
        if one.kind == "brief" and story.publishers.standing(one.publisher) == "unrated"
    }
    assert len(unknown) < 40


@pytest.mark.parametrize("other", ["report", "exam"])
def test_no_source_is_both_learned_from_and_reported_on(other: str) -> None:
    def questions(part: str) -> list[dict[str, object]]:
        lines = (DATA / "questions" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    learned = {question["question"] for question in questions("learn")}
    assert not learned & {question["question"] for question in questions(other)}
    if other == "report":  # the exam was written apart, over all sources
        first = {
            question["facts"][0] for question in questions("learn") if question["facts"] and question["kind"] != "table"
        }
        assert not first & {
            question["facts"][0] for question in questions(other) if question["facts"] and question["kind"] != "table"
        }
