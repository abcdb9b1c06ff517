"""JSON lines: one source a line. A bad line is rejected by its number, the good ones go in."""

from __future__ import annotations

import json
from collections.abc import Mapping

from retrieval.models import Document
from retrieval.readers.clean import normalise, one_line, paragraphs
from retrieval.readers.decoding import decode
from retrieval.readers.markdown import KINDS
from retrieval.readers.provenance import (
    base_name,
    file_address,
    language_of,
    partial_date,
    shown,
    site_of,
    source_id,
    web_address,
)
from retrieval.readers.reading import Reading, Rejected, Unreadable

_LONGEST_TEXT = 5_000_000


def read(data: bytes, name: str) -> Reading:
    """A document a line: `id`, `title`, `text`, and at will `url`, `publisher`, `published`, `about`, `kind`,
    `origin`, `language`. Raises `Unreadable` only for a file that has no line or is no text.
    """
    documents: list[Document] = []
    rejected: list[Rejected] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            document = _document(line, name)
            if document.source_id in seen:
                raise Unreadable(f'id "{shown(document.source_id)}" stands in line {seen[document.source_id]} already')
        except Unreadable as fault:
            rejected.append(Rejected(name, f"line {number}: {fault}"))
            continue
        seen[document.source_id] = number
        documents.append(document)
    if not documents and not rejected:
        raise Unreadable("empty: no line")
    return Reading(tuple(documents), tuple(rejected))


def _document(line: str, name: str) -> Document:
    item = _parsed(line)
    declared, title, raw = (_text(item, key) for key in ("id", "title", "text"))
    for key, value in (("id", declared), ("title", title), ("text", raw)):
        if not any(map(str.isalnum, normalise(value))):
            raise Unreadable(f"{key} is {'empty' if key in item else 'missing'}")
    if len(raw) > _LONGEST_TEXT:
        raise Unreadable(f"text is longer than {_LONGEST_TEXT:,} characters")
    kind = one_line(_text(item, "kind")).lower() or "article"
    if kind not in KINDS:
        raise Unreadable(f'kind: "{shown(kind)}" is none of {", ".join(KINDS)}')
    stated = _text(item, "url")
    address = web_address(stated) if stated.strip() else ""
    text = paragraphs(raw)
    return Document(
        source_id=source_id(declared, address, name),
        kind=KINDS[kind],
        title=one_line(title),
        text=text,
        publisher=one_line(_text(item, "publisher")) or site_of(address) or base_name(name),
        url=address or file_address(name),
        published=partial_date(_text(item, "published"), "published"),
        about=partial_date(_text(item, "about"), "about"),
        language=one_line(_text(item, "language")) or language_of(text),
        origin=one_line(_text(item, "origin")),
    )


def _parsed(line: str) -> Mapping[str, object]:
    try:
        item = json.loads(line)
    except json.JSONDecodeError as fault:
        raise Unreadable(f"not JSON ({fault.msg} at character {fault.pos + 1})") from None
    except (ValueError, RecursionError):
        raise Unreadable("not JSON (a number or a nesting beyond all measure)") from None
    if not isinstance(item, dict):
        raise Unreadable("no JSON object")
    return item


def _text(item: Mapping[str, object], key: str) -> str:
    """The field as text, empty where it is missing or null; whole numbers pass for an id or a year."""
    value = item.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and key in {"id", "published", "about"}:
        return str(value) if abs(value) < 10**18 else ""
    if not isinstance(value, str):
        raise Unreadable(f"{key} must be text")
    return value
