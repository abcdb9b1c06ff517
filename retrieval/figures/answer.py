"""A question asked of the tables: the rows that answer it, that there is no such row, or that it is none for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from retrieval.briefing.changed_figures import Figure
from retrieval.figures import operations
from retrieval.figures.operations import Outcome
from retrieval.figures.periods import Period, part_of, period_words, read_times, row_span
from retrieval.figures.phrases import stems_of
from retrieval.figures.query import COMPARING, UNEXPLAINED, Operation, Query, Reading, read_queries
from retrieval.figures.vocabulary import Tables
from retrieval.models import Computed
from retrieval.passages import sentences
from retrieval.question import Question
from retrieval.words import words

_OF_SIDES = frozenset({"difference", "ratio", "total"})  # what is worked out of several values for one period
_OTHERWISE = 100  # how far behind the general value stands one that is another thing


class FigureReader(Protocol):
    """Where rows come from: `SqlFigures`, or a test's own rows."""

    def rows(self, dataset: str, at: datetime | None = None) -> Sequence[Figure]: ...

    def text(self, source_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """The rows that answer, one to three; `computed.inputs` are their places, from 1.

    `disagreement`: two of them give one period of one series different values. `among`: of how many a highest or lowest
    is; the rest are not in the table.
    """

    query: Query
    rows: tuple[Figure, ...]
    computed: tuple[Computed, ...] = ()
    disagreement: bool = False
    among: int = 0


@dataclass(frozen=True, slots=True)
class NoRow:
    """The question is one for this table, and the table has no row for it; `missing` says what is not there.

    `period` is the one that was asked for, where it is that.
    """

    dataset: str
    missing: str
    period: Period | None = dataclasses.field(default=None, compare=False)

    def is_met_by(self, sentence: str) -> bool:
        """Whether a sentence names the period asked for and a figure beside it, so that it may answer in a row's place."""
        if self.period is None:
            return False
        times = read_times(sentence, self.period.last)
        asked = (self.period.first, self.period.last)
        if self.period.part:
            asked = part_of(*asked, self.period.part)
        named = any(
            (asked[0] <= one.first and one.last <= asked[1]) if self.period.part else (one.first, one.last) == asked
            for one in times.periods
        )
        return named and any(
            number.isdecimal() and not any(start <= at < end for start, end in times.told)
            for at, number in enumerate(sentence)
        )


def ask_tables(
    question: Question, tables: Tables, figures: FigureReader, now: datetime, at: datetime | None = None
) -> TableAnswer | NoRow | None:
    """Answers a question from rows alone. Null where it is none for the tables, or they cannot tell which row it means.

    `now` is what "last year" counts from; with `at`, only rows that could be known then exist.
    """
    missing: NoRow | None = None
    answers: list[tuple[Reading, TableAnswer]] = []
    for reading in read_queries(question, tables, now.date()):
        if (missing or answers) and not reading.named:
            continue
        if answers and answers[0][0].covered > reading.covered:
            break
        outcome = _asked(reading, tables, figures, at)
        if isinstance(outcome, TableAnswer):
            answers.append((reading, outcome))
            if reading.named:
                break
        elif outcome is not None and missing is None:
            missing = outcome
    return answers[0][1] if answers else missing


def _asked(reading: Reading, tables: Tables, figures: FigureReader, at: datetime | None) -> TableAnswer | NoRow | None:
    table, dataset = reading.table, reading.table.description.name
    if set(reading.open_fields) & table.what:
        return None
    if reading.unexplained and set(reading.unexplained) <= reading.barred:
        known = all(field in table.whole or field in table.plain for field in reading.open_fields)
        said = ", ".join(reading.strangers)
        surely = reading.named and not table.what and (known or len(reading.open_fields) == 1)
        return NoRow(dataset, f"no figure for {said}") if surely else None
    if _is_unknown(reading) and not tables.names_a_table(reading.unexplained[0]):
        return NoRow(dataset, f"no figure for “{reading.unexplained[0]}”")
    if len(reading.unexplained) > UNEXPLAINED + 2 or set(reading.unexplained) & reading.barred:
        return None
    rows = figures.rows(dataset, at)
    told: list[Outcome] = []
    alike: list[list[Figure]] = []
    for side in reading.sides:
        here = [row for row in rows if _admitted(row, reading, side)]
        alone = side if len(reading.sides) == 1 or side.operation not in _OF_SIDES else _plainly(side)
        outcome = _operated(here, reading, alone)
        if not outcome.rows:
            return _no_row(here, reading, side, outcome)
        if reading.unexplained:
            outcome = Outcome(tuple(row for row in outcome.rows if _explained(row, reading, tables, figures)))
            if not outcome.rows:
                return None
        told.append(outcome)
        alike.append(operations.alike(here, outcome.rows))
    if any(_ambiguous(outcome.rows, reading) for outcome in told):
        return None
    all_of_them = _side_by_side(told, alike, reading.sides[0].operation)
    chosen = all_of_them.rows
    return TableAnswer(
        reading.sides[0], chosen, all_of_them.computed, operations.disagree(chosen), max(one.among for one in told)
    )


def _side_by_side(told: Sequence[Outcome], alike: Sequence[Sequence[Figure]], operation: Operation) -> Outcome:
    """What several sides come to: worked out of one row of each where that is asked and they are of one kind.

    `alike` are, for each side, all rows that say what it tells.
    """
    if len(told) == 1:
        return told[0] if told[0].computed else replace(told[0], rows=told[0].rows[: operations.MOST])
    worked = operations.together(operation, alike) if operation in _OF_SIDES else None
    return worked or Outcome(operations.once(row for one in told for row in one.rows)[: operations.MOST])


def _is_unknown(reading: Reading) -> bool:
    """Whether the one word left over stands where the table has a value: "erbium" in "erbium oxide, May 2022"."""
    fields = [field for field in reading.open_fields if field not in reading.table.whole]
    known = {one.field for one in reading.sides[0].filters}
    dated = bool(reading.sides[0].periods) and not reading.table.what
    return dated and reading.beside and len(reading.unexplained) == 1 and len(fields) == 1 and len(known) > 1


def _plainly(side: Query) -> Query:
    """A side of a comparison of several, to be told by itself."""
    return replace(side, operation="value" if side.periods else "latest")


def _admitted(row: Figure, reading: Reading, side: Query) -> bool:
    """Whether a row has the values asked for; where none is asked for, the value that means all of them."""
    table = reading.table
    if any(row.fields.get(one.field, "") not in one.values for one in side.filters):
        return False
    if reading.each and reading.each.isdisjoint(words(row.passage.text.lower())):
        return False
    for field in reading.open_fields:
        if field in table.whole and row.fields.get(field) != table.whole[field]:
            return False
    return not (side.over and side.over != "period" and row.fields.get(side.over) in table.whole.values())


def _operated(rows: Sequence[Figure], reading: Reading, side: Query) -> Outcome:
    flows = reading.table.flows
    periods = side.periods

    def rank(row: Figure) -> int:
        return _distance(row, reading, side)

    if side.operation in ("highest", "lowest"):
        period = periods[0] if periods else None
        return operations.ranked(
            rows,
            side.over,
            lowest=side.operation == "lowest",
            places=side.places,
            period=period,
            grain=side.grain,
            flows=flows,
        )
    if side.operation == "total":
        return _or_joined(operations.total(rows, periods, rank, flows=flows), rows, side, rank)
    if side.operation in COMPARING:
        return _compared(rows, side, rank, flows=flows)
    if side.operation == "latest" or not periods:
        return operations.latest(rows, rank)
    return _or_joined(operations.value(rows, periods, rank, flows=flows), rows, side, rank)


def _or_joined(outcome: Outcome, rows: Sequence[Figure], side: Query, rank: operations.Rank) -> Outcome:
    """Where a period has no row of its own, the row of all that are named: "January and February 2024"."""
    stretch = operations.joined(side.periods) if outcome.absent is not None else None
    whole = operations.value(rows, [stretch], rank, flows=True, parts=False) if stretch is not None else outcome
    return whole if whole.rows else outcome


def _compared(rows: Sequence[Figure], side: Query, rank: operations.Rank, *, flows: bool) -> Outcome:
    periods = side.periods
    if not periods:
        return Outcome()
    first = periods[0]
    if first.relation == "since":
        return operations.compared(side.operation, rows, replace(first, relation="in"), None, rank, flows=flows)
    ends = first.ends
    if len(periods) == 2:
        one, two = sorted(periods, key=lambda period: period.first)
        ends = one, two
    if ends is not None and (len(periods) == 2 or side.operation not in ("change", "growth")):
        return _between(rows, side, ends, rank, flows=flows)
    # One period: the change that its own row states, else from the two ends of it, else from the period before.
    here = operations.value(rows, periods, rank, flows=flows, parts=False)
    stated = tuple(row for row in here.rows if row.stated_change and side.before in row.change_basis)
    if ends is not None:
        return Outcome(stated) if stated else _between(rows, side, ends, rank, flows=flows)
    if not here.rows or (stated and side.operation != "difference"):
        return replace(here, rows=stated)
    if first.days < 360 and not side.before and not stated:
        return Outcome()
    monthly = side.before == "month" or (stated and "month" in stated[0].change_basis)
    earlier = operations.month_before(first) if monthly else operations.year_before(first)
    worked = operations.compared(side.operation, rows, earlier, first, rank, flows=flows)
    return worked if worked.computed or not stated else Outcome(stated)


def _between(
    rows: Sequence[Figure], side: Query, ends: tuple[Period, Period], rank: operations.Rank, *, flows: bool
) -> Outcome:
    """Worked out of the rows of both, else as the row of the later one states it against the earlier."""
    # "2018 more than 2019" goes from the one to the other as they are said.
    earlier_first = (
        side.operation == "difference" and len(side.periods) == 2 and side.periods[0].first < side.periods[1].first
    )
    worked = operations.compared(side.operation, rows, *ends, rank, flows=flows, earlier_first=earlier_first)
    if worked.computed or side.operation not in ("change", "growth"):
        return worked
    later = operations.value(rows, ends[1:], rank, flows=flows, parts=False).rows
    stated = tuple(row for row in later if row.stated_change and _is_from(row, ends[0]))
    return Outcome(stated) if stated else worked


def _is_from(row: Figure, period: Period) -> bool:
    against = operations.against(row, "")
    return against is not None and (against.first, against.last) == (period.first, period.last)


def _distance(row: Figure, reading: Reading, side: Query) -> int:
    """How far a row is from what the question says: the words of its values that it does not say."""
    table, far = reading.table, 0
    for one in side.filters:
        far += one.unsaid[one.values.index(row.fields[one.field])]
    for field, general in table.plain.items():
        if field in reading.open_fields and row.fields.get(field) != general:
            stated = row.fields.get(field, "")
            far += len(stems_of(stated)) + (0 if _is_loose(stated, reading) else _OTHERWISE)
    return far


def _is_loose(stated: str, reading: Reading) -> bool:
    return any(value.value == stated for value in reading.table.loose)


def _ambiguous(rows: Sequence[Figure], reading: Reading) -> bool:
    """Whether the rows differ in a field that the question leaves open, and that has no general value."""
    plain, whole = reading.table.plain, reading.table.whole
    if not reading.table.what and any(field not in plain and field not in whole for field in reading.open_fields):
        return True
    apart = [
        field
        for field in reading.open_fields
        if field not in plain or not all(_is_loose(row.fields.get(field, ""), reading) for row in rows)
    ]
    return any(len({row.fields.get(field, "") for row in rows}) > 1 for field in apart)


def _explained(row: Figure, reading: Reading, tables: Tables, figures: FigureReader) -> bool:
    """Whether the row or its publisher holds each word left over, or the sentence of its source that states it.

    The last may name who counted; and one plain word, where the table counts one kind of thing.
    """
    left = set(reading.unexplained) - set(stems_of(f"{row.passage.text} {row.source.publisher}"))
    if not left:
        return True
    plain = left - reading.bodies
    if len(left) > UNEXPLAINED or len(plain) > (0 if reading.table.what else 1) or (plain and reading.open_fields):
        return False
    if any(tables.names_a_table(stem) for stem in plain):
        return False
    text = figures.text(row.source.source_id)
    numbers = {f"{row.value:,.10g}", f"{row.value:.10g}"}
    stating = (text[start:end] for start, end in sentences(text))
    return any(left <= set(stems_of(one)) for one in stating if any(_states(one, number) for number in numbers))


def _states(sentence: str, number: str) -> bool:
    at = sentence.find(number)
    while at >= 0:
        before, after = sentence[at - 1 : at], sentence[at + len(number) : at + len(number) + 2]
        if (
            not before.isdigit()
            and before not in (",", ".")
            and not (after[:1].isdigit() or (after[:1] in ",." and after[1:].isdigit()))
        ):
            return True
        at = sentence.find(number, at + 1)
    return False


def _no_row(rows: Sequence[Figure], reading: Reading, side: Query, outcome: Outcome) -> NoRow | None:
    """What is missing; null where the question is not surely this table's, or leaves open what it is about."""
    table = reading.table
    sure = reading.named or (bool(side.periods) and not table.what and not reading.open_fields)
    if not sure or reading.unexplained or side.operation in ("highest", "lowest"):
        return None
    if any(field not in table.whole and field not in table.plain for field in reading.open_fields) and not rows:
        return None
    period: Period | None = outcome.absent
    if period is None:
        if rows or table.what:
            return None
        named = ", ".join(one.values[0] for one in side.filters)
        return NoRow(table.description.name, f"no figure for {named}" if named else "no figure")
    near = operations.nearest(rows, period)
    span = row_span(near.period) if near is not None else None
    instead = f"; the nearest is {period_words(span.first, span.last)}" if span is not None else ""
    part = f"the {period.part} part of " if period.part else ""
    return NoRow(table.description.name, f"no figure for {part}{period.words}{instead}", period)
