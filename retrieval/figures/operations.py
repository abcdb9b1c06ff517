"""The closed set of operations over a table's rows. Pure: rows in, rows and at most one computed figure out.

Arithmetic takes rows of one basis, unit and length of period, all exact: of one series, or of several for one period.
Everything else is only told.
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.briefing.changed_figures import STANDINGS, Figure, Line, line_of, period_length
from retrieval.dates import Span
from retrieval.figures.asking import Operation
from retrieval.figures.computing import computed
from retrieval.figures.periods import Before, Period, meets, row_span
from retrieval.models import Computed

MOST = 3  # rows that one answer tells
_FULL_YEAR = 12
_NAMED = 6  # periods that a question may name one by one
_ROUNDING = 0.0005  # by how much of itself a figure may differ and be the same one, rounded

Rank = Callable[[Figure], int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows that answer, in the order of the computed figure's inputs (1 is the first); `among` how many are ranked.

    Where there are none, `absent` is the period for which there is no row; neither, where the rows do not tell.
    """

    rows: tuple[Figure, ...] = ()
    computed: tuple[Computed, ...] = ()
    among: int = 0
    absent: Period | None = None


def value(rows: Sequence[Figure], periods: Sequence[Period], rank: Rank, *, flows: bool, parts: bool = True) -> Outcome:
    """The rows of each period asked for.

    With `parts`, a stretch of months without a row of its own is summed, and one of years told year by year.
    """
    told: list[Figure] = []
    if any(period.relation == "since" for period in periods):
        return Outcome()
    for period in (_counted_up(period) if flows else period for period in periods):
        here = _of_period(rows, period, rank, flows=flows)
        if not here and flows and parts and len(periods) == 1:
            summed = _total(rows, period, rank)
            if summed is not None:
                return summed
        if not here and parts:
            here = _each_year(rows, period, rank)
        if not here:
            return Outcome(absent=period)
        told += here
    return Outcome(once(told)[:MOST])


def joined(periods: Sequence[Period]) -> Period | None:
    """The one stretch that periods named one by one make up, where they follow each other."""
    ordered = sorted(periods, key=lambda period: period.first)
    if len(ordered) < 2 or any(one.last + timedelta(days=1) != two.first for one, two in itertools.pairwise(ordered)):
        return None
    return Period(ordered[0].first, ordered[-1].last)


def latest(rows: Sequence[Figure], rank: Rank) -> Outcome:
    """The rows of the newest period among those that the question means most closely."""
    near = _nearest_meant(rows, rank)
    newest = max((_end(row) for row in near), default=None)
    return Outcome(tuple(_distinct([row for row in near if _end(row) == newest])[:MOST]))


def compared(
    operation: Operation,
    rows: Sequence[Figure],
    first: Period,
    second: Period | None,
    rank: Rank,
    *,
    flows: bool,
    earlier_first: bool = False,
) -> Outcome:
    """A change, difference or ratio between two periods; without a second one, to the newest of the same length.

    A difference takes the earlier from the later, or with `earlier_first` the other way round.
    """
    before = [row for row in rows if meets(first, row.period, row.fields, flows=flows) >= 2]
    if not before:
        return Outcome(absent=first)
    if second is None:
        lines = {line_of(row) for row in before}
        after = [row for row in rows if line_of(row) in lines and _start(row) > first.last]
    else:
        after = [row for row in rows if meets(second, row.period, row.fields, flows=flows) >= 2]
    if not after:
        return Outcome(absent=second)
    pairs = sorted(_pairs(before, after), key=lambda pair: (rank(pair[0]), _preference(pair)))
    if not pairs:
        return Outcome(tuple(_distinct([*_nearest_meant(before, rank)[:1], *_nearest_meant(after, rank)[:1]])))
    old, new = pairs[0]
    line = [row for row in (*before, *after) if line_of(row) == line_of(old) and row.period in (old.period, new.period)]
    others = [row for row in line if not _same(row, old if row.period == old.period else new)]
    if not (old.exact and new.exact) or (others and old.source.source_id != new.source.source_id):
        return Outcome(tuple(_distinct([old, new, *line])[:MOST]))
    ordered = (old, new) if earlier_first or operation in ("change", "growth") else (new, old)
    return Outcome((*ordered, *_distinct(others))[:MOST], computed(operation, ordered))


