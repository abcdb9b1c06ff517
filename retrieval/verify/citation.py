"""A claim has a citation, and each citation's quote is an exact, live span of its passage."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.models import Citation
from retrieval.verify.fault import Context, Fault

CHECK = "citation"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    if not claim.strip():
        return Fault(CHECK, "says nothing")
    if not context.numbers:
        return Fault(CHECK, "cites nothing")
    for number in context.numbers:
        citation = context.citations.get(number)
        if citation is None:
            return Fault(CHECK, f"citation {number} does not exist")
        why = unsound(citation)
        if why:
            return Fault(CHECK, f"citation {number} {why}")
    for quote in quotes:
        if not any(context.citations[number].quote == quote for number in context.numbers):
            return Fault(CHECK, "a quote is in no citation")
    return None


def unsound(citation: Citation) -> str:
    """What is wrong with a citation, or ""."""
    passage = citation.passage
    if not 0 <= citation.start < citation.end <= len(passage.text):
        return "lies outside its passage"
    if passage.end - passage.start != len(passage.text):
        return "has a passage whose offsets do not fit its text"
    if not citation.quote.strip():
        return "quotes nothing"
    if citation.source.source_id != passage.source_id:
        return "names another source than its passage"
    if citation.source.state != "live":
        return "rests on a source that was withdrawn"
    return ""
