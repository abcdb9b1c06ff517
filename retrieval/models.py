"""The nouns of the project. Values only: nothing here reads, writes or asks for the time.

Offsets are code points, half-open. Dates are the forms of the contract: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["article", "brief", "dataset"]
Standing = Literal["primary", "newsroom", "trade", "party", "secondary", "unrated"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a table, rendered once: what it says is `Document.text[start:end]`.

    `series` tells one line of numbers from another, `basis` what is counted and how (gross or oxide, terms, market,
    official or assessed); figures of different basis are never compared. `fields` are the row's other columns.
    """

    dataset: str
    series: str
    basis: str
    unit: str
    period: str
    period_type: str
    value: float
    source_id: str
    start: int
    end: int
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader hands over: one source, complete, before it is stored."""

    source_id: str
    kind: Kind
    title: str
    text: str
    publisher: str = ""
    url: str = ""
    published: str | None = None
    about: str | None = None
    language: str = "en"
    origin: str = ""
    licence: str = ""
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    disagrees_with: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One document of the library with its provenance, as stored."""

    source_id: str
    kind: Kind
    title: str
    publisher: str
    standing: Standing
    url: str
    published: str | None
    about: str | None
    language: str
    origin: str
    licence: str
    topics: tuple[str, ...]
    places: tuple[str, ...]
    disagrees_with: tuple[str, ...]
    first_seen: datetime
    known_at: datetime | None
    state: Literal["live", "withdrawn"]
    version: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one version of one source: what is embedded, found and cited.

    `source_id` is who states it (for a table's row, the row's source), `document_id` whose text it is cut from.
    `header` (title, publisher, date) is searched with the text but is never part of a quote.
    """

    passage_id: str
    source_id: str
    document_id: str
    version: int
    start: int
    end: int
    text: str
    header: str
    kind: Kind
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage, and the exact span of it that supports a claim: `passage.text[start:end]`."""

    number: int
    passage: Passage
    source: Source
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a draft and the numbers of the citations that it rests on; `text` without its marks `[1]`."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """A figure worked out from the cited ones; the verifier works it out again.

    `inputs` are citation numbers in the order of the operation: a change goes from the first to the second.
    """

    text: str
    value: float
    unit: str
    operation: Literal["change", "total", "ratio", "difference"]
    inputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer hands to the verifier, whoever the writer is."""

    engine: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    computed: tuple[Computed, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """A claim that did not hold, and the check that it failed."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer or a story rests on: counted, never judged."""

    origins: int
    newest: str | None
    marks: tuple[Literal["unnamed", "party", "disputed", "official"], ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that say otherwise of one thing, each side cited."""

    about: str
    sides: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified claims; or the nearest passage, marked as not an answer; or what is missing.

    `abstained` is true of the last two. `as_of` is the date of the newest source. `milliseconds` has the keys search,
    write and verify. `confidence` is the calibrated chance that the best sentence answers, whatever was decided.
    """

    question: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    computed: tuple[Computed, ...]
    evidence: Evidence
    disagreements: tuple[Disagreement, ...]
    withheld: tuple[Withheld, ...]
    abstained: bool
    engine: str
    as_of: str | None
    missing: str | None
    nearest: Citation | None
    nearest_topics: tuple[str, ...]
    fallback: str | None
    milliseconds: dict[str, float]
    confidence: float = 0.0

    @property
    def text(self) -> str:
        """The claims with their marks: `… [1]`."""
        return " ".join(marked(claim) for claim in self.claims)


def marked(claim: Claim) -> str:
    """The claim with the marks of its citations, `… [1][2]`."""
    return claim.text + (" " + "".join(f"[{number}]" for number in claim.citations) if claim.citations else "")