def together(operation: Operation, groups: Sequence[Sequence[Figure]]) -> Outcome | None:
    """One figure worked out of a row of each group, which are periods of one series or series of one period.

    Null where they cannot be: of different basis, hedged, or in dispute with no source that gives all of them.
    """
    fitting = [chosen for chosen in itertools.product(*groups) if _fit(chosen)]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda rows: (len({row.source.source_id for row in rows}), [_worth(row) for row in rows]))
    others = [row for group, own in zip(groups, chosen, strict=True) for row in group if not _same(row, own)]
    if others and len({row.source.source_id for row in chosen}) > 1:
        return None
    if operation == "ratio":
        chosen = tuple(sorted(chosen, key=lambda row: -row.value))
    room = max(0, MOST - len(chosen))
    return Outcome((*chosen, *_distinct(others)[:room]), computed(operation, chosen))


def alike(rows: Sequence[Figure], told: Sequence[Figure]) -> list[Figure]:
    """Every row that says the same as a told one, from whichever source."""
    return [
        row
        for row in rows
        if any(row.unit == one.unit and row.period == one.period and _same(row, one) for one in told)
    ]


def total(rows: Sequence[Figure], periods: Sequence[Period], rank: Rank, *, flows: bool) -> Outcome:
    """The sum of the periods that are named, or their rows where there is none."""
    groups: list[list[Figure]] = []
    for period in periods:
        here = _of_period(rows, period, rank, flows=flows)
        if not here:
            return Outcome(absent=period)
        groups.append(here)
    summed = together("total", groups) if flows and len(groups) <= _NAMED else None
    return summed or Outcome(once(row for group in groups for row in group)[:MOST])


def against(row: Figure, asked: Before) -> Period | None:
    """The period against which a row states its own change, where that is what is asked for."""
    span = row_span(row.period)
    if span is None or asked not in row.change_basis:
        return None
    period = Period(span.first, span.last)
    if "year" in row.change_basis:
        return year_before(period)
    return month_before(period) if "month" in row.change_basis else None


def ranked(
    rows: Sequence[Figure],
    over: str,
    *,
    lowest: bool,
    places: Sequence[int] = (1,),
    period: Period | None,
    grain: str = "",
    flows: bool,
) -> Outcome:
    """Those at some places from the highest or the lowest: of a field's values in one period, or of one line's periods.

    Nothing where a row outside that basis or line might be ahead of them.
    """
    if period is not None:
        rows = [row for row in rows if _inside(row, period)] if over == "period" else _of(rows, period, flows=flows)
        if not rows:
            return Outcome(absent=period)
    if grain and over == "period":
        rows = [row for row in rows if period_length(row.period) == (grain, 1)]
    groups: dict[object, list[Figure]] = {}
    for row in rows:
        key = line_of(row)[:-1] if over == "period" and not flows else line_of(row)
        groups.setdefault(key if over == "period" else (row.basis, row.unit, row.period), []).append(row)

    def called(row: Figure) -> str:
        return row.period if over == "period" else row.fields.get(over, "")

    sizes = [len({called(row) for row in group}) for group in groups.values()]
    if not sizes or max(sizes) < 2:
        return Outcome()
    full = [group for group in groups.values() if 2 * len({called(row) for row in group}) >= max(sizes)]
    if (
        over == "period"
        and flows
        and (len(full) > 1 or (period and grain == "month" and 2 * max(sizes) < _months(period)))
    ):
        return Outcome()
    chosen = max(full, key=lambda group: (over != "period" and _end(group[0]), len({called(row) for row in group})))
    unit, when, length = chosen[0].unit, chosen[0].period, period_length(chosen[0].period)
    rivals = [
        row
        for row in rows
        if row.unit == unit
        and (row.period == when if over != "period" else not flows or period_length(row.period) == length)
    ]
    told: list[Figure] = []
    if over == "period" and not flows:
        return Outcome(
            _best_of_each(groups.values(), chosen, lowest=lowest), among=len({called(row) for row in chosen})
        )
    for place in places:
        here = _at_place(chosen, rivals, place, called, lowest=lowest)
        if not here:
            return Outcome()
        told += here
    return Outcome(tuple(_distinct(told)[:MOST]), among=len({called(row) for row in chosen}))


