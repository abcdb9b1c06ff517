"""Which figures changed: the same series, basis, unit and length of period only. Pure.

A figure is new when its row's source is. Two rows that give one period two values do not make a change: they disagree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.dates import stated
from retrieval.models import Passage, Source

Length = tuple[str, int]  # what is counted (year, month, day) and how many of them
Line = tuple[str, str, str, str, Length]  # dataset, series, basis, unit, length of the period

STANDINGS = ("primary", "newsroom", "trade", "party", "secondary", "unrated")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a dataset with the passage that states it and the source that it names."""

    dataset: str
    series: str
    basis: str
    unit: str
    period: str
    period_type: str
    value: float
    fields: Mapping[str, str]
    passage: Passage
    source: Source

    @property
    def exact(self) -> bool:
        """Whether the row gives one number without a hedge, so that a change may be worked out from it."""
        hedged = any(key.startswith("qualifier") and value for key, value in self.fields.items())
        return not hedged and not any(key.endswith("_to") and value for key, value in self.fields.items())

    @property
    def stated_change(self) -> str:
        """The change that the report itself states, as written, or nothing."""
        return next((value for key, value in self.fields.items() if key.startswith("change_pct") and value), "")

    @property
    def change_basis(self) -> str:
        """What the stated change is against ("a year before")."""
        return self.fields.get("change_basis", "") if self.stated_change else ""


@dataclass(frozen=True, slots=True)
class Change:
    """The newest figure of a line that is new in the span, and the last one before it, where the library has one."""

    current: Figure
    previous: Figure | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two figures of one line and one period with different values, at least one of them new."""

    new: Figure
    other: Figure


def line_of(figure: Figure) -> Line:
    return figure.dataset, figure.series, figure.basis, figure.unit, period_length(figure.period)


def period_length(period: str) -> Length:
    """`2024` is one year, `2025-01/2025-05` five months, `2025-05-06` one day; what is no period has no length."""
    first, _, last = period.partition("/")
    try:
        start, end = stated(first), stated(last or first)
    except ValueError:
        return "", 0
    if start.grain == "year":
        return "year", end.first.year - start.first.year + 1
    if start.grain == "month":
        return "month", (end.first.year - start.first.year) * 12 + end.first.month - start.first.month + 1
    return "day", (end.first - start.first).days + 1


def changes(figures: Sequence[Figure], new: Collection[str]) -> list[Change]:
    """The lines whose newest new figure differs from the one before it, by dataset and series.

    Without an earlier figure a line is told only where its report states a change itself. `new` are the sources that
    are new in the span.
    """
    found: list[Change] = []
    for line in _by_line(figures).values():
        periods = sorted({f.period for f in line if f.source.source_id in new}, key=_ends)
        if not periods:
            continue
        current = _chosen([f for f in line if f.period == periods[-1] and f.source.source_id in new])
        earlier = [f for f in line if _ends(f.period) < _starts(current.period)]
        if not earlier:
            if current.stated_change:
                found.append(Change(current, None, None))
            continue
        last = max((f.period for f in earlier), key=_ends)
        same_period = [f for f in earlier if f.period == last]
        previous = _chosen(same_period)
        # Told where the report of the new figure gives its own earlier value.
        own = [f for f in same_period if f.source.source_id == current.source.source_id]
        previous = own[0] if own else previous
        if _shown(previous) == _shown(current):
            continue
        certain = len({f.value for f in same_period}) == 1 and current.exact and previous.exact
        found.append(Change(current, previous, _percent(previous.value, current.value) if certain else None))
    return sorted(found, key=lambda c: line_of(c.current))


def conflicts(figures: Sequence[Figure], new: Collection[str]) -> list[Conflict]:
    """The periods of a line to which two sources give different values, one of them new; each once."""
    found: list[Conflict] = []
    for line in _by_line(figures).values():
        for period in sorted({f.period for f in line if f.source.source_id in new}):
            rows = [f for f in line if f.period == period]
            fresh = _chosen([f for f in rows if f.source.source_id in new])
            others = [f for f in rows if _shown(f) != _shown(fresh) and f.source.source_id != fresh.source.source_id]
            if others:
                found.append(Conflict(fresh, _chosen(others)))
    return sorted(found, key=lambda c: (line_of(c.new), c.new.period))


def _by_line(figures: Sequence[Figure]) -> dict[Line, list[Figure]]:
    lines: dict[Line, list[Figure]] = {}
    for figure in figures:
        if period_length(figure.period)[1]:
            lines.setdefault(line_of(figure), []).append(figure)
    return lines


def _chosen(figures: Sequence[Figure]) -> Figure:
    """The one that stands for several: the best standing, then the newest report, then the id."""
    return min(
        figures,
        key=lambda f: (
            STANDINGS.index(f.source.standing),
            -stated(f.source.published).last.toordinal() if f.source.published else 0,
            f.source.source_id,
            f.passage.passage_id,
        ),
    )


def _shown(figure: Figure) -> tuple[float, tuple[str, ...]]:
    return figure.value, tuple(v for k, v in sorted(figure.fields.items()) if k.endswith("_to"))


def _percent(previous: float, current: float) -> float | None:
    # From nothing, or from what is below nothing, there is no percentage.
    return round((current - previous) / previous * 100, 1) if previous > 0 else None


def _starts(period: str) -> date:
    return stated(period.partition("/")[0]).first


def _ends(period: str) -> date:
    return stated(period.rpartition("/")[2]).last
