"""Answers, passages, digests and lists as text for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.render.answer import answer_blocks
from bot.render.dates import dated, shown
from bot.render.sources import listed
from bot.render.text import one_line
from retrieval.briefing.compose import TOLD

if TYPE_CHECKING:
    from retrieval.briefing.compose import Digest, FigureChange
    from retrieval.candidates import Found
    from retrieval.models import Answer, Citation, Source

Document = dict[str, Any]
_KIND_WORDS = {"brief": "summary", "dataset": "table"}
_BRIEF_FIGURES = 5


def answer_text(answer: Answer, today: date, stale_days: int) -> str:
    """The answer with its marks and what it rests on, then each cited passage; or what is missing."""
    lines: list[str] = []
    cited = False
    for block in answer_blocks(answer, today, stale_days):
        if block.kind == "quote":
            if not cited:
                lines += ["", *_cited(answer.citations or [one for one in (answer.nearest,) if one], answer.abstained)]
            cited = True
            continue
        lines += ["", block.text] if block.gap else [block.text]
    return "\n".join(lines)


def found_text(found: Sequence[Found]) -> str:
    """The passages in rank order, each with where it is from."""
    blocks = []
    for rank, one in enumerate(found, start=1):
        text = " ".join(one.passage.text.split())
        blocks.append(f"{rank}. {_origin(one.source)}\n   {text}\n   {one.source.url}")
    return "\n\n".join(blocks) or "Nothing is found."


def digest_text(digest: Digest, *, brief: bool = False) -> str:
    """The whole digest; with `brief` on one page: what one message tells, and as many figures."""
    told = digest.stories[:TOLD] if brief else digest.stories
    sentences = {story.story_id: story.sentences[: 1 if brief else None] for story in told}
    figures = digest.figures[:_BRIEF_FIGURES] if brief else digest.figures
    used = [c.number for story in told for one in sentences[story.story_id] for c in one.citations]
    used += [c.number for figure in figures for c in figure.citations]
    used += [number for found in digest.disagreements for side in found.sides for number in side.citations]
    number = {old: new for new, old in enumerate(dict.fromkeys(used), start=1)}

    def marks(numbers: Iterable[int]) -> str:
        return "".join(f"[{number[one]}]" for one in numbers)

    lines = _digest_head(digest)
    for story in told:
        words = [f"{one.text} {marks(c.number for c in one.citations)}" for one in sentences[story.story_id]]
        head = f"{one_line(story.title)} · {shown(story.published)} · {_count(story.origins, 'origin')}"
        lines += ["", head, "  " + " ".join(words)]
    if len(told) < len(digest.stories):
        lines += ["", f"{_count(len(digest.stories) - len(told), 'further story', 'further stories')}."]
    if figures:
        lines += ["", "Figures that changed"]
        lines += [f"  - {_figure(figure)} {marks(c.number for c in figure.citations)}" for figure in figures]
    for found in digest.disagreements:
        lines += ["", f"Sources disagree: {found.about}"]
        lines += [f"  - {side.text} {marks(side.citations)}" for side in found.sides]
    for lost in digest.unreachable:
        lines += ["", f"Could not be read since {lost.since}: {lost.url} ({lost.why})"]
    cited = {citation.number: citation for citation in digest.citations}
    for old, new in number.items():
        source, kind = cited[old].source, cited[old].passage.kind
        lines += ["", f"[{new}] {_origin(source, kind)}"] if new == 1 else [f"[{new}] {_origin(source, kind)}"]
        lines.append(f"    {source.url}")
    return "\n".join(lines)


def _digest_head(digest: Digest) -> list[str]:
    title = (digest.topic or "All topics").replace(",", ", ")
    read = digest.read
    lines = [
        f"{title}: {digest.since:%Y-%m-%d %H:%M} to {digest.until:%Y-%m-%d %H:%M} UTC",
        f"{_count(read.reports, 'new report')}, {_count(read.origins, 'origin')}",
    ]
    if digest.quiet:
        last = f" The last report is of {shown(digest.latest)}." if digest.latest else ""
        lines += ["", f"Nothing new came in.{last}"]
    return lines


def sources_text(document: Document) -> str:
    """What is in the library, the newest first, one a line."""
    rows = listed(document["sources"])
    if not rows:
        return "The library is empty."
    newest = max((str(row["published"]) for row in rows if row["published"]), default="undated")
    lines = [f"{_count(len(rows), 'source')}, newest {newest}"]
    for row in rows:
        when = row["published"] or (f"about {row['about']}" if row["about"] else "undated")
        kind = _KIND_WORDS.get(row["kind"], row["kind"])
        lines.append(f"{row['source_id']}  {when}  {kind}  {one_line(row['publisher'])}: {one_line(row['title'])}")
    withdrawn = sum(row["state"] != "live" for row in document["sources"])
    return "\n".join(lines + ([f"{withdrawn} withdrawn"] if withdrawn else []))


def skipped_text(document: Document) -> str:
    rows = document["skipped"]
    return "\n".join(f"{one_line(row['url'])}: {one_line(row['why'])}" for row in rows) or "Nothing was left out."


def ingest_text(document: Document) -> str:
    """The counts in one line, then what was not taken and why."""
    counts = ", ".join(f"{document[key]} {key}" for key in ("added", "updated", "unchanged"))
    lines = [f"{counts}; {document['passages']} passages in {document['seconds']:.1f} s"]
    lines += [f"duplicate: {one}" for one in document["duplicates"]]
    lines += [f"rejected: {one['input']}: {one['why']}" for one in document["rejected"]]
    return "\n".join(lines)


def _cited(citations: Iterable[Citation], nearest: bool) -> list[str]:
    lines = []
    for citation in citations:
        mark = "(not an answer)" if nearest else f"[{citation.number}]"
        quote = " ".join(citation.quote.split())
        lines += [
            f"{mark} {_origin(citation.source, citation.passage.kind)}",
            f"    “{quote}”",
            f"    {citation.source.url}",
        ]
    return lines


def _origin(source: Source, kind: str | None = None) -> str:
    parts = [one_line(source.publisher), dated(source.published, source.about)]
    if source.standing == "party":
        parts.append("party to the story")
    if word := _KIND_WORDS.get(kind or source.kind):
        parts.append(word)
    return " · ".join(filter(None, [one_line(source.title), *parts]))


def _figure(figure: FigureChange) -> str:
    now, before = figure.current, figure.previous
    text = f"{figure.series} ({figure.basis}): {now.value:,.10g} {figure.unit} in {now.period}"
    if before is not None:
        text += f", before {before.value:,.10g} in {before.period}"
    if figure.change_percent is not None:
        text += f", {figure.change_percent:+,.1f}%"
    return text


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
