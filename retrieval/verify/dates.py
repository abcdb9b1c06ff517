"""Every time of a claim is in its quotes, no finer than there; a time that a used clause states is kept."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.alignment import align, same_figure
from retrieval.verify.fault import Context, Fault
from retrieval.verify.moments import Moment
from retrieval.verify.reading import read

CHECK = "dates"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    ours = [token for token in read(claim, context.names).tokens if isinstance(token.form, Moment)]
    stated = [token.form for quote in quotes for token in read(quote, context.names).tokens]
    for token in ours:
        if not any(same_figure(one, token.form) for one in stated if not isinstance(one, str)):
            return Fault(CHECK, f"“{token.written}” is not in the quotes")
    return kept(claim, quotes, context)


def kept(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    """A date beside what the claim tells may become coarser, but it does not go: without it the claim says more."""
    aligned = align(claim, quotes, context.names)
    ours = [token.form for token in aligned.claim.tokens if isinstance(token.form, Moment)]
    fragments = {(p[0], aligned.token(p).fragment) for p in aligned.at if p is not None}
    for quote, clause in sorted(aligned.used_clauses()):
        tokens = aligned.quotes[quote].tokens
        last = max(i for q, i in filter(None, aligned.at) if q == quote and tokens[i].clause == clause)
        worded = {token.fragment for token in tokens if token.kind not in ("date", "number")}
        aside = -1  # a fragment that the claim leaves out and whose dates are its own: "and …", or ", up 5% from April"
        for index, token in enumerate(tokens):
            unused = (quote, token.fragment) not in fragments
            if unused and (token.conj or (token.punct and index > last and token.fragment in worded)):
                aside = token.fragment
            if token.clause != clause or token.fragment == aside or not isinstance(token.form, Moment):
                continue
            date = token.form
            if date.clock is not None:
                continue
            if not any(date.holds(one) and (date.year is None or one.year) and one.clock is None for one in ours):
                return Fault(CHECK, f"leaves out “{token.written}”")
    return None
