"""An article out of what was saved around it: boilerplate by pattern and by place, and its headline. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from retrieval.readers.boilerplate import (
    SITE,
    is_furniture,
    is_furniture_beside,
    opens_comments,
    opens_other_articles,
)
from retrieval.readers.clean import ends_sentence, normalise, paragraphs

_SITE = re.compile(SITE, re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?www\.((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
_PROSE_LENGTH = 60
_HEADLINE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Article:
    """The text that was written (paragraphs), and the lines around it that were dropped."""

    text: str
    dropped: tuple[str, ...]

    @property
    def site(self) -> str:
        """The site that the dropped lines name most often, without `www.`, or nothing."""
        hosts = Counter(match[1].lower() for line in self.dropped for match in _HOST.finditer(line))
        return hosts.most_common(1)[0][0] if hosts else ""


def article_in(text: str) -> Article:
    """`text` without what surrounds an article.

    Dropped are lines that a pattern knows, what follows a comment box to the end, titles of other articles under
    their heading, and weak lines (a menu's words) beside dropped ones.
    """
    lines = normalise(text).split("\n")
    end = _comment_box(lines)
    dropped = {index for index, line in enumerate(lines) if line and (index >= end or is_furniture(line))}
    titles: set[int] = set()
    for index, line in enumerate(lines[:end]):
        if opens_comments(line):
            dropped.add(index)
        if index not in titles and opens_other_articles(line):
            titles |= _other_articles(lines, index, end)
    dropped |= titles
    dropped |= _beside(lines, dropped)
    dropped |= _menus(lines, dropped)
    kept = "\n".join("" if index in dropped else line for index, line in enumerate(lines))
    return Article(paragraphs(kept), tuple(lines[index] for index in sorted(dropped)))


def headline(text: str) -> tuple[str, str]:
    """The headline and the rest, where the first paragraph looks like one; else nothing and the text as it is.

    A headline is one short line without a final full stop, with text after it. The same line again near the top is
    dropped with it.
    """
    first, _, rest = text.partition("\n\n")
    if not rest or "\n" in first or len(first) > _HEADLINE_LENGTH or not any(map(str.isalpha, first)):
        return "", text
    if re.search(r"[.;:,။。][\"'”’)]*$", first) or len(first.split()) > 30:
        return "", text
    return first, without_repeat(first, rest)


def without_repeat(title: str, text: str) -> str:
    """`text` without the paragraphs among its first three that only repeat the title."""
    parts = text.split("\n\n")
    wanted = _bare(title)
    kept = [part for index, part in enumerate(parts) if index > 2 or _bare(part) != wanted]
    return "\n\n".join(kept) if kept else text


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _is_prose(line: str) -> bool:
    """A sentence or more of running text; a link's title is shorter or ends in nothing."""
    return len(line) >= _PROSE_LENGTH and (ends_sentence(line) or len(line.split()) > 25)


def _comment_box(lines: list[str]) -> int:
    """The line where comments begin, or the end: the article, not the comments, must stand before it."""
    prose = [len(line) if _is_prose(line) else 0 for line in lines]
    total, before = sum(prose), 0
    for index, line in enumerate(lines):
        if opens_comments(line) and before and (before >= total - before or before >= 600):
            return index
        before += prose[index]
    return len(lines)


def _other_articles(lines: list[str], opening: int, end: int) -> set[int]:
    """The heading and the titles below it: up to the next prose, but not the section heading right before that."""
    found = {opening}
    titles: list[int] = []
    for index in range(opening + 1, end):
        if _is_prose(lines[index]):
            break
        if lines[index]:
            titles.append(index)
        elif titles and _is_block(lines, opening, index):
            return found | set(titles)
    else:
        return found | set(titles)
    if titles and len(lines[titles[-1]].split()) <= 5 and not lines[titles[-1] + 1]:
        titles.pop()
    return found | set(titles)


def _is_block(lines: list[str], opening: int, blank: int) -> bool:
    """Whether the titles stand close under their heading, several lines without a blank one among them."""
    first = next((index for index in range(opening + 1, blank) if lines[index]), blank)
    return blank - first >= 2


def _menus(lines: list[str], dropped: set[int]) -> set[int]:
    """Blocks of at least three lines, each a word or three, where two or more are known as a menu's."""
    found: set[int] = set()
    block: list[int] = []
    for index, line in enumerate([*lines, ""]):
        if line:
            block.append(index)
            continue
        links = all(len(lines[place].split()) <= 3 and not ends_sentence(lines[place]) for place in block)
        known = sum(place in dropped or is_furniture_beside(lines[place]) for place in block)
        if len(block) > 2 and links and known > 1:
            found.update(block)
        block = []
    return found


def _beside(lines: list[str], dropped: set[int]) -> set[int]:
    """Weak lines that touch a dropped or another weak line, blank lines not counted; single ones stay."""
    filled = [index for index, line in enumerate(lines) if line]
    weak = {index for index in filled if index not in dropped and is_furniture_beside(lines[index])}
    found: set[int] = set()
    run: list[int] = []
    for place, index in enumerate([*filled, -1]):
        if index in weak:
            run.append(index)
            continue
        touches = index in dropped or (place > len(run) and filled[place - len(run) - 1] in dropped)
        if run and (len(run) > 2 or touches):
            found.update(run)
        run = []
    return found | {index for index in weak if not any(map(str.isalnum, lines[index]))}
