"""The arithmetic of figures: a change in per cent, a difference, a ratio, a total, as verified later. Pure."""

from __future__ import annotations

from retrieval.briefing.changed_figures import Figure
from retrieval.figures.query import Operation
from retrieval.models import Computed


def computed(operation: Operation, rows: tuple[Figure, ...]) -> Computed | None:
    """The rows' own figures worked together: a change goes from the first to the second, the others start at the first.

    Null where it cannot be stated: a change from nothing, a part of nothing.
    """
    values = [row.value for row in rows]
    inputs = tuple(range(1, len(rows) + 1))
    if operation == "total":
        total = round(sum(values), 6)
        return Computed(f"{_shown(total)} {rows[0].unit}", total, rows[0].unit, "total", inputs)
    first, second = values
    if operation == "difference":
        apart = round(first - second, 6)
        sign = "+" if apart > 0 else ""
        return Computed(f"{sign}{_shown(apart)} {rows[0].unit}", apart, rows[0].unit, operation, inputs)
    if operation == "ratio":
        if not second:
            return None
        times = round(first / second, 2)
        return Computed(f"{_shown(times)} times", times, "times", operation, inputs)
    if first <= 0:
        return None
    percent = round((second - first) / first * 100, 1) + 0.0  # no "-0"
    return Computed(f"{'+' if percent > 0 else ''}{_shown(percent)}%", percent, "%", "change", inputs)


def _shown(number: float) -> str:
    return f"{number:,.6f}".rstrip("0").rstrip(".")
