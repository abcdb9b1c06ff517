"""Chats, updates as they came in, what was told, and the messages that can still be deleted."""

import sqlalchemy as sa
from alembic import op

from retrieval.database import Moment

revision = "0001"
down_revision = None

OwnId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("chat_id", OwnId, primary_key=True, autoincrement=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("telegram_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("first_seen", Moment, nullable=False),
        sa.UniqueConstraint("bot_id", "telegram_id", name="chats_telegram"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "updates",
        sa.Column("bot_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("telegram_chat", sa.BigInteger),
        sa.Column("person", sa.BigInteger),
        sa.Column("payload", sa.Text),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
    )
    op.create_index("updates_state", "updates", ["bot_id", "state", "update_id"])
    op.create_index("updates_received", "updates", ["received_at"])
    op.create_table(
        "told",
        sa.Column("told_id", OwnId, primary_key=True, autoincrement=True),
        sa.Column("chat_id", OwnId, sa.ForeignKey("chats.chat_id", ondelete="CASCADE"), nullable=False),
        sa.Column("thread", sa.BigInteger),
        sa.Column("person", sa.BigInteger),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("engine", sa.String(100), nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("claims", sa.JSON, nullable=False),
        sa.Column("as_of", sa.String(10)),
        sa.Column("told_at", Moment, nullable=False),
    )
    op.create_index("told_chat", "told", ["chat_id", "told_id"])
    op.create_index("told_at", "told", ["told_at"])
    op.create_table(
        "told_citations",
        sa.Column("told_id", OwnId, sa.ForeignKey("told.told_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("passage_id", sa.String(40), nullable=False),
        sa.Column("source_id", sa.String(200), nullable=False),
        sa.Column("document_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("standing", sa.String(10), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("published", sa.String(10)),
        sa.Column("about", sa.String(10)),
    )
    op.create_index("told_citations_source", "told_citations", ["source_id"])
    op.create_table(
        "messages",
        sa.Column("chat_id", OwnId, sa.ForeignKey("chats.chat_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("told_id", OwnId, sa.ForeignKey("told.told_id", ondelete="SET NULL")),
        sa.Column("person", sa.BigInteger),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.Column("sent_at", Moment, nullable=False),
    )
    op.create_index("messages_told", "messages", ["told_id"])
    op.create_index("messages_sent", "messages", ["sent_at"])
