"""Dates as the contract writes them, and the times that a text or a question names. Pure.

A span is two dates, both included.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_STATED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_IN_TEXT = re.compile(
    rf"""\b(?:
      (?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)(?:-(?P<d1>\d\d))?
    | (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\b\.?,?(?:\s+(?P<y2>(?:19|20)\d\d))?
    | (?P<m3>{_MONTH})\b\.?(?:\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?,?(?:\s+(?:of\s+)?(?P<y3>(?:19|20)\d\d))?
    | (?P<y4>(?:19|20)\d\d)(?:s\b)?
    )(?![\d%])""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From the first day to the last, both included; `grain` is how finely it was stated."""

    first: date
    last: date
    grain: str = "day"

    def meets(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last


def stated(value: str) -> Span:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` as a span. Raises ValueError where it is none of them."""
    match = _STATED.match(value)
    if not match:
        raise ValueError(f"{value!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    return _span(int(year), int(month) if month else None, int(day) if day else None)


def end_of(value: str) -> datetime:
    """The moment at which a stated date is over, in UTC."""
    return datetime.combine(stated(value).last + timedelta(days=1), datetime.min.time(), UTC)


def _span(year: int, month: int | None = None, day: int | None = None) -> Span:
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31), "year")
    if day is None:
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")
    return Span(date(year, month, day), date(year, month, day), "day")


@dataclass(frozen=True, slots=True)
class Mention:
    """A time named in a text: year, month and day where stated, and its place in the text."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int

    def span(self, year: int | None = None) -> Span | None:
        """As a span; `year` stands in where none is stated."""
        chosen = self.year or year
        if chosen is None:
            return None
        try:
            return _span(chosen, self.month, self.day)
        except ValueError:
            return None


def mentions(text: str) -> list[Mention]:
    """The times that a text names, in order. "May" counts as a month only where it is written as one."""
    found: list[Mention] = []
    for match in _IN_TEXT.finditer(text):
        part = match.groupdict()
        year = next((part[key] for key in ("y1", "y2", "y3", "y4") if part[key]), None)
        month = part["m1"] or part["m2"] or part["m3"]
        day = part["d1"] or part["d2"] or part["d3"]
        if month and month.lower() in ("may", "mar", "march") and not (year or day):
            before = text[: match.start()].rstrip().lower()
            timed = before.endswith(
                (" in", " of", " since", " by", " until", " during", " to", " from", " last", " early", " late")
            )
            if not timed and not (month[0].isupper() and match.start() > 0 and month.lower() != "may"):
                continue
        number = _MONTHS[month.lower()] if month and month.lower() in _MONTHS else int(month) if month else None
        if number is not None and not 1 <= number <= 12:
            continue
        if day and not 1 <= int(day) <= 31:
            day = None
        found.append(
            Mention(int(year) if year else None, number, int(day) if day else None, match.start(), match.end())
        )
    # "in June and July 2025": the year is said once, for both.
    for index in range(len(found) - 2, -1, -1):
        here, after = found[index], found[index + 1]
        if here.year is None and after.year is not None and after.start - here.end <= 9:
            found[index] = Mention(after.year, here.month, here.day, here.start, here.end)
    return found


_SINCE = re.compile(r"\b(?:since|after|from)\s*$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|before|by|up to)\s*$", re.IGNORECASE)
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|recently|right now|currently|now|today|so far|last week|this week|news)\b",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(?:last|past)\s+(?:(\d+)\s+)?(day|week|month|year)s?\b|\bthis\s+(week|month|year)\b", re.IGNORECASE
)
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question says of time: the spans that it names, whether one is open, and whether it asks for the newest."""

    spans: tuple[Span, ...]
    latest: bool


def asked(question: str, today: date) -> Asked:
    """Reads the times of a question; a month without a year is its last one that has begun by `today`."""
    spans: list[Span] = []
    for mention in mentions(question):
        year = mention.year
        if year is None and mention.month is not None:
            year = today.year if mention.month <= today.month else today.year - 1
        span = mention.span(year)
        if span is None:
            continue
        before = question[: mention.start]
        if _SINCE.search(before):
            span = Span(span.first, max(today, span.first), "since")
        elif _UNTIL.search(before):
            span = Span(date(1900, 1, 1), span.last, "until")
        spans.append(span)
    for match in _AGO.finditer(question):
        count, unit, current = match.groups()
        days = _DAYS[(unit or current).lower()] * int(count or 1)
        spans.append(Span(today - timedelta(days=min(days, 36_500)), today, "ago"))
    return Asked(tuple(spans), bool(_LATEST.search(question)))
