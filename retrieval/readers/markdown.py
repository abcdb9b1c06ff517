"""Markdown: front matter in YAML, then text whose markup is taken off.

A brief is a Markdown file whose front matter has `kind: brief` or a `note`; it must state its provenance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from retrieval.models import Document, Kind
from retrieval.readers.article import article_in, without_repeat
from retrieval.readers.clean import normalise, one_line, paragraphs
from retrieval.readers.decoding import decode
from retrieval.readers.provenance import (
    base_name,
    canonical_address,
    file_address,
    language_of,
    partial_date,
    shown,
    site_of,
    source_id,
    title_of_file,
    web_address,
)
from retrieval.readers.reading import Reading, Unreadable

KINDS: dict[str, Kind] = {"article": "article", "brief": "brief", "dataset": "dataset"}

_TEXTS = ("id", "title", "publisher", "url", "published", "about", "language", "origin", "licence", "kind", "note")
_LISTS = ("topics", "places", "disagrees_with")
_FRONT_MATTER_LIMIT = 100_000
_FENCE = re.compile(r"---[ \t]*(?:\n|$)")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"\s*(?:#[^\n]*\n\s*)*[A-Za-z_][\w-]*\s*:")

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(\S.*)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_QUOTED = re.compile(r"^ {0,3}(?:>[ \t]?)+", re.MULTILINE)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S+.*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\](?:\((?:[^()\n]|\([^()\n]*\)){0,2000}\)|\[[^\]\n]{0,200}\])")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]{1,300}?)(?<=\S)_(?!\w)"
)
_CODE = re.compile(r"`([^`\n]{1,500})`")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_ITEM = re.compile(r"(?:[-*+•]|\d{1,3}[.)])\s|\|")


def read(data: bytes, name: str) -> Reading:
    """One document; raises `Unreadable` for bad front matter, a bad date, no text, or a brief without provenance."""
    fields, body = split_front_matter(_lines(decode(data)))
    stated = _stated(fields)
    lists = {key: _list(fields, key) for key in _LISTS}
    kind = _kind(stated, "note" in fields)
    if kind == "brief":
        faults = stated_faults(stated)
        if faults:
            raise Unreadable(f"a brief without provenance: {'; '.join(faults)}")
    address = web_address(stated["url"]) if stated["url"] else ""
    published, about = (partial_date(stated[key], key) for key in ("published", "about"))
    heading = _first_heading(body)
    title = stated["title"] or heading or title_of_file(name)
    plain = without_markup(body)
    article = article_in(plain) if kind == "article" else None
    text = without_repeat(title, article.text if article else paragraphs(plain))
    if not any(map(str.isalnum, text)):
        raise Unreadable("empty: no text" if not fields else "empty: no text under the front matter")
    return Reading(
        (
            Document(
                source_id=source_id(stated["id"], address, name),
                kind=kind,
                title=title,
                text=text,
                publisher=stated["publisher"]
                or site_of(address)
                or (article.site if article else "")
                or base_name(name),
                url=address or file_address(name),
                published=published,
                about=about,
                language=stated["language"] or language_of(text),
                origin=stated["origin"],
                licence=stated["licence"],
                topics=lists["topics"],
                places=lists["places"],
                disagrees_with=lists["disagrees_with"],
            ),
        )
    )


def stated_faults(stated: Mapping[str, str]) -> tuple[str, ...]:
    """What a brief's front matter lacks: id, title, publisher, web address, or a note that says it is a summary."""
    faults = [f"{key} is missing" for key in ("id", "title", "publisher", "url") if not stated.get(key)]
    if stated.get("url") and not canonical_address(stated["url"]):
        faults.append(f'url: "{shown(stated["url"])}" is no web address')
    if "summary" not in stated.get("note", "").lower():
        faults.append("note does not say that it is a summary")
    return tuple(faults)


def brief_faults(document: Document) -> tuple[str, ...]:
    """What keeps a document from being a brief of the story; none for a sound one.

    The note itself is checked while reading: only a file whose note says "summary" is given the kind `brief`.
    """
    faults = [] if document.kind == "brief" else [f"kind is {document.kind}: no note says that it is a summary"]
    if not document.source_id or document.source_id.startswith(("file:", "http:", "https:")):
        faults.append("id is missing")
    if not document.title:
        faults.append("title is missing")
    if not document.publisher:
        faults.append("publisher is missing")
    if not canonical_address(document.url):
        faults.append("url is missing")
    return tuple(faults)


