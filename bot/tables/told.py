"""What was told: claims with the passages that they rest on, and the messages that said it.

Kept for a stated time, since corrections need it; what a person asked goes much sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection

from bot.nouns import Telling as Telling
from bot.nouns import ToldCitation as ToldCitation
from bot.tables.metadata import OwnId, metadata
from retrieval.database import Database, Moment
from retrieval.models import Citation

told = Table(
    "told",
    metadata,
    Column("told_id", OwnId, primary_key=True),
    Column("chat_id", OwnId),
    Column("thread", BigInteger),
    Column("person", BigInteger),
    Column("kind", String),
    Column("outcome", String),
    Column("engine", String),
    Column("question", Text),
    Column("claims", JSON),
    Column("as_of", String),
    Column("told_at", Moment),
)
told_citations = Table(
    "told_citations",
    metadata,
    Column("told_id", OwnId, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("passage_id", String),
    Column("source_id", String),
    Column("document_id", String),
    Column("version", Integer),
    Column("kind", String),
    Column("quote", Text),
    Column("title", Text),
    Column("publisher", Text),
    Column("standing", String),
    Column("url", Text),
    Column("published", String),
    Column("about", String),
)
messages = Table(
    "messages",
    metadata,
    Column("chat_id", OwnId, primary_key=True),
    Column("message_id", BigInteger, primary_key=True),
    Column("told_id", OwnId),
    Column("person", BigInteger),
    Column("ours", Boolean),
    Column("sent_at", Moment),
)

DELETABLE = timedelta(hours=47)  # Telegram lets a bot delete no message older than 48 hours


class Told:
    """What one database's bots have told. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, telling: Telling, now: datetime) -> int:
        """Keeps what is about to be told; `sent` adds the messages."""
        with self._database.write() as connection:
            return record(connection, telling, now)

    def sent(
        self,
        chat_id: int,
        message_ids: Sequence[int],
        now: datetime,
        *,
        told_id: int | None = None,
        person: int | None = None,
        ours: bool = True,
    ) -> None:
        """Keeps the ids of messages (ours or a person's), so that they can be deleted, replied to or corrected."""
        with self._database.write() as connection:
            for message_id in message_ids:
                connection.execute(
                    delete(messages).where(messages.c.chat_id == chat_id, messages.c.message_id == message_id)
                )
                connection.execute(
                    insert(messages).values(
                        chat_id=chat_id, message_id=message_id, told_id=told_id, person=person, ours=ours, sent_at=now
                    )
                )

    def citations(self, chat_id: int, thread: int | None, message_id: int | None) -> list[ToldCitation]:
        """The citations of the answer that stands in a message; without one, of the last answer in this thread."""
        with self._database.read() as connection:
            if message_id is not None:
                told_id = connection.execute(
                    select(messages.c.told_id).where(messages.c.chat_id == chat_id, messages.c.message_id == message_id)
                ).scalar()
            else:
                told_id = connection.execute(
                    select(told.c.told_id)
                    .join(told_citations, told_citations.c.told_id == told.c.told_id)
                    .where(told.c.chat_id == chat_id, told.c.thread.is_not_distinct_from(thread))
                    .order_by(told.c.told_id.desc())
                    .limit(1)
                ).scalar()
            if told_id is None:
                return []
            rows = connection.execute(
                select(told_citations, told.c.told_at)
                .join(told, told.c.told_id == told_citations.c.told_id)
                .where(told_citations.c.told_id == told_id)
                .order_by(told_citations.c.number)
            ).all()
        return [_citation(row) for row in rows]

    def purge(self, now: datetime, retention_days: int, question_hours: int) -> None:
        """Deletes what was told long ago, and sooner what was asked and by whom."""
        old, asked = now - timedelta(days=retention_days), now - timedelta(hours=question_hours)
        with self._database.write() as connection:
            gone = select(told.c.told_id).where(told.c.told_at < old)
            _delete_told(connection, gone)
            connection.execute(
                update(told)
                .where(told.c.told_at < asked, or_(told.c.question.is_not(None), told.c.person.is_not(None)))
                .values(question=None, person=None)
            )
            connection.execute(
                update(messages).where(messages.c.sent_at < asked, messages.c.person.is_not(None)).values(person=None)
            )
            connection.execute(
                delete(messages).where(messages.c.told_id.is_(None), messages.c.sent_at < now - DELETABLE)
            )


def record(connection: Connection, telling: Telling, now: datetime) -> int:
    """Keeps what is about to be told, within a transaction; the id."""
    claims = [{"text": claim.text, "citations": list(claim.citations)} for claim in telling.claims]
    key = connection.execute(
        insert(told).values(
            chat_id=telling.chat_id,
            thread=telling.thread,
            person=telling.person,
            kind=telling.kind,
            outcome=telling.outcome,
            engine=telling.engine[:100],
            question=telling.question,
            claims=claims,
            as_of=telling.as_of,
            told_at=now,
        )
    ).inserted_primary_key
    assert key is not None
    told_id = int(key[0])
    rows = [_row(told_id, citation) for citation in telling.citations]
    if rows:
        connection.execute(insert(told_citations), rows)
    return told_id


def wipe(connection: Connection, chat_id: int, person: int | None, now: datetime) -> list[tuple[int, bool]]:
    """Deletes what was told in a chat (or only to `person`).

    The messages that said it and are young enough to be deleted: their ids, and whether they are the bot's.
    """
    mine = [messages.c.chat_id == chat_id]
    theirs = [told.c.chat_id == chat_id]
    if person is not None:
        mine.append(messages.c.person == person)
        theirs.append(told.c.person == person)
    young = messages.c.sent_at > now - DELETABLE
    gone = connection.execute(select(messages.c.message_id, messages.c.ours).where(*mine, young)).all()
    connection.execute(delete(messages).where(*mine))
    _delete_told(connection, select(told.c.told_id).where(*theirs))
    return [(row.message_id, row.ours) for row in gone]


def _delete_told(connection: Connection, ids: Any) -> None:
    for table in (messages, told_citations, told):
        connection.execute(delete(table).where(table.c.told_id.in_(ids)))


def _row(told_id: int, citation: Citation) -> dict[str, object]:
    source = citation.source
    return {
        "told_id": told_id,
        "number": citation.number,
        "passage_id": citation.passage.passage_id,
        "source_id": source.source_id,
        "document_id": citation.passage.document_id,
        "version": citation.passage.version,
        "kind": citation.passage.kind,
        "quote": citation.quote,
        "title": source.title,
        "publisher": source.publisher,
        "standing": source.standing,
        "url": source.url,
        "published": source.published,
        "about": source.about,
    }


def _citation(row: Row[Any]) -> ToldCitation:
    names: Iterable[str] = ToldCitation.__dataclass_fields__
    return ToldCitation(**{name: row._mapping[name] for name in names})
