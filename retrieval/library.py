"""The library: sources with their versions and passages, and the log of what changed. The truth, in SQL."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import Row as SqlRow
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from retrieval import tables as t
from retrieval.database import Database
from retrieval.known import existed, known_at
from retrieval.models import Document, Passage, Source, Standing
from retrieval.models import Row as TableRow
from retrieval.passages import passages as cut

LoadedBy = Literal["data", "ingest"]
What = Literal["added", "updated", "withdrawn"]


@dataclass
class Stored:
    """What came of storing a batch: ids by outcome, and the passages written."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    what: What
    source_id: str
    version: int


_PASSAGE = [t.passages.c[one.name] for one in fields(Passage)]  # the columns of a passage, in its order


class Library:
    """Reads and writes the library. `standing` tells what a publisher is to the story. Thread-safe."""

    def __init__(self, database: Database, standing: Callable[[str], Standing] = lambda publisher: "unrated") -> None:
        self.database = database
        self._standing = standing
        self._known: tuple[int, dict[str, Source]] = (-1, {})
        self._lock = threading.Lock()

    # Writing

    def store(self, documents: Iterable[Document], loaded_by: LoadedBy, now: datetime) -> Stored:
        """Stores a batch whole, or, where something fails, not at all.

        The same content again is unchanged; the same id with other content is a new version, and the passages of the
        former one are no longer live. Content that another source already holds is a duplicate, and left out. What was
        withdrawn by hand stays withdrawn.
        """
        outcome = Stored()
        with self.database.write() as connection:
            for document in documents:
                self._store_one(connection, document, loaded_by, now, outcome)
        return outcome

    def _store_one(
        self, connection: Connection, document: Document, loaded_by: LoadedBy, now: datetime, outcome: Stored
    ) -> None:
        content = content_hash(document)
        known = connection.execute(select(t.sources).where(t.sources.c.source_id == document.source_id)).first()
        if known is not None and known.state == "withdrawn" and known.withdrawn_why is not None:
            outcome.refused.append((document.source_id, f"it was withdrawn: {known.withdrawn_why}"))
            return
        if known is not None and known.content_hash == content and known.state == "live":
            standing = self._standing(document.publisher)
            if known.standing != standing:
                connection.execute(
                    update(t.sources).where(t.sources.c.source_id == document.source_id).values(standing=standing)
                )
            outcome.unchanged.append(document.source_id)
            return
        if known is None and document.kind == "article":
            twin = connection.execute(
                select(t.sources.c.source_id)
                .join(t.versions, t.versions.c.source_id == t.sources.c.source_id)
                .where(t.versions.c.version == t.sources.c.version, t.sources.c.state == "live")
                .where(t.versions.c.content_hash == text_digest(document.text))
            ).first()
            if twin is not None:
                outcome.duplicates.append(document.source_id)
                return
        last = connection.execute(
            select(func.max(t.versions.c.version)).where(t.versions.c.source_id == document.source_id)
        ).scalar()
        version = (last or 0) + 1
        first_seen = known.first_seen if known is not None else now
        values = {
            "kind": document.kind,
            "title": document.title,
            "publisher": document.publisher,
            "standing": self._standing(document.publisher),
            "url": document.url,
            "published": document.published,
            "about": document.about,
            "language": document.language,
            "origin": document.origin or document.source_id,
            "licence": document.licence,
            "topics": list(document.topics),
            "places": list(document.places),
            "disagrees_with": list(document.disagrees_with),
            "loaded_by": loaded_by,
            "state": "live",
            "withdrawn_why": None,
            "version": version,
            "content_hash": content,
            "first_seen": first_seen,
            "known_at": known_at(document.published, first_seen, bulk=loaded_by == "data"),
        }
        if known is None:
            connection.execute(insert(t.sources).values(source_id=document.source_id, **values))
        else:
            connection.execute(update(t.sources).where(t.sources.c.source_id == document.source_id).values(**values))
        connection.execute(
            insert(t.versions).values(
                source_id=document.source_id,
                version=version,
                content_hash=text_digest(document.text),
                text=document.text,
                stored_at=now,
            )
        )
        connection.execute(update(t.passages).where(t.passages.c.document_id == document.source_id).values(live=False))
        outcome.passages += _write_passages(connection, document, version)
        what: What = "added" if known is None else "updated"
        _log(connection, what, document.source_id, version, now)
        (outcome.added if known is None else outcome.updated).append(document.source_id)

    def withdraw(self, source_id: str, why: str | None, now: datetime) -> bool:
        """Takes a source out of every answer; false where no live source has this id.

        With a reason it leaves a tombstone, which loader and feeds respect; without one (its file is gone from the
        story) it may come back.
        """
        with self.database.write() as connection:
            row = connection.execute(
                select(t.sources.c.version).where(t.sources.c.source_id == source_id, t.sources.c.state == "live")
            ).first()
            if row is None:
                return False
            connection.execute(
                update(t.sources).where(t.sources.c.source_id == source_id).values(state="withdrawn", withdrawn_why=why)
            )
            affected = (t.passages.c.document_id == source_id) | (t.passages.c.source_id == source_id)
            connection.execute(update(t.passages).where(affected).values(live=False))
            _log(connection, "withdrawn", source_id, row.version, now)
        return True

    def skip(self, url: str, title: str, why: str, now: datetime) -> None:
        """Notes what was left out, and why."""
        with self.database.write() as connection:
            connection.execute(delete(t.skipped).where(t.skipped.c.url == url[:500]))
            connection.execute(insert(t.skipped).values(url=url[:500], title=title, why=why, at=now))

    # Reading

    def sources(self, now: datetime | None = None) -> list[Source]:
        """Every source, withdrawn ones included, by id. With `now`, only what was known then."""
        with self.database.read() as connection:
            rows = connection.execute(select(t.sources).order_by(t.sources.c.source_id)).all()
        found = [_source(row) for row in rows]
        return [source for source in found if now is None or existed(source, now)]

    def live_ids(self, loaded_by: LoadedBy) -> set[str]:
        with self.database.read() as connection:
            rows = connection.execute(
                select(t.sources.c.source_id).where(t.sources.c.state == "live", t.sources.c.loaded_by == loaded_by)
            )
            return {row.source_id for row in rows}

    def passages(self, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, Source]]:
        """The live ones among these passages, each with the source that states it."""
        if not passage_ids:
            return {}
        with self.database.read() as connection:
            last = connection.execute(select(func.max(t.changes.c.number))).scalar() or 0
            rows = connection.execute(
                select(*_PASSAGE).where(t.passages.c.passage_id.in_(passage_ids), t.passages.c.live)
            )
            found = [Passage(*row) for row in rows]
            known = self._sources_at(connection, last, {passage.source_id for passage in found})
        return {one.passage_id: (one, known[one.source_id]) for one in found if one.source_id in known}

    def _sources_at(self, connection: Connection, last: int, source_ids: set[str]) -> dict[str, Source]:
        """The live sources by id; they are kept in memory until the library's next change."""
        with self._lock:
            if self._known[0] != last:
                self._known = (last, {})
            known = self._known[1]
        missing = source_ids - known.keys()
        if missing:
            rows = connection.execute(
                select(t.sources).where(t.sources.c.source_id.in_(missing), t.sources.c.state == "live")
            )
            known.update({row.source_id: _source(row) for row in rows})
        return known

    def passages_of(self, document_id: str) -> list[Passage]:
        """The live passages that are cut from one document, or that state a source's rows, in order."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(t.passages)
                .where((t.passages.c.document_id == document_id) | (t.passages.c.source_id == document_id))
                .where(t.passages.c.live)
                .order_by(t.passages.c.document_id, t.passages.c.ordinal)
            ).all()
        return [_passage(row) for row in rows]

    def passage_counts(self) -> dict[str, int]:
        """How many live passages are cut from each document."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(t.passages.c.document_id, func.count().label("count"))
                .where(t.passages.c.live)
                .group_by(t.passages.c.document_id)
            )
            return {row.document_id: row._mapping["count"] for row in rows}

    def text(self, source_id: str, version: int | None = None) -> str | None:
        """The text of a version, the newest one by default."""
        query = select(t.versions.c.text).where(t.versions.c.source_id == source_id)
        query = query.where(t.versions.c.version == version) if version else query.order_by(t.versions.c.version.desc())
        with self.database.read() as connection:
            return connection.execute(query.limit(1)).scalar()

    def skipped(self) -> list[dict[str, str]]:
        with self.database.read() as connection:
            rows = connection.execute(select(t.skipped).order_by(t.skipped.c.at, t.skipped.c.url))
            return [{"url": row.url, "title": row.title, "why": row.why} for row in rows]

    # The log of changes

    def changes_since(self, number: int, limit: int = 1_000) -> list[Change]:
        with self.database.read() as connection:
            rows = connection.execute(
                select(t.changes).where(t.changes.c.number > number).order_by(t.changes.c.number).limit(limit)
            )
            return [Change(row.number, row.what, row.source_id, row.version) for row in rows]

    def last_change(self) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.max(t.changes.c.number))).scalar() or 0

    def cursor(self, consumer: str) -> int:
        with self.database.read() as connection:
            return connection.execute(select(t.cursors.c.number).where(t.cursors.c.consumer == consumer)).scalar() or 0

    def move_cursor(self, consumer: str, number: int) -> None:
        with self.database.write() as connection:
            moved = connection.execute(update(t.cursors).where(t.cursors.c.consumer == consumer).values(number=number))
            if moved.rowcount == 0:
                connection.execute(insert(t.cursors).values(consumer=consumer, number=number))

    def meta(self, name: str) -> str | None:
        with self.database.read() as connection:
            return connection.execute(select(t.meta.c.value).where(t.meta.c.name == name)).scalar()

    def set_meta(self, name: str, value: str) -> None:
        with self.database.write() as connection:
            connection.execute(delete(t.meta).where(t.meta.c.name == name))
            connection.execute(insert(t.meta).values(name=name, value=value))


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def content_hash(document: Document) -> str:
    """Of all that a source holds and says of itself: what differs here is an update."""
    parts = [
        document.kind, document.title, document.publisher, document.url, document.published, document.about,
        document.language, document.origin, document.licence, list(document.topics), list(document.places),
        list(document.disagrees_with), document.text, [_row_key(row) for row in document.rows],
    ]  # fmt: skip
    return text_digest(json.dumps(parts, ensure_ascii=False))


