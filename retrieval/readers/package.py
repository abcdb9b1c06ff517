"""The description beside a table: `datapackage.json`, as frozen values.

Beyond the Frictionless Data Package it reads, per resource: `basis`, `basisFields`, `seriesFields`, `measure`,
`rangeTo`, `words`, `values`, `sentence`, `sentenceOptional`, `sentenceValues` and `topics`, and per field `unit` or
`unitField`. All of these may be missing: a table needs `period`, a number field and `source_id`, no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from retrieval.readers.clean import one_line
from retrieval.readers.decoding import decode
from retrieval.readers.reading import Unreadable

PACKAGE_NAME = "datapackage.json"
PACKAGE_LIMIT = 10_000_000
PERIOD_NAMES = ("period", "date", "month", "year")
SOURCE_FIELD = "source_id"

_NUMBERS = {"number", "integer"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column. A number's unit is `unit`, or what the column `unit_field` says in its row."""

    name: str
    type: str = "string"
    title: str = ""
    description: str = ""
    unit: str = ""
    unit_field: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.type in _NUMBERS


@dataclass(frozen=True, slots=True)
class OptionalPart:
    """A part of the sentence that stands for `{part}` where the column `when` is filled.

    A number chooses `positive` or `negative` by its sign where these are given, and is then written without it.
    """

    part: str
    when: str
    text: str
    positive: str = ""
    negative: str = ""


@dataclass(frozen=True, slots=True)
class TableDescription:
    """One table as its package describes it.

    `words` are what people call the table, `values` what they call a column's values, `measures` the number columns
    that are figures (each with its label), `path` the CSV's place relative to the package.
    """

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    period_field: str
    measures: tuple[str, ...]
    label: str
    basis: str
    basis_fields: tuple[str, ...]
    series_fields: tuple[str, ...]
    range_to: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    values: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    sentence: str = ""
    optional: tuple[OptionalPart, ...] = ()
    sentence_values: dict[str, dict[str, str]] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    licence: str = ""
    package_title: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"

    def field_named(self, name: str) -> Field | None:
        """The column of that name, or null."""
        return next((column for column in self.fields if column.name == name), None)


def read_package(folder: Path) -> tuple[TableDescription, ...]:
    """The tables that the folder's `datapackage.json` describes; none where there is no such file.

    Raises `Unreadable` with what is wrong in it.
    """
    path = folder / PACKAGE_NAME
    try:
        if not path.is_file():
            return ()
        if path.stat().st_size > PACKAGE_LIMIT:
            raise Unreadable(f"{PACKAGE_NAME}: larger than {PACKAGE_LIMIT // 1_000_000} MB")
        return parse_package(path.read_bytes())
    except OSError as fault:
        raise Unreadable(f"{PACKAGE_NAME}: {fault.strerror or 'cannot be read'}") from None


def parse_package(data: bytes) -> tuple[TableDescription, ...]:
    """The tables of a package's JSON; raises `Unreadable` with what is wrong in it."""
    try:
        package = json.loads(decode(data))
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"{PACKAGE_NAME}: not JSON ({one_line(str(fault))})") from None
    except Unreadable as fault:
        raise Unreadable(f"{PACKAGE_NAME}: {fault}") from None
    if not _is_object(package) or not isinstance(package.get("resources"), list):
        raise Unreadable(f"{PACKAGE_NAME}: no list of resources")
    tables = tuple(_table(resource, package) for resource in _list(package, "resources"))
    names = [table.name for table in tables]
    for name in names:
        if names.count(name) > 1:
            raise Unreadable(f'{PACKAGE_NAME}: two resources are named "{name}"')
    return tables


