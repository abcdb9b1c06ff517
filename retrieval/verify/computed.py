"""A computed figure is worked out again from the cited table rows, which must be of one basis and one unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from retrieval.dates import Span, stated
from retrieval.models import Computed, Row
from retrieval.verify.fault import Context, Fault
from retrieval.verify.quantity import Quantity, quantities

CHECK = "computed"
_UP = frozenset(
    [
        "rose",
        "rise",
        "risen",
        "up",
        "higher",
        "more",
        "increase",
        "increased",
        "grew",
        "grown",
        "growth",
        "gained",
        "above",
    ]
)
_DOWN = frozenset(
    [
        "fell",
        "fall",
        "fallen",
        "down",
        "lower",
        "less",
        "fewer",
        "decrease",
        "decreased",
        "decline",
        "dropped",
        "drop",
        "shrank",
        "below",
    ]
)
OPERATION_WORDS = (
    _UP
    | _DOWN
    | frozenset(
        [
            "change",
            "changed",
            "total",
            "totalled",
            "sum",
            "altogether",
            "together",
            "combined",
            "difference",
            "ratio",
            "times",
        ]
    )
)


def check(claim: str, quotes: Sequence[str], context: Context) -> Fault | None:
    """Each computed figure that this claim may state holds, and the claim gives it its own direction."""
    numbers: list[Quantity] | None = None
    for figure in context.computed:
        why = unsound(figure, context)
        if why:
            return Fault(CHECK, f"“{figure.text}” {why}")
        numbers = quantities(claim) if numbers is None else numbers
        for number in numbers:
            if explains(figure, number) and _turned(figure, number, claim):
                return Fault(CHECK, f"“{figure.text}” is told the wrong way round")
    return None


def explains(figure: Computed, number: Quantity) -> bool:
    """Whether a claim's number is this computed figure, with its sign or (told in words) without."""
    stated_ = quantities(figure.text)
    if len(stated_) != 1 or number.bound not in ("", "about", stated_[0].bound):
        return False
    own = stated_[0]
    return (
        own.unit == number.unit
        and own.kind == number.kind
        and (number.value == own.value or number.value == abs(own.value))
    )


def _turned(figure: Computed, number: Quantity, claim: str) -> bool:
    if number.value < 0 or figure.operation not in ("change", "difference") or not figure.value:
        return False
    near = {word.strip(".,;:()").lower() for word in claim[max(0, number.start - 40) : number.end + 24].split()}
    up, down = bool(near & _UP), bool(near & _DOWN)
    if figure.operation == "difference":
        return False if up == down else (figure.value > 0) != up
    return up and not down if figure.value < 0 else down and not up


def unsound(figure: Computed, context: Context) -> str:
    """What is wrong with a computed figure, or ""."""
    rows: list[Row] = []
    for number in figure.inputs:
        row, citation = context.figures.get(number), context.citations.get(number)
        if row is None or citation is None:
            return f"has no table row behind input {number}"
        if all(one.value != Fraction(str(row.value)) for one in quantities(citation.quote)):
            return f"has an input ({number}) that its quote does not state"
        rows.append(row)
    why = _comparable(figure, rows)
    if why:
        return why
    values = [Fraction(str(row.value)) for row in rows]
    if figure.operation in ("change", "ratio") and values[0 if figure.operation == "change" else 1] == 0:
        return "divides by zero"
    return _differs(figure, recompute(figure.operation, values))


def recompute(operation: str, values: Sequence[Fraction]) -> Fraction:
    """The operation over its inputs in order.

    `change` in per cent from the first to the second, `total` of all, `ratio` first to second, `difference` first less
    second.
    """
    if operation == "change":
        return (values[1] - values[0]) / abs(values[0]) * 100
    if operation == "total":
        return sum(values, Fraction(0))
    if operation == "ratio":
        return values[0] / values[1]
    return values[0] - values[1]


def _comparable(figure: Computed, rows: list[Row]) -> str:
    if len(rows) < 2 or (figure.operation != "total" and len(rows) != 2):
        return "has the wrong number of inputs"
    first = rows[0]
    if any(row.basis != first.basis for row in rows):
        return "mixes figures of different basis"
    if any(row.unit != first.unit for row in rows):
        return "mixes units"
    if figure.operation == "change" and any(
        (r.series, r.period_type) != (first.series, first.period_type) for r in rows
    ):
        return "compares two series, or periods of different length"
    if figure.operation == "total":
        for index, row in enumerate(rows):
            if any(row.series == other.series and _span(row).meets(_span(other)) for other in rows[:index]):
                return "counts a period twice"
    unit = figure.unit
    right = {
        "change": unit == "%",
        "ratio": unit in ("", "times", "%"),
        "total": unit == first.unit,
        "difference": unit == first.unit or (first.unit == "%" and unit.startswith("percentage point")),
    }[figure.operation]
    return "" if right else "has the wrong unit"


def _span(row: Row) -> Span:
    first, _, last = row.period.partition("/")
    start = stated(first)
    return Span(start.first, stated(last).last if last else start.last)


def _differs(figure: Computed, value: Fraction) -> str:
    if not math.isfinite(figure.value):
        return "is no number"
    written = quantities(figure.text)
    if len(written) != 1:
        return "does not read as one number"
    if figure.operation == "ratio" and figure.unit == "%":
        value *= 100
    shown = written[0]
    margin = shown.step / 2 + Fraction(1, 10**9)
    if abs(Fraction(figure.value) - value) > margin:
        return "does not come out so"
    unsigned = shown.value >= 0 and not figure.text.lstrip().startswith("+")
    if abs(shown.value - value) > margin and not (unsigned and abs(shown.value - abs(value)) <= margin):
        return "is not what its value says"
    return ""
