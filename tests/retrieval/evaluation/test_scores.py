"""Judging answers, what must hold of them, and the curve."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.evaluation.faults import faults
from retrieval.evaluation.questions import Expected, read_questions
from retrieval.evaluation.scores import judge, report
from retrieval.models import Answer, Citation, Claim, Computed, Evidence, Passage, Source

NOON = datetime(2031, 5, 1, tzinfo=UTC)
SOURCE = Source(
    "tern-1", "brief", "The crack", "The Tern", "newsroom", "https://news.example/1", "2031-03-02", None, "en",
    "tern-1", "CC0-1.0", (), (), (), NOON, NOON, "live", 1,
)  # fmt: skip
TEXT = "The crack is 14 metres long. It was 1,200 days old."
PASSAGE = Passage("p1", "tern-1", "tern-1", 1, 0, len(TEXT), TEXT, "", "brief")
CITED = Citation(1, PASSAGE, SOURCE, 0, 28)
ANSWER = Answer(
    question="How long is it?",
    claims=(Claim("The crack is 14 metres long.", (1,)),),
    citations=(CITED,),
    computed=(),
    evidence=Evidence(1, "2031-03-02"),
    disagreements=(),
    withheld=(),
    abstained=False,
    engine="extractive",
    as_of="2031-03-02",
    missing=None,
    nearest=None,
    nearest_topics=(),
    fallback=None,
    milliseconds={"search": 2.0, "write": 1.0, "verify": 0.5},
    confidence=0.8,
)
DECLINED = replace(ANSWER, claims=(), citations=(), abstained=True, nearest=CITED, confidence=0.3)
STORED = {"p1": TEXT}


def expected(*patterns: str, facts: tuple[str, ...] = (), abstain: bool = False) -> Expected:
    compiled = tuple(re.compile(one, re.IGNORECASE) for one in patterns)
    return Expected("q", "How long is it?", compiled, frozenset(facts), abstain, "answer", None)


def test_right_by_words_and_without_words_by_source() -> None:
    assert judge(expected("14 METRES"), ANSWER).right
    assert not judge(expected("15 metres", facts=("tern-1",)), ANSWER).right
    assert judge(expected(facts=("tern-1",)), ANSWER).right
    assert not judge(expected(facts=("other",)), ANSWER).right


def test_the_nearest_counts_as_shown_and_never_as_right() -> None:
    outcome = judge(expected("14 metres"), DECLINED)
    assert outcome.shown and not outcome.right and not outcome.answered


def test_a_computed_figure_may_be_what_is_wanted() -> None:
    computed = replace(ANSWER, computed=(Computed("-50%", -50.0, "%", "change", (1, 1)),))
    assert judge(expected(r"-50\s?%"), computed).right


def test_the_curve_starts_with_everything_told_and_ends_with_everything_declined() -> None:
    outcomes = [judge(expected("14"), ANSWER), judge(expected("14"), DECLINED), judge(expected(abstain=True), DECLINED)]
    document = report(outcomes)
    first, last = document["curve"][0], document["curve"][-1]
    assert (first["right_share"], first["declined_share"]) == (1.0, 0.0)
    assert (last["right_share"], last["declined_share"]) == (0.0, 1.0)
    assert document["all"] == {
        "answerable": 2, "answered": 1, "right": 1, "right_share": 0.5, "right_of_answered": 1.0, "shown": 2,
        "shown_share": 1.0, "unanswerable": 1, "declined": 1, "declined_share": 1.0,
    }  # fmt: skip
    assert document["milliseconds"] == {"p50": 3.5, "p95": 3.5}


def test_a_sound_answer_has_no_faults() -> None:
    assert list(faults(ANSWER, STORED)) == []
    assert list(faults(DECLINED, STORED)) == []


@pytest.mark.parametrize(
    ("broken", "stored", "says"),
    [
        (ANSWER, {}, "not in the library"),
        (ANSWER, {"p1": TEXT + " "}, "not in the library"),
        (replace(ANSWER, claims=(Claim("The crack is 41 metres long.", (1,)),)), STORED, "numbers"),
        (replace(ANSWER, claims=(Claim("It was 1,200 days old.", (1,)),)), STORED, "1200"),
        (replace(ANSWER, claims=(Claim("The crack is long.", ()),)), STORED, "without a citation"),
        (replace(ANSWER, claims=(Claim("The crack is long.", (2,)),)), STORED, "not listed"),
        (replace(ANSWER, citations=(replace(CITED, end=0),)), STORED, "quotes what"),
        (replace(ANSWER, claims=()), STORED, "claims nothing"),
        (replace(ANSWER, abstained=True), STORED, "abstains and claims"),
    ],
)
def test_each_broken_promise_is_named(broken: Answer, stored: dict[str, str], says: str) -> None:
    assert any(says in fault for fault in faults(broken, stored))


def test_a_computed_number_needs_no_quote() -> None:
    told = replace(
        ANSWER,
        claims=(Claim("It grew by 50%.", (1,)),),
        computed=(Computed("50%", 50.0, "%", "change", (1, 1)),),
    )
    assert list(faults(told, STORED)) == []


def test_questions_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(
        '{"id": "a", "question": "who?", "facts": ["x"], "now": "2031-03-02"}\n\n{"question": "?", "abstain": true}\n'
    )
    first, second = read_questions(path)
    assert first.now == datetime(2031, 3, 3, tzinfo=UTC) and first.kind == "answerable"
    assert second.abstain and second.kind == "unanswerable"
    for line, says in (
        ('{"question": "who?"}', "nothing can be right"),
        ('{"id": "a", "abstain": true}', "no question"),
        ('["who?"]', "line 1"),
        ("who?", "line 1"),
        ('{"question": "who?", "any": ["("]}', "line 1"),
        ('{"question": "who?", "abstain": true, "now": "spring"}', "line 1"),
        ("", "holds no questions"),
    ):
        path.write_text(line)
        with pytest.raises(ValueError, match=re.escape(says)):
            read_questions(path)
