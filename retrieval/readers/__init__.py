"""Readers: from a file's bytes to documents, one format a file. No database, no network, no time."""

from retrieval.readers.files import FILE_LIMIT, SUFFIXES, files_in, read_file
from retrieval.readers.markdown import brief_faults
from retrieval.readers.package import TableDescription, read_package
from retrieval.readers.reading import Reading, Rejected, Unreadable

__all__ = [
    "FILE_LIMIT",
    "SUFFIXES",
    "Reading",
    "Rejected",
    "TableDescription",
    "Unreadable",
    "brief_faults",
    "files_in",
    "read_file",
    "read_package",
]
