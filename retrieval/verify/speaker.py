"""What a source says somebody said stays with that somebody: no attribution goes, comes or changes."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.alignment import align
from retrieval.verify.attribution import Attribution, attributions
from retrieval.verify.fault import Context, Fault

CHECK = "speaker"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    said = attributions(claim, context.names)
    theirs = [attributions(quote, context.names) for quote in quotes]
    if not said and not any(theirs):
        return None
    aligned = align(claim, quotes, context.names)
    for token, position in zip(aligned.claim.tokens, aligned.at, strict=True):
        if position is None:
            continue
        reading = aligned.quotes[position[0]]
        governing = [one for one in theirs[position[0]] if aligned.token(position).clause in one.governs]
        ours = [one for one in said if token.clause in one.governs]
        for one in governing:
            if not any(_same(mine, one) for mine in ours):
                return Fault(CHECK, f"does not say who said it (“{reading.tokens[one.cue].written}”)")
        for mine in ours:
            if not any(_same(mine, one) for one in governing):
                return Fault(CHECK, f"“{aligned.claim.tokens[mine.cue].written}” is not who said it in the quote")
    return None


def _same(mine: Attribution, theirs: Attribution) -> bool:
    """The claim may shorten who spoke, not change it."""
    return mine.speaker <= theirs.speaker and bool(mine.speaker) == bool(theirs.speaker)
