"""What an HTML page says of itself: title, publisher, date, address, language; and its text by blocks. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trafilatura import load_html

from retrieval.readers.clean import one_line
from retrieval.readers.provenance import canonical_address, site_of, stated_date

_SKIPPED = {
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "nav",
    "aside",
    "footer",
    "form",
    "button",
    "iframe",
}
_BLOCKS = {"p", "div", "li", "ul", "ol", "tr", "table", "section", "article", "main", "header", "blockquote", "pre"}
_BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "figure", "figcaption", "dt", "dd", "td", "th", "body"}
_TITLES = ("og:title", "headline", "twitter:title", "dc.title", "citation_title")
_DATES = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "parsely-pub-date",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "sailthru.date",
    "date",
)
_PUBLISHERS = ("og:site_name", "publisher", "application-name", "dc.publisher", "citation_journal_title")
_TITLE_MARKS = (" | ", " - ", " – ", " — ", " :: ", " » ")
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Each field empty (`published` null) where the page does not state it; `text` without its head and menus."""

    title: str
    publisher: str
    published: str | None
    address: str
    language: str
    text: str


def parse_page(markup: str) -> Page:
    """What the page states; never raises for bad markup."""
    seen = _Seen(markup)
    linked = [item for block in seen.linked_data for item in _articles(block)]
    address = _first_address(seen.canonical, seen.meta.get("og:url", ""), *(_named(item, "url") for item in linked))
    publisher = _first(*(seen.meta.get(name, "") for name in _PUBLISHERS[:1]))
    publisher = publisher or _first(*(_named(item.get("publisher"), "name") for item in linked))
    publisher = publisher or _first(*(seen.meta.get(name, "") for name in _PUBLISHERS[1:]))
    titles = [seen.meta.get(name, "") for name in _TITLES[:1]]
    titles += [_named(item, "headline") for item in linked] + [seen.meta.get(name, "") for name in _TITLES[1:]]
    titles += [one_line(seen.heading), _without_site(one_line(seen.title), publisher, site_of(address))]
    dates = [_named(item, "datePublished") for item in linked] + [seen.meta.get(name, "") for name in _DATES]
    published = next(filter(None, map(stated_date, [*dates, *seen.times])), None)
    language = seen.language or seen.meta.get("content-language", "") or seen.meta.get("og:locale", "")
    primary = one_line(language).replace("_", "-").partition("-")[0].lower()
    return Page(
        title=_first(*titles),
        publisher=publisher,
        published=published,
        address=address,
        language=primary if primary.isascii() and primary.isalpha() and len(primary) in {2, 3} else "",
        text="\n\n".join(filter(None, map(one_line, seen.blocks))),
    )


class _Seen:
    """What `parse_page` chooses from, collected in one pass over the tree."""

    def __init__(self, markup: str) -> None:
        self.meta: dict[str, str] = {}
        self.linked_data: list[str] = []
        self.times: list[str] = []
        self.title = self.heading = self.canonical = self.language = ""
        whole = markup if "html" in markup[:50].lower() else f"<!DOCTYPE html><html>{markup}"
        root = load_html(whole)
        self.blocks = list(_blocks(root)) if root is not None else []
        for element in root.iter() if root is not None else ():
            if isinstance(element.tag, str):
                self._take(element.tag, element)

    def _take(self, tag: str, element: Any) -> None:
        get = element.attrib.get
        if tag == "html":
            self.language = get("lang", "") or get("xml:lang", "")
        elif tag == "meta":
            name = get("property") or get("name") or get("itemprop") or get("http-equiv") or ""
            self.meta.setdefault(name.strip().lower(), one_line(get("content", "")))
        elif tag == "link" and "canonical" in get("rel", "").lower().split():
            self.canonical = self.canonical or get("href", "")
        elif tag == "time" and (get("itemprop") == "datePublished" or "pubdate" in element.attrib):
            self.times.append(get("datetime", ""))
        elif tag == "script" and get("type", "").strip().lower() == "application/ld+json":
            self.linked_data.append(element.text or "")
        elif tag == "title" and not self.title:
            self.title = element.text or ""
        elif tag == "h1" and not self.heading:
            self.heading = "".join(element.itertext())


def _blocks(root: Any) -> Iterator[str]:
    """The page's text, a string a block; head, scripts, menus and forms left out. The tree's depth bounds the stack."""
    pieces: list[str] = []
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        block = element.tag in _BLOCKS
        if block and pieces:
            yield "".join(pieces)
            pieces = []
        if leaving:
            pieces.append(element.tail or "")
            continue
        stack.append((element, True))
        if isinstance(element.tag, str) and element.tag not in _SKIPPED:
            pieces.append(element.text or "")
            stack.extend((child, False) for child in reversed(element))
    yield "".join(pieces)


def _articles(block: str) -> list[dict[str, object]]:
    """The objects of a JSON-LD block that state a headline or a date of publication."""
    try:
        whole = json.loads(block)
    except (ValueError, RecursionError):
        return []
    return [item for item in _objects(whole, _DEPTH) if "headline" in item or "datePublished" in item]


def _objects(value: object, depth: int) -> Iterator[dict[str, object]]:
    if depth == 0:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth - 1)


def _named(value: object, key: str) -> str:
    """The text under `key` of an object (or of the first of several), or nothing."""
    if isinstance(value, list):
        value = value[0] if value else None
    item = value.get(key) if isinstance(value, dict) else None
    return one_line(item) if isinstance(item, str) else ""


def _first(*values: str) -> str:
    return next((value for value in values if value and len(value) <= 500), "")


def _first_address(*values: str) -> str:
    return next((one_line(value) for value in values if canonical_address(one_line(value))), "")


def _without_site(title: str, publisher: str, site: str) -> str:
    """`Headline | Site` without the site, where the last part is the publisher or short beside the headline."""
    for mark in _TITLE_MARKS:
        head, found, tail = title.rpartition(mark)
        known = tail.lower() in {publisher.lower(), site, site.partition(".")[0]}
        if found and (known or (len(tail.split()) <= 4 and len(head.split()) >= 5)):
            return head
    return title
