"""What came of each question, counted by kind, and the curve of right against declined. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from retrieval.evaluation.questions import Expected
from retrieval.models import Answer, Citation

STEPS = 20  # of the curve, from threshold 0 to 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right`: answered, and a citation is the one that answers. `shown`: that one was told or shown as the nearest."""

    question_id: str
    kind: str
    abstain: bool
    answered: bool
    right: bool
    shown: bool
    confidence: float
    milliseconds: float
    faults: tuple[str, ...] = ()


def judge(expected: Expected, answer: Answer, faults: Iterable[str] = ()) -> Outcome:
    told = _answers(expected, answer.citations, " ".join(figure.text for figure in answer.computed))
    nearest = _answers(expected, [answer.nearest], "") if answer.nearest else False
    return Outcome(
        question_id=expected.question_id,
        kind=expected.kind,
        abstain=expected.abstain,
        answered=not answer.abstained,
        right=not answer.abstained and told,
        shown=told or nearest,
        confidence=answer.confidence,
        milliseconds=sum(answer.milliseconds.values()),
        faults=tuple(faults),
    )


def _answers(expected: Expected, citations: Sequence[Citation], computed: str) -> bool:
    if expected.any:
        texts = [*(citation.quote for citation in citations), computed]
        return any(pattern.search(text) for pattern in expected.any for text in texts)
    return any(citation.source.source_id in expected.facts for citation in citations)


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document of `evaluate --json`."""
    kinds = sorted({outcome.kind for outcome in outcomes})
    took = [outcome.milliseconds for outcome in outcomes]
    cuts = quantiles(took, n=20, method="inclusive") if len(took) > 1 else took * 19
    return {
        "questions": len(outcomes),
        "all": counts(outcomes),
        "kinds": {kind: counts([one for one in outcomes if one.kind == kind]) for kind in kinds},
        "faults": [{"id": one.question_id, "fault": fault} for one in outcomes for fault in one.faults],
        "milliseconds": {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)},
        "curve": curve(outcomes),
    }


def counts(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of the questions that have an answer: how many were answered, right and shown; of the others: declined."""
    answerable = [one for one in outcomes if not one.abstain]
    others = [one for one in outcomes if one.abstain]
    answered = sum(one.answered for one in answerable)
    right, shown = sum(one.right for one in answerable), sum(one.shown for one in answerable)
    declined = sum(not one.answered for one in others)
    return {
        "answerable": len(answerable),
        "answered": answered,
        "right": right,
        "right_share": _share(right, len(answerable)),
        "right_of_answered": _share(right, answered),
        "shown": shown,
        "shown_share": _share(shown, len(answerable)),
        "unanswerable": len(others),
        "declined": declined,
        "declined_share": _share(declined, len(others)),
    }


def curve(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Right and declined, had only what is at least so confident been answered."""
    answerable = [one for one in outcomes if not one.abstain]
    others = [one for one in outcomes if one.abstain]
    rows = []
    for step in range(STEPS + 1):
        threshold = step / STEPS
        right = sum(one.shown and one.confidence >= threshold for one in answerable)
        declined = sum(one.confidence < threshold for one in others)
        rows.append(
            {
                "threshold": threshold,
                "right_share": _share(right, len(answerable)),
                "declined_share": _share(declined, len(others)),
            }
        )
    return rows


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
