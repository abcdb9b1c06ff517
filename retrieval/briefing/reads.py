"""What a briefing reads from the library: texts, reports with their passages, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import RowMapping, SelectLabelStyle, select

from retrieval import tables as t
from retrieval.briefing.changed_figures import Figure
from retrieval.briefing.stories import Report
from retrieval.library import Library
from retrieval.models import Passage, Source

_BATCH = 500


def texts(library: Library, sources: Sequence[Source], most: int = 3_000) -> list[str]:
    """The newest texts of these sources with their titles, of the `most` last ones by id where there are more."""
    ids = sorted(source.source_id for source in sources)[-most:]
    found: list[str] = []
    with library.database.read() as connection:
        for batch in _batches(ids):
            rows = connection.execute(
                select(t.sources.c.title, t.versions.c.text)
                .join(t.sources, t.sources.c.source_id == t.versions.c.source_id)
                .where(t.versions.c.version == t.sources.c.version, t.sources.c.source_id.in_(batch))
                .order_by(t.sources.c.source_id)
            )
            found.extend(f"{row.title}\n{row.text}" for row in rows)
    return found


def reports(library: Library, sources: Iterable[Source]) -> dict[str, Report]:
    """These sources with the passages cut from them, by id; one without passages is left out."""
    by_id = {source.source_id: source for source in sources}
    passages: dict[str, list[Passage]] = {}
    with library.database.read() as connection:
        for batch in _batches(sorted(by_id)):
            rows = connection.execute(
                select(t.passages)
                .where(t.passages.c.document_id.in_(batch), t.passages.c.live)
                .order_by(t.passages.c.document_id, t.passages.c.ordinal)
            )
            for row in rows:
                passages.setdefault(row.document_id, []).append(_passage(row._mapping))
    return {source_id: Report(by_id[source_id], tuple(found)) for source_id, found in sorted(passages.items())}


def figures(library: Library, sources: Mapping[str, Source]) -> list[Figure]:
    """The live rows that one of these sources states, by table and place."""
    query = (
        select(t.figures, t.passages)
        .join(t.passages, t.passages.c.passage_id == t.figures.c.passage_id)
        .where(t.passages.c.live)
        .order_by(t.figures.c.dataset, t.passages.c.ordinal, t.figures.c.figure_id)
        .set_label_style(SelectLabelStyle.LABEL_STYLE_TABLENAME_PLUS_COL)
    )
    found: list[Figure] = []
    with library.database.read() as connection:
        for row in connection.execute(query):
            value = row._mapping
            source = sources.get(value["figures_source_id"])
            if source is None:
                continue
            found.append(
                Figure(
                    dataset=value["figures_dataset"],
                    series=value["figures_series"],
                    basis=value["figures_basis"],
                    unit=value["figures_unit"],
                    period=value["figures_period"],
                    period_type=value["figures_period_type"],
                    value=value["figures_value"],
                    fields=dict(value["figures_fields"] or {}),
                    passage=_passage(value, "passages_"),
                    source=source,
                )
            )
    return found


def _passage(value: RowMapping, prefix: str = "") -> Passage:
    names = ("passage_id", "source_id", "document_id", "version", "start", "end", "text", "header", "kind")
    return Passage(**{name: value[prefix + name] for name in names})


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH))
