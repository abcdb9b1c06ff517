"""A question asked of the tables: the rows that answer it, that there is no such row, or that it is none for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from retrieval.briefing.changed_figures import Figure
from retrieval.figures import operations
from retrieval.figures.operations import Outcome
from retrieval.figures.periods import Period, period_words, row_span
from retrieval.figures.phrases import stems_of
from retrieval.figures.query import COMPARING, UNEXPLAINED, Query, Reading, read_queries
from retrieval.figures.vocabulary import Tables
from retrieval.models import Computed
from retrieval.passages import sentences
from retrieval.question import Question

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
    computed: Computed | None = None
    disagreement: bool = False
    among: int = 0


@dataclass(frozen=True, slots=True)
class NoRow:
    """The question is one for this table, and the table has no row for it; `missing` says what is not there."""

    dataset: str
    missing: str


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
    if len(reading.unexplained) > UNEXPLAINED + 2 or set(reading.unexplained) & reading.barred:
        return None
    rows = figures.rows(dataset, at)
    told: list[Outcome] = []
    for side in reading.sides:
        here = [row for row in rows if _admitted(row, reading, side)]
        outcome = _operated(here, reading, side)
        if not outcome.rows:
            return _no_row(here, reading, side, outcome)
        if reading.unexplained:
            outcome = Outcome(tuple(row for row in outcome.rows if _explained(row, reading, tables, figures)))
            if not outcome.rows:
                return None
        told.append(outcome)
    chosen = operations.once(row for outcome in told for row in outcome.rows)[: operations.MOST]
    if len(told) == 1 and told[0].computed is not None:
        chosen = told[0].rows
    if any(_ambiguous(outcome.rows, reading) for outcome in told):
        return None
    computed = told[0].computed if len(told) == 1 else None
    return TableAnswer(reading.sides[0], chosen, computed, operations.disagree(chosen), max(one.among for one in told))


def _admitted(row: Figure, reading: Reading, side: Query) -> bool:
    """Whether a row has the values asked for; where none is asked for, the value that means all of them."""
    table = reading.table
    if any(row.fields.get(one.field, "") not in one.values for one in side.filters):
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
        return operations.ranked(rows, side.over, lowest=side.operation == "lowest", period=period, flows=flows)
    if side.operation in COMPARING:
        return _compared(rows, side, rank, flows=flows)
    if side.operation == "latest" or not periods:
        return operations.latest(rows, rank)
    return operations.value(rows, periods, rank, flows=flows)


def _compared(rows: Sequence[Figure], side: Query, rank: operations.Rank, *, flows: bool) -> Outcome:
    periods = side.periods
    if not periods:
        return Outcome()
    first = periods[0]
    if first.relation == "since":
        return operations.compared(side.operation, rows, replace(first, relation="in"), None, rank, flows=flows)
    if len(periods) == 2:
        one, two = sorted(periods, key=lambda period: period.first)
        return operations.compared(side.operation, rows, one, two, rank, flows=flows)
    if first.ends is not None and side.operation != "change":
        return operations.compared(side.operation, rows, *first.ends, rank, flows=flows)
    # One period: the change that its own row states, else from the two ends of it, else from a year before.
    here = operations.value(rows, periods, rank, flows=flows, parts=False)
    stated = tuple(row for row in here.rows if row.stated_change)
    if stated:
        return Outcome(stated)
    if first.ends is not None:
        return operations.compared(side.operation, rows, *first.ends, rank, flows=flows)
    if not here.rows:
        return here
    if first.days < 360:
        return Outcome()
    return operations.compared(side.operation, rows, operations.year_before(first), first, rank, flows=flows)


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
    if not reading.named or reading.unexplained or side.operation in ("highest", "lowest"):
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
    return NoRow(table.description.name, f"no figure for {period.words}{instead}")