def _best_of_each(groups: Iterable[Sequence[Figure]], chosen: Sequence[Figure], *, lowest: bool) -> tuple[Figure, ...]:
    """The best of the line with most rows, behind those of other lines that are ahead of it, each with its own basis."""

    def key(row: Figure) -> float:
        return row.value if lowest else -row.value

    best = min(chosen, key=key)
    tops = [min(group, key=key) for group in groups]
    ahead = [row for row in tops if row.unit == best.unit and key(row) < key(best)]
    return tuple([*sorted(ahead, key=key), best][:MOST])


def _at_place(
    rows: Sequence[Figure], rivals: Sequence[Figure], place: int, called: Callable[[Figure], str], *, lowest: bool
) -> list[Figure]:
    """The rows that surely stand at a place, whichever of a rival's values holds."""
    found: list[Figure] = []
    for row in rows:
        ahead: dict[str, set[bool]] = {}
        for rival in rivals:
            if called(rival) != called(row):
                before = rival.value < row.value if lowest else rival.value > row.value
                ahead.setdefault(called(rival), set()).add(before)
        if (
            sum(True in some for some in ahead.values())
            == place - 1
            == sum(False not in every for every in ahead.values())
        ):
            found.append(row)
    return found


def once(rows: Iterable[Figure]) -> tuple[Figure, ...]:
    """Each row once, in order."""
    return tuple({(row.passage.passage_id, row.series): row for row in rows}.values())


def nearest(rows: Iterable[Figure], period: Period) -> Figure | None:
    """The row whose period is nearest to the one asked for, of the same length where there is one."""

    def distance(row: Figure) -> tuple[bool, int, str]:
        span = row_span(row.period)
        if span is None:
            return (True, 10**9, row.period)
        days = (span.last - span.first).days + 1
        apart = abs((span.first - period.first).days) + abs((span.last - period.last).days)
        return (not 0.9 <= days / period.days <= 1.1, apart, row.period)

    return min(rows, key=distance, default=None)


def disagree(rows: Sequence[Figure]) -> bool:
    """Whether two of the rows give one period of one line two values."""
    return any(
        line_of(one) == line_of(other) and one.period == other.period and not _same(one, other)
        for number, one in enumerate(rows)
        for other in rows[:number]
    )


def _of(rows: Sequence[Figure], period: Period, *, flows: bool) -> list[Figure]:
    """The rows that meet a period best."""
    scored = [(meets(period, row.period, row.fields, flows=flows), row) for row in rows]
    best = max((score for score, _ in scored), default=0)
    return [row for score, row in scored if best and score == best]


def _of_period(rows: Sequence[Figure], period: Period, rank: Rank, *, flows: bool) -> list[Figure]:
    here = _nearest_meant(_of(rows, period, flows=flows), rank)
    if not here and period.relation == "until":
        ended = [row for row in rows if _end(row) <= period.last and (not flows or _end(row) == period.last)]
        near = _nearest_meant(ended, rank)
        # What held a year or more before is no state "by" then.
        here = [row for row in near if _end(row) == max(map(_end, near)) and (period.last - _end(row)).days <= 366]
    newest: dict[Line, date] = {}
    for row in here:
        newest[line_of(row)] = max(_end(row), newest.get(line_of(row), date.min))
    here = [row for row in here if _end(row) == newest[line_of(row)]]
    return _distinct(sorted(here, key=lambda row: -_end(row).toordinal()))


def _each_year(rows: Sequence[Figure], period: Period, rank: Rank) -> list[Figure]:
    """A row for each year of a stretch of years, where each has just one that is meant."""
    years = range(period.first.year, period.last.year + 1)
    if period.ends is None or period.ends[0].days < 365 or len(years) > MOST:
        return []
    spans = [Period(date(year, 1, 1), date(year, 12, 31)) for year in years]
    found = [_of_period(rows, span, rank, flows=True)[:1] for span in spans]
    return [row for here in found for row in here] if all(found) else []