def split_front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """The front matter's fields (all of them text, lists or null) and the body; raises `Unreadable` for bad YAML."""
    opening = _FENCE.match(text)
    if opening is None:
        return {}, text
    inner = text[opening.end() :]
    close = _CLOSE.search(inner)
    if close is None:
        if _KEY.match(inner):
            raise Unreadable("front matter: not closed by a line `---`")
        return {}, text
    if not _KEY.match(inner[: close.start()]) and inner[: close.start()].strip():
        return {}, text
    return _parsed(inner[: close.start()]), inner[close.end() :]


def _parsed(block: str) -> Mapping[str, object]:
    """YAML with every scalar as it is written: `2025-06` stays a date, `no` a language."""
    if len(block) > _FRONT_MATTER_LIMIT:
        raise Unreadable(f"front matter: longer than {_FRONT_MATTER_LIMIT:,} characters")
    try:
        fields = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds text, lists and maps only
    except yaml.MarkedYAMLError as fault:
        line = f" (line {fault.problem_mark.line + 2})" if fault.problem_mark else ""
        raise Unreadable(f"front matter: malformed YAML{line}: {shown(fault.problem or 'unclear')}") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as fault:
        raise Unreadable(f"front matter: malformed YAML: {shown(str(fault))}") from None
    if fields is None or fields == "":
        return {}
    if not isinstance(fields, dict):
        raise Unreadable("front matter: no `key: value` lines")
    return fields


def _stated(fields: Mapping[str, object]) -> dict[str, str]:
    """The text fields, empty where they are missing or null."""
    stated = {}
    for key in _TEXTS:
        value = fields.get(key)
        if value is not None and not isinstance(value, str):
            raise Unreadable(f"front matter: {key} must be one line of text")
        line = one_line(value or "")
        stated[key] = "" if line.lower() in {"null", "~"} else line
    return stated


def _list(fields: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = fields.get(key)
    items = [value] if isinstance(value, str) else value
    if items is None or items in (["null"], ["~"], [""]):
        return ()
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Unreadable(f"front matter: {key} must be a list of words")
    return tuple(filter(None, map(one_line, items)))


def _kind(stated: Mapping[str, str], noted: bool) -> Kind:
    declared = stated["kind"].lower()
    if not declared:
        return "brief" if noted else "article"
    if declared not in KINDS:
        raise Unreadable(f'kind: "{shown(declared)}" is none of {", ".join(KINDS)}')
    return KINDS[declared]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_heading(body: str) -> str:
    heading, underlined = _HEADING.search(body), _UNDERLINED.search(body)
    if heading and (not underlined or heading.start() < underlined.start()):
        return one_line(_inline(_heading_text(heading)))
    return one_line(_inline(underlined[1])) if underlined else ""


def without_markup(body: str) -> str:
    """Plain text: headings and list items as paragraphs of their own, soft line ends joined, links as their words."""
    text = _DEFINITION.sub("", _without_comments(body))
    text = _UNDERLINED.sub(r"\n\1\n", text)
    text = _RULE.sub("", _FENCED.sub("", text))
    text = _HEADING.sub(lambda line: f"\n{_heading_text(line)}\n", _QUOTED.sub("", text))
    blocks = re.split(r"\n[ \t]*\n", normalise(_inline(text)))
    return "\n\n".join(filter(None, map(_joined, blocks)))


def _heading_text(heading: re.Match[str]) -> str:
    return heading[2].rstrip().rstrip("#").rstrip()


def _without_comments(text: str) -> str:
    """`text` without `<!-- … -->`; what is never closed stays."""
    first, *rest = text.split("<!--")
    parts = (part.partition("-->") for part in rest)
    return first + "".join(after if closed else f"<!--{inner}" for inner, closed, after in parts)


def _joined(block: str) -> str:
    """The block's lines on one, but each list item and table row on its own."""
    lines: list[str] = []
    for line in filter(None, block.split("\n")):
        if lines and not _ITEM.match(line) and not lines[-1].startswith("|"):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _inline(text: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _AUTOLINK.sub(r"\1", text)
    text = _EMPHASIS.sub(lambda match: match[1] or match[2], _STRONG.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\1", text))
