"""One row of a table as one sentence, by the template of its description. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from retrieval.readers.clean import one_line
from retrieval.readers.package import OptionalPart, TableDescription
from retrieval.readers.period import Period

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.[0-9]{1,12})?")
_PLACE = re.compile(r"\{(\w+)\}")
_SPACE_BEFORE = re.compile(r"\s+([,.;:)%])")
_SPACE_AFTER = re.compile(r"([(])\s+")


def parse_number(text: str) -> Decimal | None:
    """The number that a cell writes (`12944`, `12,944`, `-69.1`, with U+2212 too), or null."""
    plain = text.strip().replace("\u2212", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern admits nothing else
        return None


def shown_number(number: Decimal) -> str:
    """With thousands separators, its decimals as written: `12,944`, `1,620.3`, `94.50`."""
    return f"{number:,f}"


def row_sentence(table: TableDescription, cells: Mapping[str, str], period: Period) -> str:
    """The row in one sentence: the table's own template, or a plain list of what it says where it has none."""
    words = _cell_words(table, cells)
    if not table.sentence:
        return _plain_sentence(table, cells, words, period)
    words |= {"when": period.when, "period": period.words}
    parts = {part.part: _optional_text(part, table, cells, words) for part in table.optional}
    return _tidy(_filled(table.sentence, words | parts))


def _cell_words(table: TableDescription, cells: Mapping[str, str]) -> dict[str, str]:
    """Each cell as it reads in a sentence: numbers with separators, values in the table's own words."""
    words: dict[str, str] = {}
    for name, cell in cells.items():
        column = table.field_named(name)
        number = parse_number(cell) if column is not None and column.is_number else None
        words[name] = table.sentence_values.get(name, {}).get(cell, cell if number is None else shown_number(number))
    return words


def _optional_text(
    part: OptionalPart, table: TableDescription, cells: Mapping[str, str], words: Mapping[str, str]
) -> str:
    cell = cells.get(part.when, "")
    if not cell or not words.get(part.when, cell):
        return ""
    column = table.field_named(part.when)
    number = parse_number(cell) if column is not None and column.is_number else None
    signed = (part.positive if number > 0 else part.negative if number < 0 else "") if number is not None else ""
    if number is None or not signed:
        return _filled(part.text, words)
    return _filled(signed, {**words, part.when: shown_number(abs(number))})


def _filled(template: str, words: Mapping[str, str]) -> str:
    """`template` with its `{names}` filled once; what a cell itself writes in braces stays as it is."""
    return _PLACE.sub(lambda place: words.get(place[1], ""), template)


def _tidy(sentence: str) -> str:
    """Single spaces, none before punctuation, a capital first and a full stop last."""
    line = _SPACE_AFTER.sub(r"\1", _SPACE_BEFORE.sub(r"\1", one_line(sentence)))
    line = line if line.endswith((".", "!", "?")) else f"{line}."
    return line[:1].upper() + line[1:]


def _plain_sentence(table: TableDescription, cells: Mapping[str, str], words: Mapping[str, str], period: Period) -> str:
    named = [words[name] for name in dict.fromkeys((*table.series_fields, *table.basis_fields)) if words.get(name)]
    figures = [
        f"{_label(table, name)} {words[name]} {unit_of(table, name, cells)}"
        for name in table.measures
        if cells.get(name)
    ]
    return _tidy(f"{', '.join([table.title, *named, period.words])}: {'; '.join(figures)}")


def _label(table: TableDescription, name: str) -> str:
    column = table.field_named(name)
    return table.label or (column.title if column is not None else "") or name.replace("_", " ")


def unit_of(table: TableDescription, measure: str, cells: Mapping[str, str]) -> str:
    """The unit of a row's number: what its unit column says, else the unit of the field."""
    column = table.field_named(measure)
    if column is None:
        return ""
    return cells.get(column.unit_field, "") or column.unit
