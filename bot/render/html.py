"""Messages as blocks of styled runs, and their way into Telegram's HTML. Pure.

Texts are cut as blocks, before any markup is written: a cut can never fall inside a tag or an entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

from bot.render.text import LIMIT, clean, fitting, safe_cut, units
from retrieval.passages import sentences

ENTITIES = 90  # Telegram reads 100 at most and drops the rest
_MARKS = re.compile(r"(?:\s*\[\d+\])+")
_LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Literal["plain", "bold", "italic", "code"] = "plain"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. Adjacent quotes share one expandable blockquote. `gap`: an empty line goes before it."""

    runs: tuple[Run, ...]
    kind: Literal["plain", "quote", "code"] = "plain"
    gap: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def plain(*parts: str | Run, gap: bool = False) -> Block:
    return Block(tuple(Run(part) if isinstance(part, str) else part for part in parts), gap=gap)


def bold(text: str) -> Run:
    return Run(text, "bold")


def italic(text: str) -> Run:
    return Run(text, "italic")


def code(text: str) -> Run:
    return Run(text, "code")


def link(text: str, url: str) -> Run:
    """A link where the address is one of the web; otherwise its text alone."""
    return Run(text, url=web_address(url))


def web_address(url: str) -> str | None:
    """The address if it can stand in a link: http or https, with a host, and nothing hidden in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or len(url) > _LONGEST_URL:
        return None
    return url if clean(url) == url and not re.search(r"\s", url) else None


def escape(text: str) -> str:
    """Text as it stands between tags and in a quoted attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def html(blocks: Iterable[Block]) -> list[str]:
    """The blocks as HTML messages that Telegram takes, in order; cut at sentence ends where one is too long."""
    return [_message(part) for part in split([tidy(block) for block in blocks])]


def tidy(block: Block) -> Block:
    """The block with clean text and no empty runs."""
    cleaned = (replace(run, text=_clean_inside(run.text)) for run in block.runs)
    return replace(block, runs=tuple(run for run in cleaned if run.text))


def split(blocks: Iterable[Block], limit: int = LIMIT, entities: int = ENTITIES) -> list[list[Block]]:
    """Shares blocks out over messages of at most `limit` UTF-16 units and so many entities.

    A block that fits into one message stays whole; a longer one is cut at a sentence end, else at a space. A block
    without visible text is left out.
    """
    parts: list[list[Block]] = []
    current: list[Block] = []
    used = marks = 0
    for block in blocks:
        rest: Block | None = block if block.text.strip() else None
        while rest is not None:
            before = (2 if rest.gap else 1) if current else 0
            room = limit - used - before
            if units(rest.text) <= room and marks + _entities(rest) <= entities:
                current.append(rest)
                used += before + units(rest.text)
                marks += _entities(rest)
                rest = None
            elif current and (room < limit // 2 or _fits(rest, limit, entities)):
                parts.append(current)
                current, used, marks = [], 0, 0
            else:
                head, rest = _cut(rest, room, entities - marks)
                parts.append([*current, head])
                current, used, marks = [], 0, 0
    if current:
        parts.append(current)
    return parts


def _fits(block: Block, limit: int, entities: int) -> bool:
    return units(block.text) <= limit and _entities(block) <= entities


def _entities(block: Block) -> int:
    return sum((run.style != "plain") + (run.url is not None) for run in block.runs) + (block.kind != "plain")


def _cut(block: Block, room: int, entities: int) -> tuple[Block, Block | None]:
    """The first part of a block that fits, and what is left of it."""
    text = block.text
    most = min(fitting(text, room), _run_end(block, max(1, entities - 1)))
    at = next((end for end in reversed(sentence_ends(text)) if 0 < end <= most), 0)
    if not text[:at].strip():
        space = max(text.rfind(" ", 1, most + 1), text.rfind("\n", 1, most + 1))
        at = space if text[:space].strip() and space > 0 else safe_cut(text, most)
    head, tail = _parted(block, at)
    return head, tail if tail.text.strip() else None


def sentence_ends(text: str) -> list[int]:
    """Where a text may be cut: after each sentence and the marks `[1][2]` that belong to it."""
    ends = []
    for _, end in sentences(text):
        marks = _MARKS.match(text, end)
        ends.append(marks.end() if marks else end)
    return ends


def _run_end(block: Block, entities: int) -> int:
    """Up to where the block has at most so many entities."""
    at = count = 0
    for run in block.runs:
        count += (run.style != "plain") + (run.url is not None)
        if count > entities:
            return max(at, 1)
        at += len(run.text)
    return at


def _parted(block: Block, at: int) -> tuple[Block, Block]:
    head: list[Run] = []
    tail: list[Run] = []
    start = 0
    for run in block.runs:
        inside = min(max(at - start, 0), len(run.text))
        if inside:
            head.append(replace(run, text=run.text[:inside]))
        if inside < len(run.text):
            tail.append(replace(run, text=run.text[inside:]))
        start += len(run.text)
    head[-1] = replace(head[-1], text=head[-1].text.rstrip())
    while tail and not tail[0].text.strip():
        tail.pop(0)
    if tail:
        tail[0] = replace(tail[0], text=tail[0].text.lstrip())
    return replace(block, runs=tuple(head)), replace(block, runs=tuple(tail), gap=False)


def _message(blocks: Sequence[Block]) -> str:
    out = ""
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        members = list(group)
        if out:
            out += "\n\n" if members[0].gap else "\n"
        body = ""
        for index, block in enumerate(members):
            if index:
                body += "\n\n" if block.gap else "\n"
            body += "".join(_run(run) for run in block.runs)
        out += {"plain": "{}", "quote": "<blockquote expandable>{}</blockquote>", "code": "<pre>{}</pre>"}[
            kind
        ].replace("{}", body)
    return out


def _run(run: Run) -> str:
    text = escape(run.text)
    tag = {"bold": "b", "italic": "i", "code": "code"}.get(run.style)
    if tag:
        text = f"<{tag}>{text}</{tag}>"
    return f'<a href="{escape(run.url)}">{text}</a>' if run.url else text


def _clean_inside(text: str) -> str:
    """Clean, with the spaces at its ends kept: they part it from its neighbours."""
    cleaned = clean(text)
    if not cleaned:
        return " " if text and not text.strip(" \n") and text.strip("\n") else "\n" * text.count("\n")
    before = text[: len(text) - len(text.lstrip(" \n"))]
    after = text[len(text.rstrip(" \n")) :]
    return before + cleaned + after
