"""The dates, times of day and weekdays of a text. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.dates import mentions

_CLOCK = re.compile(
    r"\b(?P<h>[01]?\d|2[0-3])(?:[:.](?P<m>[0-5]\d))?\s*(?P<half>[ap])\.?m\b\.?|\b(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:(?P<day>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?P<noon>noon|midday|midnight))s?\b")
_ANY_DATE = re.compile(r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_NO_DAY = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?\s", re.IGNORECASE)
_RELATION = re.compile(
    r"\b(before|after|since|until|till|by|from|to|between|through)\s+(?:the\s+|late\s+|early\s+|mid-?\s*)*$",
    re.IGNORECASE,
)


class Moment(NamedTuple):
    """What is stated of a time, and nothing else: `clock` in minutes since midnight, `decade` of "the 1980s"."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    decade: bool = False
    clock: int | None = None
    weekday: str = ""
    relation: str = ""
    start: int = 0
    end: int = 0

    @property
    def bare_year(self) -> bool:
        return self.year is not None and self.month is None and not self.decade

    def holds(self, other: Moment) -> bool:
        """Whether `other` says nothing that this does not: the same time, no finer."""
        return (
            self.decade == other.decade
            and other.year in (None, self.year)
            and other.month in (None, self.month)
            and other.day in (None, self.day)
            and other.clock in (None, self.clock)
            and other.weekday in ("", self.weekday)
        )


def moments(text: str) -> list[Moment]:
    """The times that a text names, in order, not overlapping."""
    found: list[Moment] = []
    if _ANY_DATE.search(text):
        for mention in mentions(text):
            written = text[mention.start : mention.end]
            if mention.year is None and re.search(r"\b(?:may|march|mar|dec|sep|oct|jan|sun)\b", written):
                continue  # "12 may have died"
            if mention.year is None and mention.month is None:
                continue
            decade = mention.month is None and written.endswith("s")
            end = mention.end - (len(written) - len(written.rstrip(" ,")))
            day = mention.day
            if day is None and mention.month and (no_day := _NO_DAY.search(written)):
                day = int(no_day[1])  # "39 May" is no day, and not "May" either
            found.append(Moment(mention.year, mention.month, day, decade, start=mention.start, end=end))
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"] or match["h2"]), int(match["m"] or match["m2"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        found.append(Moment(clock=60 * hour + minute, start=match.start(), end=match.end()))
    for match in _NAMED.finditer(text):
        if match["day"]:
            found.append(Moment(weekday=match["day"].lower(), start=match.start(), end=match.end()))
        else:
            clock = 0 if match["noon"] == "midnight" else 720
            found.append(Moment(clock=clock, start=match.start(), end=match.end()))
    found.sort(key=lambda moment: (moment.start, -moment.end))
    kept: list[Moment] = []
    for moment in found:
        if kept and moment.start < kept[-1].end:
            continue
        before = _RELATION.search(text, max(0, moment.start - 24), moment.start)
        kept.append(moment._replace(relation=before[1].lower() if before else ""))
    return kept
