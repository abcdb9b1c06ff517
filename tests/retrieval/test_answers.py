"""The one way through, on the tiny story: find, answer, decline, cite, search, as of a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.clock import MovableClock
from retrieval.langchain import LibraryRetriever
from retrieval.models import Answer
from retrieval.service import Retrieval


def held(answer: Answer) -> None:
    """What must hold of any answer."""
    for citation in (*answer.citations, *([answer.nearest] if answer.nearest else [])):
        assert citation.quote and citation.quote in citation.passage.text
        assert citation.quote == citation.passage.text[citation.start : citation.end]
    assert answer.abstained == (not answer.claims)
    numbers = {citation.number for citation in answer.citations}
    assert all(set(claim.citations) <= numbers and claim.citations for claim in answer.claims)
    assert answer.missing if answer.abstained else answer.missing is None


def test_the_storys_own_questions(retrieval: Retrieval, story: Path) -> None:
    for line in (story / "questions" / "report.jsonl").read_text().splitlines():
        question = json.loads(line)
        answer = retrieval.ask(question["question"])
        held(answer)
        if question.get("abstain"):
            assert answer.abstained, question["question"]
        elif not answer.abstained:
            assert any(pattern in answer.text for pattern in (p.replace("\\", "") for p in question["any"]))


def test_names_count_under_any_spelling(retrieval: Retrieval) -> None:
    assert "14 metres" in retrieval.ask("how long was the crack in the Larkspoor dam?").text


def test_a_row_is_cited_as_its_own_source(retrieval: Retrieval) -> None:
    answer = retrieval.ask("What was the water level of Larkspur in March 2031?")
    assert answer.claims[0].text == "The Larkspur reservoir stood at 61.5 metres in March 2031."
    (citation,) = answer.citations
    assert citation.passage.kind == "dataset"
    assert citation.source.source_id == "board-2031-03-05-level"


def test_no_row_no_answer(retrieval: Retrieval) -> None:
    answer = retrieval.ask("What was the water level of Larkspur in August 2034?")
    assert answer.abstained
    assert answer.missing is not None and "August 2034" in answer.missing


def test_a_change_is_worked_out_and_cited(retrieval: Retrieval) -> None:
    answer = retrieval.ask("How did the water level of Larkspur change from February to March 2031?")
    held(answer)
    (computed,) = answer.computed
    assert computed.operation == "change" and computed.value == pytest.approx(-4.2, abs=0.05)
    assert computed.text in answer.text


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "\x00", "🛰️" * 300, "a" * 4000, "<b>&amp;", "\u202eabc", "' OR 1=1 --", '"']
)
def test_whatever_a_person_types(retrieval: Retrieval, text: str) -> None:
    held(retrieval.ask(text))
    retrieval.search(text)


def test_as_if_it_were_then(new_home: Callable[[], Path], story: Path) -> None:
    # The tiny story lies in the future, so its library is loaded later still.
    retrieval = Retrieval.open(new_home(), story, MovableClock(datetime(2032, 1, 1, tzinfo=UTC)))
    assert "Oxbow" in retrieval.ask("Who leads the repair of the dam?").text
    early = datetime(2031, 3, 6, tzinfo=UTC)
    answer = retrieval.ask("Who leads the repair of the dam?", early)
    assert answer.abstained or "Oxbow" not in answer.text
    assert "2031-04-02" not in json.dumps([source["published"] for source in retrieval.sources(early)])
    assert all((one.source.published or "") <= "2031-03-05" for one in retrieval.search("repair of the dam", 20, early))
    retrieval.close()


def test_search_gives_spans_in_rank_order(retrieval: Retrieval) -> None:
    found = retrieval.search("Who leads the repair?", 5)
    assert "Oxbow Marine" in found[0].passage.text
    assert len({one.passage.passage_id for one in found}) == len(found) == 5
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_retriever_of_langchain(retrieval: Retrieval) -> None:
    documents = LibraryRetriever(retrieval=retrieval, k=2).invoke("Who leads the repair?")
    assert len(documents) == 2
    assert documents[0].metadata["source_id"] == "tern-2031-04-02-repair"


def test_evidence_is_counted(retrieval: Retrieval) -> None:
    answer = retrieval.ask("How many sheep were lost in the floods below the dam?")
    assert "1,100" in answer.text
    assert "party" in answer.evidence.marks
    assert answer.as_of == "2031-03-11"
