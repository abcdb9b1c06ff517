"""A claim is as sure as its quotes: modals, conditions, doubt, "some", "former" and questions are kept, none added."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.verify.alignment import Alignment, align
from retrieval.verify.fault import Context, Fault
from retrieval.verify.lexicon import ADVERBS_OF_DOUBT, CONDITIONS, HEDGES, MODALS, NARROWING, QUANTIFIERS
from retrieval.verify.marks import differing

CHECK = "hedging"
_UNCHECKED = re.compile(
    r"\b(?:not|n['’]t|cannot|no|without|unable)\b[^.;]{0,60}\b(?:verif|confirm|corroborat|check|confirmation|verification)\w*"
    r"|\b(?:unverified|unconfirmed|uncorroborated)\b|n['’]t\s[^.;]{0,40}\b(?:verif|confirm)\w*",
    re.IGNORECASE,
)


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    aligned = align(claim, quotes, context.names)
    why = differing(aligned, MODALS | CONDITIONS, HEDGES, QUANTIFIERS)
    why = why or _sentence_wide(aligned) or _narrowed(aligned)
    return Fault(CHECK, why) if why else None


def _sentence_wide(aligned: Alignment) -> str:
    """Adverbs of doubt, "could not be verified" and a question mark colour the whole sentence."""
    told = {position for position in aligned.at if position is not None}
    for number, reading in enumerate(aligned.quotes):
        used = {reading.tokens[index].sentence for quote, index in told if quote == number}
        for index, token in enumerate(reading.tokens):
            if token.sentence in used and token.form in ADVERBS_OF_DOUBT and (number, index) not in told:
                return f"leaves out “{token.written}”"
        if used & reading.asks and not aligned.claim.asks:
            return "tells as a fact what the quote asks"
        for match in _UNCHECKED.finditer(reading.text):
            sentence = {t.sentence for t in reading.tokens if match.start() <= t.start < match.end()}
            if sentence & used and not _UNCHECKED.search(aligned.claim.text):
                return f"leaves out “{match[0]}”"
    return ""


def _narrowed(aligned: Alignment) -> str:
    """ "former minister" does not become "minister"."""
    told = {position for position in aligned.at if position is not None}
    for number, reading in enumerate(aligned.quotes):
        for index, token in enumerate(reading.tokens[:-1]):
            if token.form in NARROWING and (number, index) not in told and (number, index + 1) in told:
                return f"leaves out “{token.written}”"
    return ""
