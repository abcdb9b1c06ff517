"""The chats that the bot is in. The own id stays; Telegram's is an attribute that may change."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Row, String, Table, UniqueConstraint, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.nouns import Chat as Chat
from bot.nouns import ChatKind
from bot.tables.deliveries import move_subscriptions
from bot.tables.metadata import OwnId, metadata
from bot.tables.subscriptions import resume_returned
from bot.tables.told import messages, told
from retrieval.database import Database, Moment

chats = Table(
    "chats",
    metadata,
    Column("chat_id", OwnId, primary_key=True),
    Column("bot_id", BigInteger),
    Column("telegram_id", BigInteger),
    Column("kind", String),
    Column("first_seen", Moment),
    UniqueConstraint("bot_id", "telegram_id", name="chats_telegram"),
)


class Chats:
    """The chats of one bot. Thread-safe. A chat keeps no name and no text, only its id and kind."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self.bot_id = bot_id

    def seen(self, telegram_id: int, kind: ChatKind, now: datetime) -> Chat:
        """The chat with this Telegram id; made where it is new."""
        known = self.by_telegram(telegram_id)
        if known is not None and known.kind == kind:
            return known
        with self._database.write() as connection:
            row = self._row(connection, telegram_id)
            if row is None:
                connection.execute(
                    insert(chats).values(bot_id=self.bot_id, telegram_id=telegram_id, kind=kind, first_seen=now)
                )
            elif row.kind != kind:
                connection.execute(update(chats).where(chats.c.chat_id == row.chat_id).values(kind=kind))
            row = self._row(connection, telegram_id)
        assert row is not None
        return _chat(row)

    def get(self, chat_id: int) -> Chat | None:
        """By our own id."""
        with self._database.read() as connection:
            row = connection.execute(
                select(chats).where(chats.c.chat_id == chat_id, chats.c.bot_id == self.bot_id)
            ).first()
        return _chat(row) if row else None

    def by_telegram(self, telegram_id: int) -> Chat | None:
        with self._database.read() as connection:
            row = self._row(connection, telegram_id)
        return _chat(row) if row else None

    def migrated(self, old: int, new: int, now: datetime) -> Chat:
        """The group with Telegram id `old` has become the supergroup `new`; it keeps our id. May be called twice.

        Where the new id was met before the move was known, or the old one after it, both rows become the older one,
        with all that hangs on them. What was told stays; the numbers of the group's messages do not, since the
        supergroup counts its own anew.
        """
        with self._database.write() as connection:
            group, twin = self._row(connection, old), self._row(connection, new)
            if group is not None:
                connection.execute(delete(messages).where(messages.c.chat_id == group.chat_id))
                kept = group.chat_id
                if twin is not None:
                    kept, gone = sorted((group.chat_id, twin.chat_id))
                    move_subscriptions(connection, gone, kept)
                    for table in (told, messages):
                        connection.execute(update(table).where(table.c.chat_id == gone).values(chat_id=kept))
                    connection.execute(delete(chats).where(chats.c.chat_id == gone))
                connection.execute(
                    update(chats).where(chats.c.chat_id == kept).values(telegram_id=new, kind="supergroup")
                )
                resume_returned(connection, kept)
            row = self._row(connection, new)
        return _chat(row) if row else self.seen(new, "supergroup", now)

    def _row(self, connection: Connection, telegram_id: int) -> Row[Any] | None:
        return connection.execute(
            select(chats).where(chats.c.bot_id == self.bot_id, chats.c.telegram_id == telegram_id)
        ).first()


def _chat(row: Row[Any]) -> Chat:
    return Chat(row.chat_id, row.telegram_id, cast(ChatKind, row.kind))


def forget_chat(connection: Connection, chat_id: int) -> None:
    """Deletes a chat with all that hangs on it; when something comes from it again, it is a new one."""
    connection.execute(delete(chats).where(chats.c.chat_id == chat_id))
