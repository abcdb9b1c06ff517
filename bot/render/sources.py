"""The list of sources, page by page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.render.dates import dated, shown
from bot.render.html import bold, html, link, plain
from bot.render.text import one_line

PAGE = 10
_KIND_WORDS = {"article": "article", "brief": "summary", "dataset": "table"}
Source = Mapping[str, Any]


def listed(rows: Sequence[Source]) -> list[Source]:
    """The live ones, newest first; undated ones last."""
    live = [row for row in rows if row.get("state", "live") == "live"]
    return sorted(live, key=lambda row: (row["published"] or row["about"] or "", row["source_id"]), reverse=True)


def pages(rows: Sequence[Source]) -> int:
    return max(1, -(-len(rows) // PAGE))


def sources_page(rows: Sequence[Source], page: int) -> str:
    """One page of what `listed` gives, as one message."""
    if not rows:
        return html([plain("The library is empty: no source has been read yet.")])[0]
    newest = max((row["published"] for row in rows if row["published"]), default=None)
    publishers = len({row["publisher"] for row in rows})
    head = f"{len(rows)} source" + ("" if len(rows) == 1 else "s")
    head += f" from {publishers} publisher" + ("" if publishers == 1 else "s")
    blocks = [plain(bold(head), f" · newest {shown(newest)}" if newest else "")]
    for row in rows[page * PAGE : (page + 1) * PAGE]:
        details = [one_line(row["publisher"], 100), dated(row["published"], row["about"])]
        details.append(_KIND_WORDS.get(str(row["kind"]), ""))
        if row.get("standing") == "party":
            details.append("party to the story")
        blocks.append(plain("• ", link(one_line(row["title"], 150), row["url"]), " · " + " · ".join(details)))
    if pages(rows) > 1:
        blocks.append(plain(f"Page {page + 1} of {pages(rows)}", gap=True))
    return html(blocks)[0]