def _table(resource: object, package: Mapping[str, object]) -> TableDescription:
    if not _is_object(resource):
        raise Unreadable(f"{PACKAGE_NAME}: a resource is no object")
    name = _text(resource, "name") or PurePosixPath(_text(resource, "path")).stem
    schema = resource.get("schema")
    fields = tuple(_field(column, name) for column in _list(schema, "fields")) if _is_object(schema) else ()
    names = {column.name for column in fields}
    period = next((candidate for candidate in PERIOD_NAMES if candidate in names), "")
    if not period:
        raise Unreadable(f"{name}: {PACKAGE_NAME} describes no field `period`")
    if SOURCE_FIELD not in names:
        raise Unreadable(f"{name}: {PACKAGE_NAME} describes no field `{SOURCE_FIELD}`")
    measures, label = _measures(resource, fields, name)
    basis_fields = _strings(resource, "basisFields")
    units = {column.unit_field for column in fields}
    apart = {period, "period_type", SOURCE_FIELD, *units, *basis_fields}
    others = tuple(column.name for column in fields if not column.is_number and column.name not in apart)
    table = TableDescription(
        name=name,
        path=_inner_path(_text(resource, "path"), name),
        title=_text(resource, "title") or name.replace("_", " "),
        description=_text(resource, "description"),
        fields=fields,
        period_field=period,
        measures=measures,
        label=label,
        basis=_text(resource, "basis"),
        basis_fields=basis_fields,
        series_fields=_strings(resource, "seriesFields") or others,
        range_to=_text_map(resource.get("rangeTo")),
        words=_strings(resource, "words"),
        values=_values(resource.get("values")),
        sentence=_text(resource, "sentence"),
        optional=tuple(_optional(part, name) for part in _list(resource, "sentenceOptional")),
        sentence_values={
            key: _text_map(words) for key, words in _items(resource.get("sentenceValues")) if _is_object(words)
        },
        topics=_strings(resource, "topics"),
        licence=_licence(resource) or _licence(package),
        package_title=_text(package, "title"),
        delimiter=_delimiter(resource),
        encoding=_text(resource, "encoding") or "utf-8",
    )
    for named in (*table.basis_fields, *table.series_fields, *table.range_to, *table.range_to.values()):
        if named not in names:
            raise Unreadable(f'{name}: {PACKAGE_NAME} names a field "{named}" that it does not describe')
    return table


def _field(column: object, resource: str) -> Field:
    if not _is_object(column) or not _text(column, "name"):
        raise Unreadable(f"{resource}: {PACKAGE_NAME} has a field without a name")
    constraints = column.get("constraints")
    limits: Mapping[str, object] = constraints if _is_object(constraints) else {}
    return Field(
        name=_text(column, "name"),
        type=_text(column, "type") or "string",
        title=_text(column, "title"),
        description=_text(column, "description"),
        unit=_text(column, "unit"),
        unit_field=_text(column, "unitField"),
        required=limits.get("required") is True,
        choices=_strings(limits, "enum"),
    )


def _measures(resource: Mapping[str, object], fields: Sequence[Field], name: str) -> tuple[tuple[str, ...], str]:
    """The figures' columns: those that `measure` names, else all numbers with a unit, else all numbers."""
    stated = resource.get("measure")
    label = _text(stated, "label") if _is_object(stated) else ""
    named = (_text(stated, "field"),) if _is_object(stated) else _strings(resource, "measure")
    numbers = [column for column in fields if column.is_number]
    if not named or not any(named):
        with_unit = [column for column in numbers if column.unit or column.unit_field]
        named = tuple(column.name for column in with_unit or numbers)
    if not named or not set(named) <= {column.name for column in numbers}:
        raise Unreadable(f"{name}: {PACKAGE_NAME} describes no number field to measure")
    return named, label


def _optional(part: object, resource: str) -> OptionalPart:
    if not _is_object(part) or not _text(part, "part") or not _text(part, "when"):
        raise Unreadable(f"{resource}: {PACKAGE_NAME} has a sentenceOptional without part or when")
    texts = {key: str(part.get(key) or "") for key in ("text", "positive", "negative")}
    return OptionalPart(part=_text(part, "part"), when=_text(part, "when"), **texts)


def _inner_path(path: str, resource: str) -> str:
    """`path`, refused where it leads out of the package's folder."""
    place = PurePosixPath(path)
    if not path or place.is_absolute() or ".." in place.parts or "://" in path:
        raise Unreadable(f"{resource}: {PACKAGE_NAME} gives no path inside its folder")
    return place.as_posix()


def _licence(owner: Mapping[str, object]) -> str:
    licences = [licence for licence in _list(owner, "licenses") if _is_object(licence)]
    return _text(licences[0], "name") if licences else ""


def _delimiter(resource: Mapping[str, object]) -> str:
    dialect = resource.get("dialect")
    stated = str(dialect.get("delimiter") or ",") if _is_object(dialect) else ","
    return stated if len(stated) == 1 and stated not in '\r\n"' else ","


def _values(values: object) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        column: {value: tuple(map(one_line, _only_strings(words))) for value, words in _items(names)}
        for column, names in _items(values)
    }


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _items(value: object) -> list[tuple[str, object]]:
    return [(one_line(key), item) for key, item in value.items()] if _is_object(value) else []


def _text(owner: Mapping[str, object], key: str) -> str:
    value = owner.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _list(owner: Mapping[str, object], key: str) -> list[object]:
    value = owner.get(key)
    return value if isinstance(value, list) else []


def _strings(owner: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = owner.get(key)
    return tuple(map(one_line, _only_strings([value] if isinstance(value, str) else value)))


def _only_strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text_map(value: object) -> dict[str, str]:
    return {key: one_line(item) for key, item in _items(value) if isinstance(item, str)}
