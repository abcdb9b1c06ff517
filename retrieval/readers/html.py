"""HTML pages: the main text by trafilatura, provenance by what the page states of itself.

All parsing is libxml2's, by trafilatura: the standard library's parser takes minutes over some hostile pages. What is
nested deeper than 255 elements does not exist for it.
"""

from __future__ import annotations

import logging
import re

import trafilatura

from retrieval.models import Document
from retrieval.readers.article import article_in, without_repeat
from retrieval.readers.decoding import decode
from retrieval.readers.page import Page, parse_page
from retrieval.readers.provenance import (
    base_name,
    file_address,
    language_of,
    site_of,
    source_id,
    title_of_file,
)
from retrieval.readers.reading import Reading, Unreadable

HTML_LIMIT = 10_000_000
"""Bytes of a page: trafilatura needs about a second for a million."""

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_ENOUGH = 200

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what goes wrong is told by the reader's own reasons


def read(data: bytes, name: str) -> Reading:
    """One document; raises `Unreadable` for pages that are too large or hold no text."""
    if len(data) > HTML_LIMIT:
        raise Unreadable(f"too large: a page of more than {HTML_LIMIT // 1_000_000} MB")
    markup = decode(data, _declared_charset(data))
    page = parse_page(markup)
    article = article_in(_main_text(markup, page))
    title = page.title or title_of_file(name)
    text = without_repeat(title, article.text)
    if not any(map(str.isalnum, text)):
        raise Unreadable("empty: no readable text in the page (or nested too deeply)")
    return Reading(
        (
            Document(
                source_id=source_id("", page.address, name),
                kind="article",
                title=title,
                text=text,
                publisher=page.publisher or site_of(page.address) or article.site or base_name(name),
                url=page.address or file_address(name),
                published=page.published,
                language=page.language or language_of(text),
            ),
        )
    )


def _declared_charset(data: bytes) -> str | None:
    match = _XML_CHARSET.search(data[:300]) or _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else None


def _main_text(markup: str, page: Page) -> str:
    """The main text, a paragraph a blank line; the page's own blocks where hardly anything is found."""
    try:
        found = trafilatura.extract(markup, include_comments=False, include_tables=True, fast=True) or ""
    except Exception:  # whatever a hostile page brings forth in the parsers below: the plain blocks stand in
        found = ""
    lines = "\n\n".join(found.split("\n"))
    return lines if len(lines) >= min(_ENOUGH, len(page.text) // 2) else page.text
