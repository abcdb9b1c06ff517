"""A citation in full, ready to paste. Pure."""

from __future__ import annotations

from bot.nouns import ToldCitation
from bot.render.dates import dated, shown
from bot.render.html import Block, Run, code, html, plain, web_address
from bot.render.text import one_line


def citation_text(citation: ToldCitation) -> str:
    """`Publisher, "Title", 8 Jul 2025, address. Retrieved 9 Jul 2025. Summary of the report. "Quote"`."""
    parts = [
        one_line(citation.publisher),
        f"“{one_line(citation.title, 300)}”",
        dated(citation.published, citation.about),
        citation.url if web_address(citation.url) else one_line(citation.url),
    ]
    told = citation.told_at.date().isoformat()
    note = {"brief": " Cited from a summary of the report.", "dataset": " Cited from a table."}.get(citation.kind, "")
    return (
        f"{', '.join(filter(None, parts))}. As held on {shown(told)}.{note} Quote: “{' '.join(citation.quote.split())}”"
    )


def citation_messages(citation: ToldCitation) -> list[str]:
    """One citation; a tap on it copies it."""
    return html([plain(f"Citation {citation.number}:"), plain(code(citation_text(citation)))])


def citations_list(citations: list[ToldCitation]) -> list[str]:
    """What can be cited, by number."""
    rows = [
        plain(f"{c.number}. ", one_line(c.title), f" · {one_line(c.publisher)} · {dated(c.published, c.about)}")
        for c in citations
    ]
    first = citations[0].number
    return html([plain("Name one, as in ", code(f"/cite {first}"), ":"), *rows])


def nothing_to_cite() -> list[str]:
    return html([Block((Run("There is no answer with citations here yet. Ask something first, then /cite 1."),))])