def _nearest_meant(rows: Sequence[Figure], rank: Rank) -> list[Figure]:
    best = min(map(rank, rows), default=0)
    return [row for row in rows if rank(row) == best]


def _distinct(rows: Iterable[Figure]) -> list[Figure]:
    """Each value of a period once, from the best standing, then the row that says most."""
    found: dict[object, Figure] = {}
    for row in rows:
        key = (row.value, _upper(row), row.unit, row.period)
        known = found.get(key)
        if known is None or _worth(row) < _worth(known):
            found[key] = row
    return list(found.values())


def _worth(row: Figure) -> tuple[int, int, str]:
    return STANDINGS.index(row.source.standing), -sum(map(bool, row.fields.values())), row.source.source_id


def _total(rows: Sequence[Figure], period: Period, rank: Rank) -> Outcome | None:
    """The sum of a stretch's months or years, where each is there, exact and undisputed; months never with more."""
    if period.part or period.relation != "in" or (period.ends is None and period.days > 366):
        return None
    by_line: dict[Line, list[Figure]] = {}
    for row in _nearest_meant([row for row in rows if row.period_type == "month" and _inside(row, period)], rank):
        by_line.setdefault(line_of(row), []).append(row)
    months = _months(period)
    for line in by_line.values():
        each: dict[str, Figure] = {}
        for row in line:
            known = each.setdefault(row.period, row)
            if not _same(row, known) or not row.exact:
                return None
            each[row.period] = min(row, known, key=lambda one: (-len(f"{one.value:g}"), _worth(one)))
        if len(each) == months and 2 <= months <= _FULL_YEAR:
            told = tuple(each[key] for key in sorted(each))
            return Outcome(told, computed("total", told))
    return None


def _months(period: Period) -> int:
    return (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1


def _pairs(before: Sequence[Figure], after: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    return [
        (old, new)
        for old in before
        for new in after
        if line_of(old) == line_of(new) and old.period_type == new.period_type and _start(old) < _start(new)
    ]


def _preference(pair: tuple[Figure, Figure]) -> tuple[object, ...]:
    """The pair of longest reach, then one that a single source gives, then the best standing."""
    old, new = pair
    return (
        -_end(new).toordinal(),
        _start(old).toordinal(),
        old.source.source_id != new.source.source_id,
        _worth(old),
        _worth(new),
    )


def _same(one: Figure, other: Figure) -> bool:
    """Equal but for rounding."""
    apart = abs(one.value - other.value)
    return _upper(one) == _upper(other) and apart <= _ROUNDING * max(abs(one.value), abs(other.value))


def _upper(row: Figure) -> tuple[str, ...]:
    return tuple(text for name, text in sorted(row.fields.items()) if name.endswith("_to"))


def _fit(rows: Sequence[Figure]) -> bool:
    """Whether rows may be worked together: periods of one series that do not meet, or series of one period."""
    first = rows[0]
    kind = (first.basis, first.unit, period_length(first.period), first.period_type)
    if any((row.basis, row.unit, period_length(row.period), row.period_type) != kind or not row.exact for row in rows):
        return False
    if len({row.series for row in rows}) == 1:
        spans = sorted((_start(row), _end(row)) for row in rows)
        return all(one[1] < other[0] for one, other in itertools.pairwise(spans))
    return len({row.series for row in rows}) == len(rows) and len({row.period for row in rows}) == 1


def _counted_up(period: Period) -> Period:
    """What flows "up to May" is counted from January."""
    if period.relation != "until":
        return period
    return replace(period, first=date(period.last.year, 1, 1), relation="in")


def _inside(row: Figure, period: Period) -> bool:
    span = row_span(row.period)
    return span is not None and period.first <= span.first and span.last <= period.last


def _span(row: Figure) -> Span:
    return row_span(row.period) or Span(date.min, date.min)


def _start(row: Figure) -> date:
    return _span(row).first


def _end(row: Figure) -> date:
    return _span(row).last


def year_before(period: Period) -> Period:
    """The same stretch a year earlier."""
    return Period(_back(period.first), _back(period.last))


def month_before(period: Period) -> Period:
    """The month before the one that a period begins in."""
    last = period.first.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _back(day: date) -> date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if whole else min(day.day, last))
