"""A small story of its own for these tests: a harbour strike, two unions, one port."""

from __future__ import annotations

from datetime import UTC, datetime

from retrieval.models import Citation, Passage, Row, Source
from retrieval.names import Name, Names
from retrieval.verify import Context, Fault, fault_of

NAMES = Names(
    [
        Name("nmqu", "Quaymen's Union", "organisation", ("Quaymen's Union", "Quaymen’s Union", "Quaymen"), ("QU",)),
        Name("nmpco", "Port Crane Operators", "organisation", ("Port Crane Operators", "crane union"), ("PCO",)),
        Name("nmtorrhaven", "Torrhaven", "place", ("Torrhaven", "Torhaven", "Port of Torrhaven")),
        Name("nmskerry", "Skerry", "place", ("Skerry", "Skerry Island")),
        Name("nmbrandt", "Ada Brandt", "person", ("Ada Brandt", "Brandt")),
        Name("nmokoro", "Jon Okoro", "person", ("Jon Okoro", "Okoro")),
        Name("nmnordquay", "Nordquay Lines", "company", ("Nordquay Lines", "Nordquay")),
        Name("nmus", "United States", "place", ("United States", "U.S."), ("US",)),
    ]
)
CONTEXT = Context(NAMES)


def source(source_id: str = "s1", state: str = "live") -> Source:
    return Source(
        source_id, "article", "Title", "Publisher", "newsroom", "https://example.org", "2025-05-12", None, "en",
        source_id, "", (), (), (), datetime(2025, 5, 12, tzinfo=UTC), None,
        "withdrawn" if state == "withdrawn" else "live", 1,
    )  # fmt: skip


def cite(number: int, text: str, quote: str | None = None, source_id: str = "s1") -> Citation:
    """A citation of `quote`, or of the whole passage `text`."""
    start = 0 if quote is None else text.index(quote)
    end = len(text) if quote is None else start + len(quote)
    passage = Passage(f"p{number}", source_id, source_id, 1, 100, 100 + len(text), text, "header", "article")
    return Citation(number, passage, source(source_id), start, end)


def row(value: float, period: str, unit: str = "t", basis: str = "gross", series: str = "cargo") -> Row:
    return Row("cargo", series, basis, unit, period, "month", value, "s1", 0, 1)


def first_fault(claim: str, *quotes: str) -> Fault | None:
    return fault_of(claim, quotes, CONTEXT)
