"""A digest as the JSON document of the contract. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from retrieval.briefing.compose import Digest, FigureChange, Point, Story
from retrieval.models import Citation, Disagreement, Evidence, marked

Document = dict[str, Any]


def digest_json(digest: Digest) -> Document:
    """The document of `digest --json`. `citations` are all of the digest's, by the numbers that disagreements name."""
    return {
        "topic": digest.topic,
        "since": moment(digest.since),
        "until": moment(digest.until),
        "quiet": digest.quiet,
        "read": {
            "sources": digest.read.sources,
            "reports": digest.read.reports,
            "origins": digest.read.origins,
        },
        "stories": [story_json(story) for story in digest.stories],
        "more": digest.more,
        "figures": [figure_json(figure) for figure in digest.figures],
        "disagreements": [disagreement_json(found) for found in digest.disagreements],
        "unreachable": [{"url": u.url, "since": u.since, "why": u.why} for u in digest.unreachable],
        "citations": [citation_json(citation) for citation in digest.citations],
    }


def moment(value: datetime) -> str:
    """`2025-07-01T00:00:00Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def story_json(story: Story) -> Document:
    return {
        "story_id": story.story_id,
        "title": story.title,
        "published": story.published,
        "publishers": list(story.publishers),
        "origins": story.origins,
        "evidence": evidence_json(story.evidence),
        "sentences": [
            {"text": sentence.text, "citations": [citation_json(citation) for citation in sentence.citations]}
            for sentence in story.sentences
        ],
    }


def figure_json(figure: FigureChange) -> Document:
    return {
        "series": figure.series,
        "basis": figure.basis,
        "unit": figure.unit,
        "previous": None if figure.previous is None else _point(figure.previous),
        "current": _point(figure.current),
        "change_percent": figure.change_percent,
        "citations": [citation_json(citation) for citation in figure.citations],
    }


def disagreement_json(found: Disagreement) -> Document:
    sides = [{"text": marked(side), "citations": list(side.citations)} for side in found.sides]
    return {"about": found.about, "sides": sides}


def evidence_json(found: Evidence) -> Document:
    return {"origins": found.origins, "newest": found.newest, "marks": list(found.marks)}


def citation_json(citation: Citation) -> Document:
    """A citation as `ask --json` gives it."""
    source, passage = citation.source, citation.passage
    return {
        "number": citation.number,
        "quote": citation.quote,
        "passage_id": passage.passage_id,
        "passage": passage.text,
        "start": citation.start,
        "end": citation.end,
        "source_id": source.source_id,
        "kind": source.kind,
        "title": source.title,
        "publisher": source.publisher,
        "standing": source.standing,
        "url": source.url,
        "published": source.published,
    }


def _point(point: Point) -> Document:
    return {"period": point.period, "value": point.value, "source_id": point.source_id}
