"""The rows of a table out of SQL: our own statement, the table's name bound. Nothing of a question enters it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy import select

from retrieval import tables as t
from retrieval.briefing.changed_figures import Figure
from retrieval.known import existed
from retrieval.library import Library
from retrieval.models import Passage, Source

_BATCH = 500


class SqlFigures:
    """Reads live figures with the passages that state them. Thread-safe; a table is kept until the library changes."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._kept: tuple[int, dict[str, tuple[Figure, ...]]] = (-1, {})

    def rows(self, dataset: str, at: datetime | None = None) -> Sequence[Figure]:
        """The live rows of a table in their order; with `at`, those that could be known then."""
        last = self._library.last_change()
        with self._lock:
            kept = self._kept[1].get(dataset) if self._kept[0] == last else None
        if kept is None:
            kept = self._read(dataset)
            with self._lock:
                tables = self._kept[1] if self._kept[0] == last else {}
                self._kept = (last, {**tables, dataset: kept})
        return kept if at is None else tuple(figure for figure in kept if existed(figure.source, at))

    def text(self, source_id: str) -> str:
        """The newest text of a source, or nothing."""
        return self._library.text(source_id) or ""

    def _read(self, dataset: str) -> tuple[Figure, ...]:
        query = (
            select(t.figures)
            .join(t.passages, t.passages.c.passage_id == t.figures.c.passage_id)
            .where(t.figures.c.dataset == dataset, t.passages.c.live)
            .order_by(t.passages.c.ordinal, t.figures.c.figure_id)
        )
        with self._library.database.read() as connection:
            found = connection.execute(query).all()
        known: dict[str, tuple[Passage, Source]] = {}
        for first in range(0, len(found), _BATCH):
            known |= self._library.passages([row.passage_id for row in found[first : first + _BATCH]])
        return tuple(
            Figure(
                dataset=row.dataset,
                series=row.series,
                basis=row.basis,
                unit=row.unit,
                period=row.period,
                period_type=row.period_type,
                value=row.value,
                fields=dict(row.fields or {}),
                passage=known[row.passage_id][0],
                source=known[row.passage_id][1],
            )
            for row in found
            if row.passage_id in known
        )
