"""Every number of a claim is in its quotes, with its unit and its "at least" or "about", or is a computed figure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.alignment import align, same_figure
from retrieval.verify.computed import explains
from retrieval.verify.fault import Context, Fault
from retrieval.verify.moments import Moment
from retrieval.verify.quantity import Quantity
from retrieval.verify.reading import read

CHECK = "numbers"


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    stated = [
        token.form for quote in quotes for token in read(quote, context.names).tokens if not isinstance(token.form, str)
    ]
    for token in read(claim, context.names).tokens:
        number = token.form
        if not isinstance(number, Quantity):
            continue
        same = [one for one in stated if same_figure(one, number)]
        if any(isinstance(one, Quantity) and one.bound == number.bound for one in same):
            continue
        if any(isinstance(one, Moment) for one in same) and not number.bound:
            continue
        if any(explains(figure, number) for figure in context.computed):
            continue
        return Fault(CHECK, _why(token.written, number, stated))
    aligned = align(claim, quotes, context.names)
    for token, position in zip(aligned.claim.tokens, aligned.at, strict=True):
        if position is None or not isinstance(token.form, Quantity):
            continue
        theirs = aligned.token(position).form
        if isinstance(theirs, Quantity) and theirs.bound != token.form.bound:
            return Fault(CHECK, f"“{token.written}” is not bounded as in the quotes")
    return None


def _why(written: str, number: Quantity, stated: Sequence[Quantity | Moment]) -> str:
    values = [one for one in stated if isinstance(one, Quantity) and one.value == number.value]
    if any(one.unit == number.unit for one in values):
        return f"“{written}” is not bounded as in the quotes"
    if values:
        return f"“{written}” has another unit in the quotes"
    return f"“{written}” is not in the quotes"
