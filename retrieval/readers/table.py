"""Tables in CSV: described by a `datapackage.json` beside them, or free.

A described table becomes one document of kind `dataset`: an opening paragraph, then one sentence a row, each with the
figures that it states and its exact place in the text. A free one becomes an article of `field: value` lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from retrieval.models import Document, Row
from retrieval.readers.clean import ends_sentence, one_line
from retrieval.readers.decoding import decode
from retrieval.readers.package import SOURCE_FIELD, Field, OptionalPart, TableDescription, parse_package, read_package
from retrieval.readers.period import PERIOD_FORMS, Period, parse_period
from retrieval.readers.provenance import (
    base_name,
    file_address,
    language_of,
    safe_id,
    shown,
    source_id,
    title_of_file,
)
from retrieval.readers.reading import Reading, Rejected, Unreadable
from retrieval.readers.sentence import parse_number, row_sentence, unit_of

__all__ = [
    "Field",
    "OptionalPart",
    "TableDescription",
    "parse_package",
    "read",
    "read_described",
    "read_package",
]

_DELIMITERS = ",;\t|"
_CELL_LIMIT = 100_000
_FIRST_SENTENCE_END = re.compile(r"(?<=[a-z0-9)])\.\s")


def read(data: bytes, name: str) -> Reading:
    """A free table: its first line names the columns; rows that do not fit them are rejected one by one."""
    text = decode(data)
    lines = _rows(text, _delimiter(text))
    header = _header(lines)
    sentences: list[str] = []
    rejected: list[Rejected] = []
    for number, (line, cells) in enumerate(lines, start=1):
        if len(cells) > len(header):
            why = f"row {number} (line {line}): {len(cells)} cells under {len(header)} headings"
            rejected.append(Rejected(name, why))
            continue
        filled = [f"{column}: {cell}" for column, cell in zip(header, cells, strict=False) if cell]
        if filled:
            sentences.append(f"{'; '.join(filled)}.")
    if not sentences:
        raise Unreadable(rejected[0].why if rejected else "empty: no row under the headings")
    body = "\n\n".join(sentences)
    document = Document(
        source_id=source_id("", "", name),
        kind="article",
        title=title_of_file(name),
        text=body,
        publisher=base_name(name),
        url=file_address(name),
        language=language_of(body),
    )
    return Reading((document,), tuple(rejected))


def read_described(data: bytes, name: str, table: TableDescription) -> Reading:
    """A table as its package describes it: one document with its figures, and each row that is not sound.

    Raises `Unreadable` where a described column is missing or no row is sound.
    """
    lines = _rows(decode(data, table.encoding), table.delimiter)
    header = _header(lines)
    for column in table.fields:
        if column.name not in header:
            raise Unreadable(f'{table.name}: the column "{column.name}" is missing')
    opening = table.title if ends_sentence(table.title) else f"{table.title}."
    parts = [f"{opening} {table.description}".strip()]
    end = len(parts[0])
    figures: list[Row] = []
    rejected: list[Rejected] = []
    for number, (line, cells) in enumerate(lines, start=1):
        try:
            row, period = _checked(table, header, cells)
        except Unreadable as fault:
            rejected.append(Rejected(name, f"{table.name}, row {number} (line {line}): {fault}"))
            continue
        sentence = row_sentence(table, row, period)
        parts.append(sentence)
        start, end = end + 2, end + 2 + len(sentence)
        figures.extend(_figures(table, row, period, start, end))
    if not figures:
        raise Unreadable(rejected[0].why if rejected else f"{table.name}: no row under the headings")
    text = "\n\n".join(parts)
    document = Document(
        source_id=safe_id(table.name) or source_id("", "", name),
        kind="dataset",
        title=table.title,
        text=text,
        publisher=table.package_title or base_name(name),
        url=file_address(name),
        language=language_of(text),
        licence=table.licence,
        topics=table.topics,
        rows=tuple(figures),
    )
    return Reading((document,), tuple(rejected))


def _checked(table: TableDescription, header: list[str], cells: list[str]) -> tuple[dict[str, str], Period]:
    """The row by column and its period; raises `Unreadable` with the first thing that is wrong in it."""
    if len(cells) != len(header):
        raise Unreadable(f"{len(cells)} cells under {len(header)} headings")
    row = dict(zip(header, cells, strict=True))
    period = parse_period(row[table.period_field])
    if period is None:
        raise Unreadable(f'{table.period_field}: "{shown(row[table.period_field])}" is no period; give {PERIOD_FORMS}')
    if not row[SOURCE_FIELD]:
        raise Unreadable(f"{SOURCE_FIELD} is empty: a row without a source is not taken")
    for column in table.fields:
        cell = row[column.name]
        if not cell and column.required:
            raise Unreadable(f"{column.name} is empty")
        if cell and column.is_number and parse_number(cell) is None:
            raise Unreadable(f'{column.name}: "{shown(cell)}" is no number')
        if cell and column.choices and cell not in column.choices:
            raise Unreadable(f'{column.name}: "{shown(cell)}" is none of its described values')
    if not any(row[measure] for measure in table.measures):
        raise Unreadable(f"{table.measures[0]} is empty")
    return row, period


def _figures(table: TableDescription, row: Mapping[str, str], period: Period, start: int, end: int) -> Iterator[Row]:
    """One figure a measure that the row fills, all of them stated by the sentence at `start:end`."""
    for measure in table.measures:
        number = parse_number(row[measure])
        if number is None:
            continue
        yield Row(
            dataset=table.name,
            series=_series(table, row, measure),
            basis=_basis(table, row, measure),
            unit=unit_of(table, measure, row),
            period=row[table.period_field],
            period_type=row.get("period_type") or period.type,
            value=float(Decimal(number)),
            source_id=row[SOURCE_FIELD],
            start=start,
            end=end,
            fields=dict(row),
        )


def _series(table: TableDescription, row: Mapping[str, str], measure: str) -> str:
    """`product=…; destination=…`; where a table measures several things, the thing comes first."""
    key = _key(table.series_fields, row)
    if len(table.measures) == 1:
        return key or table.name
    return f"measure={measure}; {key}" if key else f"measure={measure}"


def _basis(table: TableDescription, row: Mapping[str, str], measure: str) -> str:
    """What is counted: the first sentence of the table's basis, then the row's own terms."""
    stated = _FIRST_SENTENCE_END.split(table.basis, maxsplit=1)[0].rstrip(".")
    if not stated and len(table.measures) > 1:
        stated = measure
    return "; ".join(filter(None, (stated, _key(table.basis_fields, row))))


def _key(names: tuple[str, ...], row: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={row[name]}" for name in names if row.get(name))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its last line; raises `Unreadable` for broken CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(len(cell) > _CELL_LIMIT for cell in cells):
                raise Unreadable(f"line {reader.line_num}: a cell of more than {_CELL_LIMIT:,} characters")
            clean = [one_line(cell) for cell in cells]
            if any(clean):
                yield reader.line_num, clean
    except csv.Error as fault:
        raise Unreadable(f"line {reader.line_num}: broken CSV ({one_line(str(fault))})") from None


def _header(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    """The first row's names, each filled and each once; raises `Unreadable` for an empty table."""
    _, cells = next(rows, (0, []))
    if not cells:
        raise Unreadable("empty: no headings and no rows")
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=first.count)
