"""Every name of a claim, under whatever spelling, is in its quotes, and so is every other word with a capital."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.fault import Context, Fault
from retrieval.verify.reading import read

CHECK = "names"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    readings = [read(quote, context.names) for quote in quotes]
    named = {token.form for reading in readings for token in reading.tokens if token.kind == "name"}
    for index, token in enumerate(read(claim, context.names).tokens):
        if token.kind == "name":
            if token.form not in named:
                return Fault(CHECK, f"“{token.written}” is not in the quotes")
        elif token.kind == "word" and token.written[0].isupper():
            plain = index == 0 and not token.written[1:].isupper()
            if not plain and not any(token.form in reading.words for reading in readings):
                return Fault(CHECK, f"“{token.written}” is not in the quotes")
    return None
