"""Questions asked of the tables: read as a small typed query, answered from rows alone."""

from retrieval.figures.answer import NoRow, TableAnswer, ask_tables
from retrieval.figures.query import Query
from retrieval.figures.select import SqlFigures
from retrieval.figures.vocabulary import Tables

__all__ = ["NoRow", "Query", "SqlFigures", "TableAnswer", "Tables", "ask_tables"]
