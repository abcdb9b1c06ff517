"""The arithmetic of figures: a change in per cent, a difference, a ratio, a total, as verified later. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.briefing.changed_figures import Figure
from retrieval.figures.asking import Operation
from retrieval.models import Computed


def computed(operation: Operation, rows: tuple[Figure, ...]) -> tuple[Computed, ...]:
    """The rows' own figures worked together: a change goes from the first to the second, the others start at the first.

    A growth goes from the first to the second too, told as a difference and as a change. Nothing where it cannot be
    stated: a change from nothing, a part of nothing.
    """
    values = [row.value for row in rows]
    inputs = tuple(range(1, len(rows) + 1))
    if operation == "total":
        total = round(sum(values), 6)
        return (Computed(f"{_shown(total)} {rows[0].unit}", total, rows[0].unit, "total", inputs),)
    if operation == "difference":
        return (_difference(rows[0], rows[1], (1, 2)),)
    if operation == "growth":
        return (_difference(rows[1], rows[0], (2, 1)), *_change(values, inputs))
    if operation == "ratio":
        return _ratio(values, inputs)
    return _change(values, inputs)


def _difference(one: Figure, other: Figure, inputs: tuple[int, ...]) -> Computed:
    apart = round(one.value - other.value, 6)
    return Computed(f"{'+' if apart > 0 else ''}{_shown(apart)} {one.unit}", apart, one.unit, "difference", inputs)


def _ratio(values: Sequence[float], inputs: tuple[int, ...]) -> tuple[Computed, ...]:
    if not values[1]:
        return ()
    times = round(values[0] / values[1], 2)
    return (Computed(f"{_shown(times)} times", times, "times", "ratio", inputs),)


def _change(values: Sequence[float], inputs: tuple[int, ...]) -> tuple[Computed, ...]:
    first, second = values
    if first <= 0:
        return ()
    percent = round((second - first) / first * 100, 1) + 0.0  # no "-0"
    return (Computed(f"{'+' if percent > 0 else ''}{_shown(percent)}%", percent, "%", "change", inputs),)


def _shown(number: float) -> str:
    return f"{number:,.6f}".rstrip("0").rstrip(".")
