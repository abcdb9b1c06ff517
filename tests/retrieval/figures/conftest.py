"""A harbour's two tables, read, stored and asked through the real library on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval.database import Database
from retrieval.figures import NoRow, SqlFigures, TableAnswer, Tables, ask_tables
from retrieval.library import Library
from retrieval.models import Document
from retrieval.names import Name, Names
from retrieval.question import read_question
from retrieval.readers.table import parse_package, read_described

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
Asking = Callable[..., TableAnswer | NoRow | None]

NAMES = Names(
    [
        Name("harwick", "Harwick", "place", ("Harwick", "Port of Harwick")),
        Name("norland", "Norland", "place", ("Norland", "Norlands"), ("NL",)),
        Name("ostrova", "Ostrova", "place", ("Ostrova",)),
        Name("vesta", "Vesta", "place", ("Vesta",)),
        Name("amber", "amber", "substance", ("amber",)),
        Name("seaoffice", "Norland Sea Office", "organisation", ("Norland Sea Office", "NSO")),
        Name("gulltimes", "Gull Times", "organisation", ("Gull Times",)),
        Name("dockunion", "Dock Union", "organisation", ("Dock Union",)),
    ]
)


def _field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "title": more.pop("title", name.replace("_", " ").capitalize()), **more}


def _enum(*values: str, required: bool = True) -> dict[str, Any]:
    return {"required": required, "enum": list(values)}


FREIGHT = {
    "name": "freight", "path": "freight.csv", "title": "Freight of timber and of salt that Harwick shipped",
    "description": "Tonnes that left by sea, by cargo and destination, as reports of the harbour office give them.",
    "schema": {"fields": [
        _field("period", constraints={"required": True}),
        _field("period_type", constraints=_enum("month", "year", "year-to-date")),
        _field("cargo", constraints=_enum("timber", "timber boards", "oak timber", "salt")),
        _field("destination", constraints=_enum("Norland", "Ostrova", "world")),
        _field("qualifier"),
        _field("tonnes", "number", unit="t", constraints={"required": True}),
        _field("change_pct", "number", unit="%"),
        _field("change_basis", constraints=_enum("a year before", "the month before", required=False)),
        _field("source_id", constraints={"required": True}),
    ]},
    "basis": "Tonnes of the named cargo.", "basisFields": ["cargo"], "seriesFields": ["cargo", "destination"],
    "measure": {"field": "tonnes", "label": "freight"},
    "words": ["freight", "shipped", "shipments", "sent by sea", "exports"],
    "values": {
        "cargo": {"timber": ["wood", "logs"], "salt": ["sea salt"], "timber boards": ["boards"]},
        "destination": {"world": ["everywhere", "in all"], "Norland": ["Norlandic", "NL"]},
    },
    "sentence": "Harwick shipped {qualifier} {tonnes} tonnes of {cargo} {destination} {when}{change}.",
    "sentenceOptional": [{"part": "change", "when": "change_pct", "text": ", {change_pct}% against {change_basis}"}],
    "sentenceValues": {"destination": {"world": "", "Norland": "to Norland", "Ostrova": "to Ostrova"}},
}  # fmt: skip
FEES = {
    "name": "fees", "path": "fees.csv", "title": "Fees of the berths",
    "description": "Fees a day, as harbours list them.",
    "schema": {"fields": [
        _field("period", constraints={"required": True}),
        _field("period_type", constraints=_enum("day", "month", "year")),
        _field("period_note"),
        _field("harbour", constraints=_enum("Harwick", "Vesta", "Norland")),
        _field("berth", constraints=_enum("north quay", "south quay", required=False)),
        _field("fee", "number", unitField="unit", constraints={"required": True}),
        _field("fee_to", "number", unitField="unit"),
        _field("unit", constraints=_enum("EUR/day", "USD/day")),
        _field("source_id", constraints={"required": True}),
    ]},
    "basis": "Fee a day.", "basisFields": ["berth", "unit"], "seriesFields": ["harbour", "berth", "unit"],
    "rangeTo": {"fee": "fee_to"}, "measure": {"field": "fee", "label": "fee"},
    "words": ["fee", "fees", "berth fee", "mooring", "charge"],
    "values": {"berth": {"north quay": ["NQ"]}},
    "sentence": "A berth at the {berth} of {harbour} cost {fee}{range} {unit} {when}{note}.",
    "sentenceOptional": [
        {"part": "range", "when": "fee_to", "text": " to {fee_to}"},
        {"part": "note", "when": "period_note", "text": ", {period_note}"},
    ],
}  # fmt: skip
FREIGHT_ROWS = """period,period_type,cargo,destination,qualifier,tonnes,change_pct,change_basis,source_id
2020,year,timber,world,,900,,,gull
2022,year,timber,world,,1000,,,gull
2023,year,timber,world,,1100,10,a year before,gull
2024,year,timber,world,,1320,20,a year before,gull
2024,year,timber,world,,1400,,,tern
2025,year,timber,world,,1500,,,gull
2025-04,month,timber,world,,120,,,gull
2025-05,month,timber,world,,150,,,gull
2025-06,month,timber,world,,80,,,gull
2025-07,month,timber,world,about,90,,,gull
2025-01/2025-05,year-to-date,timber,world,,610,,,gull
2025-05,month,timber,Norland,,42,,,tern
2025-06,month,salt,Ostrova,,7,,,tern
2025,year,salt,world,,300,,,tern
2026-02,month,oak timber,world,,33,,,tern
2025-08,month,timber,world,,60,-33,the month before,gull
2025-06,month,timber,Norland,,30,,,tern
2019,year,salt,world,,200,,,gull
2019,year,salt,world,,210,,,gull
2024-01/2024-02,year-to-date,salt,world,,44,,,tern
"""
FEES_ROWS = """period,period_type,period_note,harbour,berth,fee,fee_to,unit,source_id
2024,year,,Harwick,north quay,40,,EUR/day,gull
2025,year,,Harwick,north quay,50,,EUR/day,gull
2025-05-06,day,,Vesta,south quay,30,35,EUR/day,tern
2025-05-01,day,,Vesta,,33,,USD/day,gull
2025,year,,Norland,north quay,70,,EUR/day,gull
2025,year,,Vesta,north quay,20,,EUR/day,gull
2026-02,month,early in the month,Vesta,north quay,25,,EUR/day,tern
"""
SOURCES = {
    "gull": (
        "Gull Times",
        "The quay was busy. Harwick shipped 80 tonnes of timber in June 2025, the Dock Union counts.",
    ),
    "tern": ("Tern Weekly", "Harwick shipped 42 tonnes of sawn timber to Norland in May 2025."),
}


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables(parse_package(json.dumps({"resources": [FREIGHT, FEES]}).encode()), NAMES)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('figures') / 'library.sqlite'}")
    database.migrate()
    library = Library(database)
    documents = [
        Document(key, "article", publisher, text, publisher=publisher, published="2026-03-01")
        for key, (publisher, text) in SOURCES.items()
    ]
    for description, rows in zip(
        parse_package(json.dumps({"resources": [FREIGHT, FEES]}).encode()), (FREIGHT_ROWS, FEES_ROWS), strict=True
    ):
        reading = read_described(rows.encode(), Path(description.path).name, description)
        assert not reading.rejected
        documents += reading.documents
    library.store(documents, "data", NOW)
    yield library
    database.close()


@pytest.fixture(scope="session")
def ask(tables: Tables, library: Library) -> Asking:
    figures = SqlFigures(library)

    def asked(text: str, at: datetime | None = None) -> TableAnswer | NoRow | None:
        return ask_tables(read_question(text, NAMES, NOW.date()), tables, figures, NOW, at)

    return asked
