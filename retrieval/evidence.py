"""What an answer or a story rests on: counted, never judged. Pure.

`evidence(citations)` counts the origins behind the citations, finds the date of the newest source and sets four marks:

- `unnamed`: a quote leans on people who are not named ("three people with knowledge of the matter");
- `party`: its source is a party to the story, or a quote is what a spokesman or commander claims;
- `disputed`: another source is declared to say otherwise;
- `official`: a quote gives a figure of an office that counts (customs, a ministry, a survey).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from retrieval.dates import stated
from retrieval.models import Citation, Evidence, Source

Mark = Literal["unnamed", "party", "disputed", "official"]

_SAYS = r"(?:say|says|said|tell|tells|told|claim|claims|claimed|report|reports|reported|confirm|confirms|confirmed)"
_UNNAMED = re.compile(
    r"""\b(?:
      (?:people|persons?|officials?|diplomats?|executives?|traders?)\s+(?:who|with|familiar|close|in\s+the\s+know)\b
    | (?:(?:frontline|local|military|ground|industry|market|diplomatic|informed|security|rebel|resistance)\s+)?
      sources?\s+(?:\w+\s+){0,4}?"""
    + _SAYS
    + r"""\b
    | according\s+to\s+(?:\w+\s+){0,3}?(?:sources?|reports|people|(?:an?|the)\s+(?:\w+\s+){0,2}?official)\b
    | (?:an?|one|the|senior)\s+(?:[\w'’-]+\s+){0,2}?(?:official|commander|officer|soldier|diplomat|aide|insider)\s+
      (?:\w+\s+){0,2}?"""
    + _SAYS
    + r"""\b
    | anonym\w* | unnamed | not\s+(?:to\s+be\s+)?named | local\s+reports | reportedly
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_PARTY = re.compile(
    r"\b(?:spokes(?:man|woman|person|people)\b|claim(?:s|ed)?\b|den(?:y|ies|ied)\b|commander\b[^.]{0,60}\b"
    + _SAYS
    + r"\b)",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(?:customs|ministr(?:y|ies)|geological survey|statistics (?:office|bureau|agency)|bureau of statistics|"
    r"census|central bank|official (?:data|figures?|statistics)|government (?:data|figures?|statistics))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*")
_YEAR = re.compile(r"(?:19|20)\d\d$")


def evidence(citations: Sequence[Citation], known: Collection[str] | None = None) -> Evidence:
    """Counts what the citations rest on. `known` limits which sources may dispute: those that exist at the moment."""
    return count(
        [citation.source for citation in citations],
        [(citation.source, citation.quote) for citation in citations],
        known,
    )


def count(
    sources: Sequence[Source], quotes: Sequence[tuple[Source, str]], known: Collection[str] | None = None
) -> Evidence:
    """The same where more sources stand behind a story than are quoted."""
    marks: list[Mark] = []
    if any(_UNNAMED.search(quote) for _, quote in quotes):
        marks.append("unnamed")
    if any(source.standing == "party" or _PARTY.search(quote) for source, quote in quotes):
        marks.append("party")
    if any(disputed(source, known) for source, _ in quotes):
        marks.append("disputed")
    if any(is_official(source, quote) for source, quote in quotes):
        marks.append("official")
    return Evidence(len({source.origin for source in sources}), newest(sources), tuple(marks))


def disputed(source: Source, known: Collection[str] | None = None) -> bool:
    """Whether another source is declared to say otherwise; with `known`, one of these."""
    return bool(source.disagrees_with) and (known is None or any(other in known for other in source.disagrees_with))


def is_official(source: Source, quote: str) -> bool:
    """Whether a quote gives an office's figure: a number that is no bare year, and the office in it or behind it."""
    counts = any(not _YEAR.match(number.rstrip(".,")) for number in _NUMBER.findall(quote))
    return counts and bool(_OFFICE.search(quote) or _OFFICE.search(source.publisher))


def newest(sources: Iterable[Source]) -> str | None:
    """The latest date of publication among the sources, as it is stated; a month or year counts from its first day."""
    dates = [source.published for source in sources if source.published]
    return max(dates, key=lambda date: (stated(date).first, len(date)), default=None)


def independent(sources: Iterable[Source]) -> int:
    """How many of the sources are independent: retellings of one origin count once, and so does one publisher."""
    groups: list[set[str]] = []
    for source in sources:
        marks = {f"origin {source.origin}", f"publisher {source.publisher.casefold()}"}
        joined = [group for group in groups if group & marks]
        groups = [group for group in groups if not group & marks]
        groups.append(marks.union(*joined))
    return len(groups)
