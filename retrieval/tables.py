"""The library's tables, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from retrieval.database import Moment

metadata = MetaData()

sources = Table(
    "sources",
    metadata,
    Column("source_id", String, primary_key=True),
    Column("kind", String),
    Column("title", Text),
    Column("publisher", Text),
    Column("standing", String),
    Column("url", Text),
    Column("published", String),
    Column("about", String),
    Column("language", String),
    Column("origin", Text),
    Column("licence", Text),
    Column("topics", JSON),
    Column("places", JSON),
    Column("disagrees_with", JSON),
    Column("loaded_by", String),
    Column("state", String),
    Column("withdrawn_why", Text),
    Column("version", Integer),
    Column("content_hash", String),
    Column("first_seen", Moment),
    Column("known_at", Moment),
)
versions = Table(
    "versions",
    metadata,
    Column("source_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content_hash", String),
    Column("text", Text),
    Column("stored_at", Moment),
)
passages = Table(
    "passages",
    metadata,
    Column("passage_id", String, primary_key=True),
    Column("document_id", String),
    Column("source_id", String),
    Column("version", Integer),
    Column("ordinal", Integer),
    Column("start", Integer),
    Column("end", Integer),
    Column("text", Text),
    Column("header", Text),
    Column("kind", String),
    Column("live", Boolean),
)
figures = Table(
    "figures",
    metadata,
    Column("figure_id", Integer, primary_key=True),
    Column("passage_id", String),
    Column("dataset", String),
    Column("series", Text),
    Column("basis", Text),
    Column("unit", Text),
    Column("period", String),
    Column("period_type", String),
    Column("value", Float),
    Column("source_id", String),
    Column("fields", JSON),
)
vectors = Table(
    "vectors",
    metadata,
    Column("text_hash", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("data", LargeBinary),
)
changes = Table(
    "changes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment),
    Column("what", String),
    Column("source_id", String),
    Column("version", Integer),
)
cursors = Table("cursors", metadata, Column("consumer", String, primary_key=True), Column("number", BigInteger))
skipped = Table(
    "skipped",
    metadata,
    Column("url", String, primary_key=True),
    Column("title", Text),
    Column("why", Text),
    Column("at", Moment),
)
meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", Text))
