"""Word documents: paragraphs, headings and tables in their order."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from retrieval.readers.clean import one_line
from retrieval.readers.printed import printed
from retrieval.readers.reading import Reading, Unreadable

UNPACKED_LIMIT = 200_000_000
"""Bytes that a document's parts may unpack to; a small file that holds more is made to fill the memory."""

_RATIO_LIMIT = 200
_PART_LIMIT = 10_000
_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(data: bytes, name: str) -> Reading:
    """One document; raises `Unreadable` for broken, encrypted, overfull and empty files."""
    if data.startswith(_ENCRYPTED):
        raise Unreadable("not a .docx: encrypted, or an old .doc; save it as .docx without a password")
    _refuse_bomb(data)
    try:
        stated, blocks = _blocks(data)
    except Exception as fault:  # python-docx and its parsers let many kinds through from a damaged file
        raise Unreadable(f"broken Word document ({type(fault).__name__})") from None
    return printed(stated, "\n\n".join(blocks), name, "empty: no text")


def _refuse_bomb(data: bytes) -> None:
    """Raises `Unreadable` for what is no ZIP or would unpack to far more than it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except Exception as fault:  # zipfile lets struct and index errors through from a damaged archive
        raise Unreadable(f"broken Word document: no ZIP archive ({type(fault).__name__})") from None
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_LIMIT or len(parts) > _PART_LIMIT or (size > 10_000_000 and size > len(data) * _RATIO_LIMIT):
        raise Unreadable("refused: the document unpacks to far more than its size (a ZIP bomb)")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted: save it without a password")
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise Unreadable("not a Word document: a ZIP archive of something else")


def _blocks(data: bytes) -> tuple[str, list[str]]:
    """The title that the document states (its properties, or a paragraph styled as title), and its blocks."""
    document = docx.Document(io.BytesIO(data))
    stated = one_line(document.core_properties.title or "")
    blocks: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            text = one_line(item.text)
            style = item.style.name if item.style is not None else ""
            if style == "Title" and text and not stated:
                stated = text
            blocks.append(text)
        elif isinstance(item, Table):
            blocks.extend(_rows(item))
    return ("" if stated.lower() in {"word document", "untitled"} else stated), blocks


def _rows(table: Table) -> list[str]:
    """Each row as one line of its different cells: `a; b; c`."""
    rows = []
    for row in table.rows:
        cells = dict.fromkeys(filter(None, (one_line(cell.text) for cell in row.cells)))
        if cells:
            rows.append("; ".join(cells))
    return rows
