"""Answers, found passages and reports as the JSON documents of the contract. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from retrieval.briefing.document import citation_json, disagreement_json, evidence_json
from retrieval.models import Answer, Claim, Computed, Passage, Source, marked

if TYPE_CHECKING:
    from retrieval.candidates import Found
    from retrieval.service import IngestReport

Document = dict[str, Any]


def answer_json(answer: Answer) -> Document:
    """The document of `ask --json`. `nearest_passage` has the form of a citation; its quote is what is nearest."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "engine": answer.engine,
        "as_of": answer.as_of,
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": [citation_json(citation) for citation in answer.citations],
        "computed": [_computed(figure) for figure in answer.computed],
        "evidence": evidence_json(answer.evidence),
        "disagreements": [disagreement_json(found) for found in answer.disagreements],
        "withheld": [{"text": withheld.text, "why": withheld.why} for withheld in answer.withheld],
        "missing": answer.missing,
        "nearest_passage": None if answer.nearest is None else citation_json(answer.nearest),
        "nearest_topics": list(answer.nearest_topics),
        "fallback": answer.fallback,
        "milliseconds": {step: round(took, 3) for step, took in answer.milliseconds.items()},
        "confidence": round(answer.confidence, 4),
    }


def search_json(query: str, found: Sequence[Found]) -> Document:
    """The document of `search --json`, in rank order."""
    return {"query": query, "passages": [_found(one.passage, one.source, one.score) for one in found]}


def sources_json(sources: Sequence[Document]) -> Document:
    """The document of `sources --json`."""
    return {"sources": list(sources)}


def skipped_json(skipped: Sequence[dict[str, str]]) -> Document:
    """The document of `sources --skipped --json`."""
    return {"skipped": [{"url": one["url"], "title": one["title"], "why": one["why"]} for one in skipped]}


def ingest_json(report: IngestReport) -> Document:
    """The document of `ingest --json`."""
    return asdict(report)


def _claim(claim: Claim) -> Document:
    return {"text": marked(claim), "citations": list(claim.citations)}


def _computed(figure: Computed) -> Document:
    return {
        "text": figure.text,
        "value": figure.value,
        "unit": figure.unit,
        "operation": figure.operation,
        "inputs": list(figure.inputs),
    }


def _found(passage: Passage, source: Source, score: float) -> Document:
    return {
        "passage_id": passage.passage_id,
        "source_id": source.source_id,
        "title": source.title,
        "publisher": source.publisher,
        "url": source.url,
        "published": source.published,
        "text": passage.text,
        "score": round(float(score), 6),
    }
