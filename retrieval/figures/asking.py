"""What a question wants worked out: the operation, over which field, and the words that say so. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.figures.lexicon import (
    APART,
    CHANGE,
    CHANGING,
    DEARER,
    HIGHEST,
    LOWEST,
    MORE,
    PERCENT,
    RANKING,
    RATIO,
    RISING,
    SUPERLATIVE,
    TOGETHER,
    lemma,
)
from retrieval.figures.naming import Filter
from retrieval.figures.periods import Times
from retrieval.figures.phrases import Token, stems_of
from retrieval.figures.vocabulary import Table, Value
from retrieval.words import fold

Operation = Literal["value", "latest", "change", "difference", "growth", "ratio", "total", "highest", "lowest"]
COMPARING = frozenset({"change", "difference", "growth", "ratio"})
_ASKED = frozenset({"which", "what", "who", "whose", "when"})
_GRAINS = {lemma("month"): "month", lemma("year"): "year", lemma("annual"): "year"}
_EVER = frozenset(lemma(word) for word in ("ever", "record", "time", "have", "so"))
_ORDINALS = {
    "second": 2, "2nd": 2, "two": 2, "2": 2, "third": 3, "3rd": 3, "three": 3, "3": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "first": 1, "1st": 1,
}  # fmt: skip
_NUMBERED = "second|third|fourth|fifth|[2-5](?:nd|rd|th)"
_PLACE = re.compile(
    rf"\b(?P<n>{_NUMBERED})[ -](?=most\b|highest\b|largest\b|biggest\b|greatest\b|lowest\b|smallest\b|least\b|dearest\b)"
    rf"|\brank(?:s|ed)? (?:as )?(?:number |no\.? ?|#)?(?P<r>{_NUMBERED}|first|1st|two|three|[23])\b"
    rf"|\b(?:came|comes|placed) (?:in )?(?P<c>{_NUMBERED}|first|1st)\b|\bnumber (?P<w>two|three)\b",
    re.IGNORECASE,
)
_TOP = re.compile(
    r"\btop[ -](?P<t>two|three|[23])\b|\b(?P<o>two|three|[23]) (?=(?:\w+ )?(?:largest|biggest|highest|greatest|lowest|smallest)\b)",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"\bhow (?:much|many)\b|\bby what\b"
    r"|\bwhats? (?:was|is|were|are)?\b[^,?]*?\b(?:rise|increase|fall|drop|decline|decrease|growth|jump|gain)\b",
    re.IGNORECASE,
)
_LESS = re.compile(r"\d less (?:the )?\w", re.IGNORECASE)  # "2025 less 2024"
_SUMMED = re.compile(r"\btotal\b|\bin all\b|\boverall\b|\d\s?\+\s?[a-z]|[a-z]\s?\+\s?[a-z]", re.IGNORECASE)
_TO_WHAT = re.compile(r"\b(?:to|at|from) (?:what|how)\b", re.IGNORECASE)
_BETWEEN = frozenset({lemma("between"), lemma("than"), lemma("less")})
_HOW_DID = re.compile(r"^\W*how (?:did|do|does|has|have|had|was|were)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ranking:
    """A highest or lowest, over a field or `period`: which places, and of periods of what grain."""

    operation: Operation
    over: str
    places: tuple[int, ...]
    grain: str
    asked: frozenset[int]


def ranking_of(
    table: Table, words: Sequence[Token], timed: frozenset[int], values: Sequence[Value], text: str, times: Times
) -> Ranking | None:
    """The ranking that a question asks for, or null."""
    free = {at: word.stem for at, word in enumerate(words) if at not in timed}
    said = set(free.values())
    place, top = _PLACE.search(text), _TOP.search(text)
    ranks = said & RANKING
    if not ranks and not (place and (place["r"] or place["c"] or place["w"])):
        return None
    over = over_asked(table, words)
    if not over and (said & SUPERLATIVE or place or top):
        over = _over_meant(table, values, said)
        if over in table.whole and not times.periods:
            return None  # "the biggest mine" is no country
    if not over:
        return None
    spans = [match.span() for match in (place, top) if match]
    grain = next((_GRAINS[stem] for stem in free.values() if stem in _GRAINS), "") if over == "period" else ""
    if over == "period" and not grain and table.flows and times.periods and times.periods[0].days >= 365:
        grain = "month"
    asked = {
        at
        for at, word in enumerate(words)
        if word.stem in RANKING
        or word.stem in over_words(table, over)
        or word.stem in _EVER
        or fold(word.text) in _ASKED
        or (over == "period" and word.stem in _GRAINS)
        or any(start <= word.start < end for start, end in spans)
    }
    lowest = bool(ranks & LOWEST) and not ranks & HIGHEST
    return Ranking("lowest" if lowest else "highest", over, _places(place, top), grain, frozenset(asked))


def _places(place: re.Match[str] | None, top: re.Match[str] | None) -> tuple[int, ...]:
    if place:
        return (_ORDINALS[next(group for group in place.groups() if group).lower()],)
    if top:
        return tuple(range(1, _ORDINALS[(top["t"] or top["o"]).lower()] + 1))
    return (1,)


def _over_meant(table: Table, values: Sequence[Value], said: set[str]) -> str:
    """The field that a superlative without "which" is sought over: who it is of, unless one is named; else when."""
    if table.what:
        return ""
    named = {value.field for value in values if value.value not in table.whole.values()}
    if not said & (set(_GRAINS) | _EVER):
        for field in table.description.series_fields:
            if field not in named and said & (over_words(table, field) - table.called):
                return field
        if not table.flows:
            meant = next((field for field in table.whole if field not in named), "")
            if meant:
                return meant
    return "period"


def over_words(table: Table, over: str) -> frozenset[str]:
    """The words for a field: its name and its title."""
    field = table.description.field_named(over)
    called = [over.replace("_", " "), field.title if field is not None else ""]
    return frozenset(stem for text in called for stem in stems_of(text))


def over_asked(table: Table, words: Sequence[Token]) -> str:
    """The field that "which …" asks for, or `period` for a year or a month."""
    for at, word in enumerate(words[:-1]):
        if fold(word.text) not in _ASKED:
            continue
        near = [one.stem for one in words[at + 1 : at + 3]]
        if set(near) & set(_GRAINS) or fold(word.text) == "when":
            return "period"
        for field in table.description.series_fields:
            if set(near) & over_words(table, field):
                return field
        if fold(word.text) in ("who", "whose") and table.whole:
            return next(iter(table.whole))
    return ""


def operation_of(
    words: Sequence[Token], timed: frozenset[int], times: Times, sides: Sequence[Sequence[Filter]], text: str
) -> tuple[Operation, set[int]]:
    """What to work out where nothing is ranked, and the words that say so."""
    free = [(at, word.stem) for at, word in enumerate(words) if at not in timed]
    said = {stem for _, stem in free}
    periods = times.periods
    two = len(periods) == 2 or any(period.ends is not None or period.relation == "since" for period in periods)
    pair = len(sides) > 1

    def those(chosen: frozenset[str]) -> set[int]:
        return {at for at, stem in free if stem in chosen}

    compared = those(CHANGE | PERCENT)
    if said & RATIO and (two or len(sides) == 2):
        return "ratio", those(CHANGE | RATIO | MORE)
    if (said & TOGETHER and (pair or len(periods) > 1)) or (len(periods) > 1 and _SUMMED.search(text)):
        return "total", those(TOGETHER)
    if (two or pair) and (said & APART or (said & MORE and "than" in said) or (two and _LESS.search(text))):
        return "difference", those(CHANGE | MORE | APART | DEARER | _BETWEEN)
    if (pair or len(periods) == 2) and said & (MORE | DEARER) and not _HOW_MUCH.search(text):
        return "difference", those(CHANGE | MORE | DEARER)
    if _TO_WHAT.search(text) and not two:
        return ("value" if periods else "latest"), compared
    percent = said & (PERCENT - {lemma("rate")})
    moved = said & RISING or (two and said & ({"up", "down"} | MORE))
    if moved and not two and not percent and "how many" in text.lower():
        return "difference", compared | those(MORE)
    how_much = _HOW_MUCH.search(text) or (two and moved)
    if (moved or (two and said & CHANGING)) and not percent and how_much and not _HOW_DID.search(text):
        return "growth", compared | those(MORE)
    if said & CHANGING or (two and said & CHANGE & {"compar", "comparison", "versus", "vs"}) or (two and percent):
        return "change", compared
    if times.before and (percent or moved or not periods or said & MORE):
        return "change", compared | those(MORE)
    if percent and said & {"up", "down"}:
        return "change", compared
    return ("value" if periods else "latest"), (those(CHANGE | _BETWEEN) if pair else set())
