"""Plain text: a saved article, with or without what surrounded it."""

from __future__ import annotations

import re

from retrieval.models import Document
from retrieval.readers.article import article_in, headline
from retrieval.readers.decoding import decode
from retrieval.readers.provenance import (
    base_name,
    canonical_address,
    file_address,
    language_of,
    site_of,
    source_id,
    stated_date,
    title_of_file,
)
from retrieval.readers.reading import Reading, Unreadable

_DATE_LINE = re.compile(
    r"(?:(?:published|posted|date|dated)(?: on)?\s*:?\s*)?(?P<date>[^|·•]{8,40}?)"
    r"(?:,?\s+(?:at\s+)?\d{1,2}:\d{2}.{0,20})?",
    re.IGNORECASE,
)
_ADDRESS_LINE = re.compile(r"(?:(?:url|source|link|address)\s*:\s*)?(https?://\S+)", re.IGNORECASE)
_NEAR_TOP = 4


def read(data: bytes, name: str) -> Reading:
    """One document; raises `Unreadable` where there is no text of an article."""
    article = article_in(decode(data))
    title, text = headline(article.text)
    text, published, address = _stated_near_top(text)
    if not title:
        title, text = headline(text)
    if not any(map(str.isalnum, text)):
        raise Unreadable("empty: no text")
    return Reading(
        (
            Document(
                source_id=source_id("", address, name),
                kind="article",
                title=title or title_of_file(name),
                text=text,
                publisher=site_of(address) or article.site or base_name(name),
                url=address or file_address(name),
                published=published,
                language=language_of(text),
            ),
        )
    )


def _stated_near_top(text: str) -> tuple[str, str | None, str]:
    """The text without a date line and an address line among its first paragraphs, the date, the address."""
    parts = text.split("\n\n")
    published: str | None = None
    address = ""
    kept: list[str] = []
    for index, part in enumerate(parts):
        dated = _DATE_LINE.fullmatch(part) if index < _NEAR_TOP and published is None else None
        day = stated_date(dated["date"]) if dated else None
        link = _ADDRESS_LINE.fullmatch(part) if index < _NEAR_TOP and not address else None
        if day is not None:
            published = day
        elif link is not None and canonical_address(link[1]):
            address = link[1]
        else:
            kept.append(part)
    return "\n\n".join(kept), published, address
