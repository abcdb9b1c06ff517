"""The library: sources, their versions, passages, figures, vectors, and the log of what changed."""

import sqlalchemy as sa
from alembic import op

from retrieval.database import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("source_id", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("standing", sa.String(10), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("published", sa.String(10)),
        sa.Column("about", sa.String(10)),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("disagrees_with", sa.JSON, nullable=False),
        sa.Column("loaded_by", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("withdrawn_why", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("first_seen", Moment, nullable=False),
        sa.Column("known_at", Moment),
    )
    op.create_index("sources_content_hash", "sources", ["content_hash"])
    op.create_table(
        "versions",
        sa.Column("source_id", sa.String(200), sa.ForeignKey("sources.source_id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("stored_at", Moment, nullable=False),
    )
    op.create_table(
        "passages",
        sa.Column("passage_id", sa.String(40), primary_key=True),
        sa.Column("document_id", sa.String(200), sa.ForeignKey("sources.source_id"), nullable=False),
        sa.Column("source_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
    )
    op.create_index("passages_document", "passages", ["document_id", "live", "ordinal"])
    op.create_index("passages_source", "passages", ["source_id", "live"])
    op.create_table(
        "figures",
        sa.Column("figure_id", sa.Integer, primary_key=True),
        sa.Column("passage_id", sa.String(40), sa.ForeignKey("passages.passage_id"), nullable=False),
        sa.Column("dataset", sa.String(200), nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("period_type", sa.String(20), nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("source_id", sa.String(200), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
    )
    op.create_index("figures_passage", "figures", ["passage_id"])
    op.create_index("figures_dataset", "figures", ["dataset"])
    op.create_table(
        "vectors",
        sa.Column("text_hash", sa.String(64), primary_key=True),
        sa.Column("model", sa.String(80), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("source_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "cursors",
        sa.Column("consumer", sa.String(80), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "skipped",
        sa.Column("url", sa.String(500), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
