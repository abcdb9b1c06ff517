"""Verifies a draft: keeps the claims that hold, withholds the rest, and numbers the citations anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.models import Citation, Claim, Computed, Draft, Row, Withheld
from retrieval.names import Names
from retrieval.passages import sentences
from retrieval.verify import citation, computed, dates, hedging, names, negation, numbers, order, speaker
from retrieval.verify.alignment import align
from retrieval.verify.fault import Check, Context, Fault
from retrieval.verify.quantity import quantities

# What a claim says is held against its quotes.
CONTENT: tuple[Check, ...] = (
    numbers.check, dates.check, names.check, negation.check, hedging.check, speaker.check, order.check,
)  # fmt: skip
CHECKS: tuple[Check, ...] = (citation.check, computed.check, *CONTENT)
# What a claim may not leave out is held against the whole sentences that its quotes are cut from.
KEEPING: tuple[Check, ...] = (dates.kept, negation.check, hedging.check, speaker.check)


@dataclass(frozen=True, slots=True)
class Verified:
    """The claims that hold; their citations, 1 to n in order of first use; the computed figures that they state."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    computed: tuple[Computed, ...]
    withheld: tuple[Withheld, ...]


def verify(draft: Draft, story_names: Names, figures: Mapping[int, Row] | None = None) -> Verified:
    """Checks each claim of a draft. `figures`: by citation number, the table row that a computed figure takes from it.

    A citation that a claim does not rest on is dropped; so is a computed figure that no kept claim states.
    """
    by_number = {one.number: one for one in draft.citations}
    kept: list[tuple[Claim, tuple[Computed, ...]]] = []
    withheld: list[Withheld] = []
    for claim in draft.claims:
        stated = tuple(one for one in draft.computed if _states(claim, one))
        context = Context(story_names, stated, tuple(dict.fromkeys(claim.citations)), by_number, figures or {})
        outcome = _verified(claim.text, context)
        if isinstance(outcome, Fault):
            withheld.append(Withheld(claim.text, str(outcome)))
        else:
            kept.append((Claim(claim.text.strip(), outcome), stated))
    return _renumbered(kept, by_number, tuple(withheld))


def fault_of(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    """The first fault of what a claim says, held against whole quotes; a claim that is one of them has none."""
    if any(claim.strip() == quote.strip() for quote in quotes):
        return None
    return next((fault for check in CONTENT if (fault := check(claim, quotes, context)) is not None), None)


def _states(claim: Claim, figure: Computed) -> bool:
    if not set(figure.inputs) <= set(claim.citations):
        return False
    return any(computed.explains(figure, number) for number in quantities(claim.text))


def _verified(text: str, context: Context) -> Fault | tuple[int, ...]:
    """The fault, or the citation numbers that the claim rests on."""
    cited = [context.citations[n] for n in context.numbers if n in context.citations]
    quotes = [one.quote for one in cited]
    fault = citation.check(text, quotes, context) or computed.check(text, quotes, context)
    if fault is not None:
        return fault
    inputs = {number for figure in context.computed for number in figure.inputs}
    alone = tuple(one.number for one in cited if _holds(text, (one,), context) is None) if not inputs else ()
    if alone:
        return alone
    fault = _holds(text, cited, context)
    if fault is not None:
        return fault
    used = {position[0] for position in align(text, quotes, context.names).at if position is not None}
    return tuple(one.number for index, one in enumerate(cited) if index in used or one.number in inputs)


def _holds(text: str, cited: Sequence[Citation], context: Context) -> Fault | None:
    quotes = [one.quote for one in cited]
    whole = [_whole(one) for one in cited]
    if any(quote == sentence and text.strip() == quote.strip() for quote, sentence in zip(quotes, whole, strict=True)):
        return None
    fault = fault_of(text, quotes, context)
    if fault is not None or quotes == whole:
        return fault
    return next((fault for check in KEEPING if (fault := check(text, whole, context)) is not None), None)


def _whole(one: Citation) -> str:
    """The sentences that a quote lies in: a quote that begins after "denied that" is held against all of it."""
    return _enclosing(one.passage.text, one.start, one.end)


@lru_cache(maxsize=1024)
def _enclosing(text: str, start: int, end: int) -> str:
    quote = text[start:end]
    touched = [span for span in sentences(text) if span[0] < end and start < span[1]]
    if not touched:
        return quote
    first, last = touched[0][0], touched[-1][1]
    inner = start + len(quote) - len(quote.lstrip()), end - len(quote) + len(quote.rstrip())
    return quote if inner[0] <= first and last <= inner[1] else text[min(first, start) : max(last, end)]


def _renumbered(
    kept: list[tuple[Claim, tuple[Computed, ...]]], by_number: Mapping[int, Citation], withheld: tuple[Withheld, ...]
) -> Verified:
    order_of_use = dict.fromkeys(number for claim, _ in kept for number in claim.citations)
    new = {old: number for number, old in enumerate(order_of_use, start=1)}
    figures = dict.fromkeys(figure for _, stated in kept for figure in stated)
    return Verified(
        tuple(Claim(claim.text, tuple(new[number] for number in claim.citations)) for claim, _ in kept),
        tuple(replace(by_number[old], number=number) for old, number in new.items()),
        tuple(replace(figure, inputs=tuple(new[number] for number in figure.inputs)) for figure in figures),
        withheld,
    )
