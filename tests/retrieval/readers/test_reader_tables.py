"""Tables: rows as sentences with exact offsets, and rows that are not sound named one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.readers import table
from retrieval.readers.package import TableDescription, parse_package
from retrieval.readers.reading import Unreadable

FIELDS: list[dict[str, Any]] = [
    {"name": "period", "type": "string"},
    {"name": "period_type", "type": "string"},
    {"name": "product", "type": "string", "constraints": {"enum": ["salt", "road salt"]}},
    {"name": "qualifier", "type": "string"},
    {"name": "tonnes", "type": "number", "unit": "t", "constraints": {"required": True}},
    {"name": "tonnes_to", "type": "number", "unit": "t"},
    {"name": "change", "type": "number", "unit": "%"},
    {"name": "source_id", "type": "string"},
]
RESOURCE: dict[str, Any] = {
    "name": "salt_exports",
    "path": "salt.csv",
    "title": "Exports of salt",
    "description": "Tonnes by product.",
    "schema": {"fields": FIELDS},
    "basis": "Gross weight by the U.S. Port Office. Older numbers stand.",
    "basisFields": ["product"],
    "seriesFields": ["product"],
    "rangeTo": {"tonnes": "tonnes_to"},
    "measure": {"field": "tonnes", "label": "exports"},
    "words": ["export", "shipped"],
    "values": {"product": {"road salt": ["grit"]}},
    "sentence": "{town} the port exported {qualifier} {tonnes}{range} tonnes of {product} {when}{moved}.",
    "sentenceOptional": [
        {"part": "range", "when": "tonnes_to", "text": " to {tonnes_to}"},
        {
            "part": "moved",
            "when": "change",
            "text": ", as before",
            "positive": ", {change}% more",
            "negative": ", {change}% less",
        },
    ],
    "sentenceValues": {"product": {"road salt": "grit for roads"}},
    "topics": ["salt"],
}
HEADER = "period,period_type,product,qualifier,tonnes,tonnes_to,change,source_id"


def _described(**changes: Any) -> TableDescription:
    package = {"title": "The harbour", "licenses": [{"name": "CC-BY-4.0"}], "resources": [RESOURCE | changes]}
    return parse_package(json.dumps(package).encode())[0]


def _csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def test_rows_become_sentences_with_exact_offsets() -> None:
    data = _csv(
        "2025-05,month,salt,about,12944,,-50,src-1",
        "2025-01/2025-05,,road salt,,1620.30,1700,2,src-2",
        "2024,year,salt,,7,,0,src-3",
        '2025-05-06,day,salt,,"1,000",,,src-{when}',
    )
    reading = table.read_described(data, "salt.csv", _described())
    (document,) = reading.documents
    assert reading.rejected == ()
    assert (document.source_id, document.kind, document.publisher) == ("salt_exports", "dataset", "The harbour")
    assert (document.licence, document.topics) == ("CC-BY-4.0", ("salt",))
    assert document.text.split("\n\n") == [
        "Exports of salt. Tonnes by product.",
        "The port exported about 12,944 tonnes of salt in May 2025, 50% less.",
        "The port exported 1,620.30 to 1,700 tonnes of grit for roads from January to May 2025, 2% more.",
        "The port exported 7 tonnes of salt in 2024, as before.",
        "The port exported 1,000 tonnes of salt on 6 May 2025.",
    ]
    assert [document.text[row.start : row.end] for row in document.rows] == document.text.split("\n\n")[1:]
    first, second = document.rows[:2]
    assert (first.series, first.unit, first.value, first.source_id) == ("product=salt", "t", 12944.0, "src-1")
    assert first.basis == "Gross weight by the U.S. Port Office; product=salt"
    assert first.fields["change"] == "-50"
    assert (second.period, second.period_type) == ("2025-01/2025-05", "year-to-date")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2025-13,month,salt,,1,,,s", 'period: "2025-13" is no period'),
        ("2025,year,salt,,many,,,s", 'tonnes: "many" is no number'),
        ("2025,year,salt,,nan,,,s", "is no number"),
        ("2025,year,salt,,,,,s", "tonnes is empty"),
        ("2025,year,salt,,1,,,", "source_id is empty"),
        ("2025,year,sugar,,1,,,s", "none of its described values"),
        ("2025,year,salt,,1,,s", "7 cells under 8 headings"),
    ],
)
def test_a_row_that_is_not_sound_is_named_and_the_rest_go_in(row: str, why: str) -> None:
    reading = table.read_described(_csv("2024,year,salt,,7,,,src", row), "salt.csv", _described())
    assert len(reading.documents[0].rows) == 1
    (rejected,) = reading.rejected
    assert rejected.why.startswith("salt_exports, row 2 (line 3): ")
    assert why in rejected.why


def test_a_table_with_no_sound_row_or_a_missing_column_is_refused() -> None:
    with pytest.raises(Unreadable, match="row 1"):
        table.read_described(_csv("2025,year,salt,,1,,,"), "salt.csv", _described())
    with pytest.raises(Unreadable, match='the column "product" is missing'):
        table.read_described(b"period,period_type,tonnes,source_id\n2025,year,1,s", "salt.csv", _described())


def test_a_table_described_by_the_contract_alone() -> None:
    fields = [
        {"name": "period"},
        {"name": "tonnes", "type": "number", "unit": "t"},
        {"name": "price", "type": "number", "unit": "EUR/t"},
        {"name": "product"},
        {"name": "source_id"},
    ]
    package = {"resources": [{"name": "tea", "path": "tea.csv", "schema": {"fields": fields}}]}
    (described,) = parse_package(json.dumps(package).encode())
    data = b"period,tonnes,price,product,source_id\n2024,1200,3.5,green tea,s1\n2025,1300,,green tea,s2\n"
    (document,) = table.read_described(data, "tea.csv", described).documents
    assert document.text.split("\n\n")[1] == "Tea, green tea, 2024: tonnes 1,200 t; price 3.5 EUR/t."
    assert [(row.series, row.unit, row.value) for row in document.rows] == [
        ("measure=tonnes; product=green tea", "t", 1200.0),
        ("measure=price; product=green tea", "EUR/t", 3.5),
        ("measure=tonnes; product=green tea", "t", 1300.0),
    ]
    assert document.publisher == "tea.csv"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"schema": {"fields": FIELDS[1:]}}, "no field `period`"),
        ({"schema": {"fields": FIELDS[:-1]}}, "no field `source_id`"),
        ({"measure": {"field": "product"}}, "no number field"),
        ({"seriesFields": ["nothing"]}, 'a field "nothing"'),
        ({"path": "../../etc/passwd"}, "no path inside its folder"),
        ({"path": "https://a.example/x.csv"}, "no path inside its folder"),
    ],
)
def test_a_package_that_is_not_sound_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        _described(**changes)


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*RESOURCE, "fields", "resources", "part"]), inner)
        ),
    )
)
def test_any_json_is_a_package_or_unreadable(value: Any) -> None:
    for package in (
        value,
        {"resources": [value]},
        {"resources": [RESOURCE | value if isinstance(value, dict) else value]},
    ):
        try:
            parse_package(json.dumps(package).encode())
        except Unreadable as fault:
            assert str(fault)


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(CELL, CELL, st.decimals(allow_nan=False, allow_infinity=False, places=2)), max_size=6))
def test_offsets_are_exact_whatever_the_cells_hold(rows: list[tuple[str, str, Any]]) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = [f"2024,year,salt,{quoted(qualifier)},{number:f},,,{quoted(source)}" for qualifier, source, number in rows]
    try:
        reading = table.read_described(_csv(*lines), "salt.csv", _described())
    except Unreadable:
        return
    (document,) = reading.documents
    sentences = document.text.split("\n\n")[1:]
    assert [document.text[row.start : row.end] for row in document.rows] == sentences
    assert len(document.rows) + len(reading.rejected) <= len(rows)


def test_a_free_table_reads_as_lines_of_its_fields() -> None:
    reading = table.read(b"boat;cost;\nIda;4.2;x\n;;\nOla;;\nEva;1;2;3\n", "the_boats.csv")
    (document,) = reading.documents
    assert (document.kind, document.title) == ("article", "the boats")
    assert document.text == "boat: Ida; cost: 4.2; column 3: x.\n\nboat: Ola."
    assert reading.rejected[0].why == "row 3 (line 5): 4 cells under 3 headings"
    for empty in (b"a,b\n", b" \n"):
        with pytest.raises(Unreadable, match="empty"):
            table.read(empty, "x.csv")


def test_the_story_that_is_shipped_has_sound_tables() -> None:
    folder = Path(__file__).parents[3] / "data" / "datasets"
    for described in table.read_package(folder):
        reading = table.read_described((folder / described.path).read_bytes(), described.path, described)
        assert reading.rejected == ()
        document = reading.documents[0]
        for row in document.rows:
            sentence = document.text[row.start : row.end]
            assert sentence.endswith(".")
            assert not set(sentence) & set("{}\n")
            assert "  " not in sentence