def _row_key(row: TableRow) -> list[object]:
    return [row.dataset, row.series, row.basis, row.unit, row.period, row.value, row.source_id, row.start, row.end]


def header_of(title: str, publisher: str, published: str | None, about: str | None) -> str:
    """What stands before a passage when it is searched: title, publisher and date."""
    date = published or about
    return " · ".join(part for part in (title, publisher, date) if part)


def _write_passages(connection: Connection, document: Document, version: int) -> int:
    rows = []
    figures = []
    spans: list[tuple[int, int, TableRow | None]] = [(row.start, row.end, row) for row in document.rows]
    taken = document.rows[0].start if document.rows else len(document.text)
    spans = [(start, end, None) for start, end in cut(document.text[:taken])] + spans
    header = header_of(document.title, document.publisher, document.published, document.about)
    for ordinal, (start, end, row) in enumerate(spans):
        passage_id = hashlib.sha256(f"{document.source_id}\n{version}\n{start}\n{end}".encode()).hexdigest()[:20]
        rows.append(
            {
                "passage_id": passage_id,
                "document_id": document.source_id,
                "source_id": row.source_id if row else document.source_id,
                "version": version,
                "ordinal": ordinal,
                "start": start,
                "end": end,
                "text": document.text[start:end],
                "header": header,
                "kind": document.kind,
                "live": True,
            }
        )
        if row:
            figures.append(
                {
                    "passage_id": passage_id,
                    "dataset": row.dataset,
                    "series": row.series,
                    "basis": row.basis,
                    "unit": row.unit,
                    "period": row.period,
                    "period_type": row.period_type,
                    "value": row.value,
                    "source_id": row.source_id,
                    "fields": row.fields,
                }
            )
    if rows:
        connection.execute(insert(t.passages), rows)
    if figures:
        connection.execute(insert(t.figures), figures)
    return len(rows)


def _log(connection: Connection, what: What, source_id: str, version: int, now: datetime) -> None:
    connection.execute(insert(t.changes).values(at=now, what=what, source_id=source_id, version=version))


def _source(row: SqlRow[tuple[object, ...]]) -> Source:
    value = row._mapping
    return Source(
        source_id=value["source_id"],
        kind=value["kind"],
        title=value["title"],
        publisher=value["publisher"],
        standing=value["standing"],
        url=value["url"],
        published=value["published"],
        about=value["about"],
        language=value["language"],
        origin=value["origin"],
        licence=value["licence"],
        topics=tuple(value["topics"]),
        places=tuple(value["places"]),
        disagrees_with=tuple(value["disagrees_with"]),
        first_seen=value["first_seen"],
        known_at=value["known_at"],
        state=value["state"],
        version=value["version"],
    )


def _passage(row: SqlRow[tuple[object, ...]]) -> Passage:
    value = row._mapping
    return Passage(
        passage_id=value["passage_id"],
        source_id=value["source_id"],
        document_id=value["document_id"],
        version=value["version"],
        start=value["start"],
        end=value["end"],
        text=value["text"],
        header=value["header"],
        kind=value["kind"],
        ordinal=value["ordinal"],
    )
