"""A claim is a cut or a join of its quotes: their content words in their order, each clause from one quote."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from retrieval.verify.alignment import align
from retrieval.verify.computed import OPERATION_WORDS, explains
from retrieval.verify.fault import Context, Fault
from retrieval.verify.quantity import Quantity

CHECK = "order"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    if not claim.isprintable():
        hidden = {c for c in claim if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") and c not in "\n\t"}
        if any(all(c not in quote for quote in quotes) for c in hidden):
            return Fault(CHECK, "holds invisible characters")
    aligned = align(claim, quotes, context.names)
    # Beside a computed figure the words of its operation may stand, in a clause of their own making.
    worked_out: set[int] = set()
    if context.computed:
        for token in aligned.claim.tokens:
            form = token.form
            if isinstance(form, Quantity) and any(explains(figure, form) for figure in context.computed):
                worked_out.add(token.clause)
    for token, position in zip(aligned.claim.tokens, aligned.at, strict=True):
        if position is not None or token.kind != "word":
            continue
        if not (token.clause in worked_out and token.form in OPERATION_WORDS):
            return Fault(CHECK, f"“{token.written}” is not in the quotes")
    for wrong in aligned.wrong:
        if aligned.claim.tokens[wrong.at].clause not in worked_out:
            return Fault(CHECK, wrong.why)
    if not aligned.claim.tokens:
        return Fault(CHECK, "says nothing")
    return None
