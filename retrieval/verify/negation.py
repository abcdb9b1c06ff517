"""A claim says yes and no where its quotes do: every not, never, without and "denied", before the same word."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.alignment import align
from retrieval.verify.fault import Context, Fault
from retrieval.verify.lexicon import NEGATIVE_WORDS, NEGATORS
from retrieval.verify.marks import differing

CHECK = "negation"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    why = differing(align(claim, quotes, context.names), NEGATORS, NEGATIVE_WORDS, frozenset())
    return Fault(CHECK, why) if why else None
