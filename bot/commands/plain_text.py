"""Answers, passages, digests and lists as text for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.render.answer import answer_blocks
from bot.render.dates import dated, shown
from bot.render.sources import listed
from bot.render.text import one_line

if TYPE_CHECKING:
    from retrieval.briefing import Digest, FigureChange, Story
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
    told = digest.stories[:3] if brief else digest.stories
    figures = digest.figures[:_BRIEF_FIGURES] if brief else digest.figures
    title = (digest.topic or "All topics").replace(",", ", ")
    read = digest.read
    lines = [
        f"{title}: {digest.since:%Y-%m-%d %H:%M} to {digest.until:%Y-%m-%d %H:%M} UTC",
        f"{_count(read.reports, 'new report')}, {_count(read.origins, 'origin')}",
    ]
    if digest.quiet:
        lines += [
            "",
            "Nothing new came in." + (f" The last report is of {shown(digest.latest)}." if digest.latest else ""),
        ]
    for story in told:
        lines += ["", *_story(story, brief=brief)]
    if len(told) < len(digest.stories):
        lines += ["", f"{_count(len(digest.stories) - len(told), 'further story', 'further stories')}."]
    if figures:
        lines += ["", "Figures that changed", *map(_figure, figures)]
    for found in digest.disagreements:
        lines += ["", f"Sources disagree: {found.about}"]
        lines += [f"  - {side.text} {_marks(side.citations)}" for side in found.sides]
    for lost in digest.unreachable:
        lines += ["", f"Could not be read since {lost.since}: {lost.url} ({lost.why})"]
    used = {c.number for story in told for s in story.sentences[: 1 if brief else None] for c in s.citations}
    used |= {c.number for figure in figures for c in figure.citations}
    used |= {number for found in digest.disagreements for side in found.sides for number in side.citations}
    cited = [citation for citation in digest.citations if citation.number in used]
    if cited:
        lines += ["", *(f"[{c.number}] {_origin(c.source, c.passage.kind)}\n    {c.source.url}" for c in cited)]
    return "\n".join(lines)


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


def _story(story: Story, *, brief: bool) -> list[str]:
    sentences = story.sentences[:1] if brief else story.sentences
    told = " ".join(f"{one.text} {_marks(c.number for c in one.citations)}" for one in sentences)
    return [f"{one_line(story.title)} · {shown(story.published)} · {_count(story.origins, 'origin')}", f"  {told}"]


def _figure(figure: FigureChange) -> str:
    now, before = figure.current, figure.previous
    text = f"  - {figure.series} ({figure.basis}): {now.value:,.10g} {figure.unit} in {now.period}"
    if before is not None:
        text += f", before {before.value:,.10g} in {before.period}"
    if figure.change_percent is not None:
        text += f", {figure.change_percent:+,.1f}%"
    return f"{text} {_marks(c.number for c in figure.citations)}"


def _marks(numbers: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
