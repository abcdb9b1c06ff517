"""Updates as Telegram sent them: stored before they are acknowledged, and until they have been handled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.tables.metadata import metadata
from retrieval.database import Database, Moment

updates = Table(
    "updates",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("digest", String),
    Column("lane", String),
    Column("telegram_chat", BigInteger),
    Column("person", BigInteger),
    Column("payload", Text),
    Column("state", String),
    Column("attempts", Integer),
    Column("received_at", Moment),
)

ATTEMPTS = 3
INLINE = "inline "  # lanes of queries that are typed letter by letter
REMEMBERED = timedelta(hours=48)  # longer than Telegram keeps what is not acknowledged


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is to be handled, after those before it in its lane."""

    update_id: int
    lane: str


class Updates:
    """The inbox of one bot. Thread-safe."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self.bot_id = bot_id

    def store(self, batch: Iterable[Mapping[str, Any]], now: datetime) -> list[Waiting]:
        """Stores a batch in one transaction; gives those that are new, in order.

        One that is here already is left out. The same number with other content is no duplicate: Telegram begins its
        numbers anew after a week of silence, and that update takes the old one's place.
        """
        fresh: list[Waiting] = []
        with self._database.write() as connection:
            for document in batch:
                payload = json.dumps(document, sort_keys=True)  # ASCII: whatever it holds can be stored
                digest = hashlib.sha256(payload.encode()).hexdigest()
                chat, person = whose(document)
                update_id = int(document["update_id"])
                here = (updates.c.bot_id == self.bot_id) & (updates.c.update_id == update_id)
                known = connection.execute(select(updates.c.digest).where(here)).scalar()
                if known == digest:
                    continue
                if known is not None:
                    connection.execute(delete(updates).where(here))
                waiting = Waiting(update_id, lane_of(document))
                connection.execute(
                    insert(updates).values(
                        bot_id=self.bot_id,
                        update_id=update_id,
                        digest=digest,
                        lane=waiting.lane,
                        telegram_chat=chat,
                        person=person,
                        payload=payload,
                        state="waiting",
                        attempts=0,
                        received_at=now,
                    )
                )
                fresh.append(waiting)
        return fresh

    def waiting(self) -> list[Waiting]:
        """What has not been handled yet, in the order in which it came."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(updates.c.update_id, updates.c.lane)
                .where(updates.c.bot_id == self.bot_id, updates.c.state == "waiting")
                .order_by(updates.c.received_at, updates.c.update_id)
            ).all()
        return [Waiting(row.update_id, row.lane) for row in rows]

    def payload(self, update_id: int) -> dict[str, Any] | None:
        """An update that still waits; None where it was wiped or handled."""
        with self._database.read() as connection:
            text = connection.execute(
                select(updates.c.payload).where(
                    updates.c.bot_id == self.bot_id, updates.c.update_id == update_id, updates.c.state == "waiting"
                )
            ).scalar()
        return None if text is None else dict(json.loads(text))

    def done(self, update_id: int) -> None:
        """It was handled: only its number is remembered."""
        with self._database.write() as connection:
            connection.execute(
                update(updates)
                .where(updates.c.bot_id == self.bot_id, updates.c.update_id == update_id)
                .values(state="done", payload=None, telegram_chat=None, person=None)
            )

    def failed(self, update_id: int) -> bool:
        """Handling it failed; true where that was the last attempt, and it is parked."""
        here = (updates.c.bot_id == self.bot_id) & (updates.c.update_id == update_id)
        with self._database.write() as connection:
            connection.execute(update(updates).where(here).values(attempts=updates.c.attempts + 1))
            parked = connection.execute(
                update(updates).where(here, updates.c.attempts >= ATTEMPTS).values(state="parked")
            )
        return parked.rowcount > 0

    def purge(self, now: datetime, question_hours: int) -> None:
        """Forgets the words of parked updates after `question_hours`, and all numbers once they can't come again."""
        with self._database.write() as connection:
            connection.execute(
                update(updates)
                .where(updates.c.state == "parked", updates.c.received_at < now - timedelta(hours=question_hours))
                .values(payload=None, telegram_chat=None, person=None)
            )
            connection.execute(
                delete(updates).where(updates.c.state != "waiting", updates.c.received_at < now - REMEMBERED)
            )


def forget(connection: Connection, bot_id: int, telegram_chat: int, person: int | None) -> None:
    """Forgets the words of what could not be handled in a chat (or only what `person` wrote there)."""
    here = [updates.c.bot_id == bot_id, updates.c.telegram_chat == telegram_chat, updates.c.state == "parked"]
    if person is not None:
        here.append(updates.c.person == person)
    connection.execute(update(updates).where(*here).values(payload=None, telegram_chat=None, person=None))


def whose(document: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Telegram's ids of the chat and of the person of an update, as far as it has them."""
    for name, body in document.items():
        if name == "update_id" or not isinstance(body, Mapping):
            continue
        message = body.get("message") if name == "callback_query" else body
        chat = message.get("chat") if isinstance(message, Mapping) else None
        person = body.get("from") or body.get("user")
        return (
            chat.get("id") if isinstance(chat, Mapping) else None,
            person.get("id") if isinstance(person, Mapping) else None,
        )
    return None, None


def lane_of(document: Mapping[str, Any]) -> str:
    """What must be handled in order: a chat's updates; without one, a person's."""
    chat, person = whose(document)
    if "inline_query" in document:
        return f"{INLINE}{person}"
    return f"chat {chat}" if chat is not None else f"person {person}"
