"""Subscriptions, what is owed to them, and the messages that pay it."""

import sqlalchemy as sa
from alembic import op

from retrieval.database import Moment

revision = "0002"
down_revision = "0001"

OwnId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("subscription_id", OwnId, primary_key=True, autoincrement=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", OwnId, sa.ForeignKey("chats.chat_id", ondelete="CASCADE"), nullable=False),
        sa.Column("thread", sa.BigInteger, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("skip_quiet", sa.Boolean, nullable=False),
        sa.Column("aloud", sa.Boolean, nullable=False),
        sa.Column("discreet", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("paused_why", sa.Text),
        sa.Column("next_due", Moment, nullable=False),
        sa.Column("covered_until", Moment, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.UniqueConstraint("chat_id", "thread", name="subscriptions_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("subscriptions_due", "subscriptions", ["bot_id", "state", "next_due"])
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", OwnId, primary_key=True, autoincrement=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("chat_id", OwnId, sa.ForeignKey("chats.chat_id", ondelete="CASCADE"), nullable=False),
        sa.Column("thread", sa.BigInteger, nullable=False),
        sa.Column("subscription_id", OwnId, sa.ForeignKey("subscriptions.subscription_id", ondelete="CASCADE")),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("skip_quiet", sa.Boolean, nullable=False),
        sa.Column("aloud", sa.Boolean, nullable=False),
        sa.Column("discreet", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("not_before", Moment, nullable=False),
        sa.Column("lease_owner", sa.String(80)),
        sa.Column("lease_until", Moment),
        sa.Column("why", sa.Text),
        sa.Column("finished_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_waiting", "deliveries", ["bot_id", "state", "not_before"])
    op.create_index("deliveries_chat", "deliveries", ["chat_id"])
    op.create_index("deliveries_subscription", "deliveries", ["subscription_id", "state"])
    op.create_index("deliveries_finished", "deliveries", ["finished_at"])
    op.create_table(
        "parts",
        sa.Column("delivery_id", OwnId, sa.ForeignKey("deliveries.delivery_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("unknown", sa.Integer, nullable=False),
        sa.Column("began_at", Moment),
        sa.Column("sent_at", Moment),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("why", sa.Text),
    )
