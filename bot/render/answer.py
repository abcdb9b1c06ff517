"""An answer as Telegram messages. Pure: `Answer` in, HTML texts out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.render.dates import dated, shown
from bot.render.html import Block, Run, bold, html, italic, link, plain
from bot.render.text import one_line
from retrieval.dates import stated
from retrieval.models import Answer, Citation, Claim, Evidence

_MARK_WORDS = {
    "unnamed": "unnamed sources",
    "party": "party's claim",
    "disputed": "disputed",
    "official": "official figure",
}
_LONG, _IN_SIGHT = 400, 100  # characters: of a passage that is folded, and of what its fold shows for certain
_KIND_WORDS = {"brief": "summary", "dataset": "table"}


def answer_messages(answer: Answer, today: date, stale_days: int, titles: Mapping[str, str] | None = None) -> list[str]:
    """The messages of an answer, of the nearest passage (marked as no answer), or of what is missing.

    `titles`: what each topic is called.
    """
    return html(answer_blocks(answer, today, stale_days, titles))


def answer_blocks(answer: Answer, today: date, stale_days: int, titles: Mapping[str, str] | None = None) -> list[Block]:
    if not answer.abstained:
        return _answered(answer, today, stale_days)
    if answer.nearest is not None:
        return _nearest(answer, answer.nearest, titles or {})
    return _missing(answer, titles or {})


def _answered(answer: Answer, today: date, stale_days: int) -> list[Block]:
    links = {citation.number: citation.source.url for citation in answer.citations}
    blocks = []
    newest = answer.evidence.newest
    if newest is not None and is_stale(newest, today, stale_days):
        blocks.append(plain(italic(f"As of {shown(newest)}, the date of its newest source:")))
    blocks.append(plain(*_claims(answer.claims, links)))
    for disagreement in answer.disagreements:
        blocks.append(plain(bold(f"Sources disagree: {disagreement.about}"), gap=True))
        blocks.extend(plain("• ", *_claims([side], links)) for side in disagreement.sides)
    blocks.append(plain(italic(evidence_line(answer.evidence, answer.citations)), gap=True))
    blocks.extend(plain(italic(note)) for note in _notes(answer))
    blocks.extend(passages(answer.citations))
    return blocks


def _nearest(answer: Answer, nearest: Citation, titles: Mapping[str, str]) -> list[Block]:
    return [
        plain(bold("Not an answer."), " " + _lacking(answer, "The library")),
        plain("The nearest that it holds:", gap=True),
        *passages([nearest], gap=False),
        *_topics(answer.nearest_topics, titles),
    ]


def _missing(answer: Answer, titles: Mapping[str, str]) -> list[Block]:
    return [
        plain(bold("The library does not hold the answer."), " " + _lacking(answer, "It") if answer.missing else ""),
        *_topics(answer.nearest_topics, titles),
    ]


def _topics(topics: Sequence[str], titles: Mapping[str, str]) -> list[Block]:
    called = [one_line(titles.get(topic, topic)) for topic in topics]
    return [plain("It does cover: ", " · ".join(called), gap=True)] if called else []


def _lacking(answer: Answer, who: str) -> str:
    """`It has nothing on “…”.`"""
    lacking = (answer.missing or "").strip().rstrip(".")
    if not lacking:
        return f"{who} does not say this."
    return f"{who} has {re.sub(r'^an? ', 'no ', re.sub(r'^anything', 'nothing', lacking))}."


def _claims(claims: Sequence[Claim], links: dict[int, str]) -> list[str | Run]:
    """The claims in one paragraph, each followed by its linked numbers."""
    runs: list[str | Run] = []
    for claim in claims:
        runs.append((" " if runs else "") + claim.text + (" " if claim.citations else ""))
        runs.extend(link(f"[{number}]", links.get(number, "")) for number in claim.citations)
    return runs


def is_stale(newest: str, today: date, stale_days: int) -> bool:
    """Whether a source of this date is older than `stale_days`."""
    return stated(newest).last < today - timedelta(days=stale_days)


def evidence_line(evidence: Evidence, citations: Sequence[Citation] = ()) -> str:
    """`2 origins · newest 8 Jul 2025 · unnamed sources · party's claim (NAME) · disputed · official figure`."""
    parts = [f"{evidence.origins} origin" + ("" if evidence.origins == 1 else "s")]
    parts.append(f"newest {shown(evidence.newest)}" if evidence.newest else "undated")
    parties = sorted({c.source.publisher for c in citations if c.source.standing == "party"})
    for mark in evidence.marks:
        named = f" ({', '.join(parties)})" if mark == "party" and parties else ""
        parts.append(_MARK_WORDS[mark] + named)
    if parties and "party" not in evidence.marks:
        parts.append(f"party to the story: {', '.join(parties)}")
    return " · ".join(one_line(part, 300) for part in parts)


def _notes(answer: Answer) -> list[str]:
    notes = []
    count = len(answer.withheld)
    if count:
        what = "1 sentence was" if count == 1 else f"{count} sentences were"
        notes.append(f"{what} withheld: not borne out by the sources.")
    if answer.fallback:
        notes.append("Written without the chat model, which did not answer.")
    return notes


def passages(citations: Sequence[Citation], *, gap: bool = True) -> list[Block]:
    """The cited passages for an expandable quote: where each is from, then its words with the quote in bold."""
    blocks = []
    for number, same in enumerate(_by_passage(citations)):
        blocks.append(
            Block((*_origin(same), Run("\n"), *_quoted(same)), kind="quote", gap=gap if number == 0 else True)
        )
    return blocks


def _by_passage(citations: Sequence[Citation]) -> list[list[Citation]]:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.passage.passage_id, []).append(citation)
    return list(groups.values())


def _origin(same: Sequence[Citation]) -> list[Run]:
    source = same[0].source
    marks = "".join(f"[{citation.number}] " for citation in same if citation.number > 0)
    details = [one_line(source.publisher), dated(source.published, source.about)]
    if source.standing == "party":
        details.append("party to the story")
    if same[0].passage.kind in _KIND_WORDS:
        details.append(_KIND_WORDS[same[0].passage.kind])
    return [Run(marks), link(one_line(source.title), source.url), Run(" · " + " · ".join(filter(None, details)))]


def _quoted(same: Sequence[Citation]) -> list[Run]:
    """A passage's words; bold what is quoted, where that is not all of it.

    A folded quote shows its first lines: where those of a long passage would not hold what is cited, it goes before.
    """
    text = same[0].passage.text
    quoted = [False] * len(text)
    for citation in same:
        quoted[citation.start : citation.end] = [True] * (citation.end - citation.start)
    if all(quoted):
        return [_flow(Run(text))]
    runs: list[Run] = []
    if len(text) > _LONG and not any(quoted[:_IN_SIGHT]):
        runs = [
            Run(part) if part == "\n" else bold(part)
            for one in same
            for part in (_without_gaps(one.quote.strip()), "\n")
        ]
    for stretch in re.finditer(r"1+|0+", "".join("1" if here else "0" for here in quoted)):
        part = text[stretch.start() : stretch.end()]
        runs.append(_flow(bold(part) if stretch.group()[0] == "1" else Run(part)))
    return runs


def _without_gaps(text: str) -> str:
    return re.sub(r"\n\s*\n+", "\n", text)


def _flow(run: Run) -> Run:
    """The run without empty lines, which would tear a quote apart."""
    return Run(_without_gaps(run.text), run.style, run.url)
