"""The periods that a question asks for, where in it they are named, and how a row's period meets one. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from retrieval.dates import Mention, Span, mentions, stated
from retrieval.figures.short_dates import short_mentions
from retrieval.readers.period import parse_period

Part = Literal["", "early", "middle", "late"]
Relation = Literal["in", "since", "until"]
Before = Literal["", "year", "month"]

_PARTS: dict[str, Part] = {
    "early": "early", "start": "early", "beginning": "early", "opening": "early",
    "mid": "middle", "middle": "middle", "late": "late", "end": "late", "close": "late",
}  # fmt: skip
_COUNTS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
}  # fmt: skip
_PART = re.compile(rf"(?:\bthe )?\b({'|'.join(_PARTS)})[\s-]+(?:of )?(?:the )?(?:year |month )?$", re.IGNORECASE)
_OF = r"(?:,? of| in|,|/|-)? ?['’]?"
_SINGLE = re.compile(r"(?:the )?\b(first|opening|last|final|closing) month(?: of| in)?(?: the year)? $", re.IGNORECASE)
_COUNTED = r"(?:the )?\b(?:(first|opening|last) (\w+)[ -](month|quarter)s?|(\d\d?)M)"
_HALVED = r"(?:the )?\b(?:(first|1st|second|2nd)[ -]half|H([12])|([12])H)"
_QUARTERED = r"(?:the )?\b(?:(first|1st|second|2nd|third|3rd|fourth|4th|last)[ -]quarter|Q([1-4])|([1-4])Q)"
_FIRST = re.compile(_COUNTED + _OF + "$", re.IGNORECASE)
_HALF = re.compile(_HALVED + _OF + "$", re.IGNORECASE)
_QUARTER = re.compile(_QUARTERED + _OF + "$", re.IGNORECASE)
# The same behind the year: "2025 H1", "2025, first nine months".
_FIRST_AFTER = re.compile(r"(?:['’]s)?,?[ /-]?" + _COUNTED + r"\b", re.IGNORECASE)
_HALF_AFTER = re.compile(r"(?:['’]s)?,?[ /-]?" + _HALVED + r"\b", re.IGNORECASE)
_QUARTER_AFTER = re.compile(r"(?:['’]s)?,?[ /-]?" + _QUARTERED + r"\b", re.IGNORECASE)
_TO_DATE = re.compile(
    r"(?:\bthe )?\b(?:ytd|year[ -]to[ -]date|cumulative(?:ly)?)\b,?"
    r"(?: (?:to|through|until|till|as of|by|for|in|at))?(?: the)?(?: end(?: of)?)? $",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:\bthe )?\b(?:(?:first )?(\w+)[ -]months?|(year)) (?:to|through|until|ending(?: in)?|ended(?: in)?) $",
    re.IGNORECASE,
)
_TO_DATE_AFTER = re.compile(r"[, (]+(?:ytd|year[ -]to[ -]date|cumulative(?:ly)?)\b\)?", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:\bin )?(?:\b(?:all|whole|full|entire|calendar)\b,? ?(?:of )?(?:the )?(?:year )?|\b(?:year|yr|FY|CY) ?)$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\bsince $", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:by|until|till|through|up to)(?: the)?(?: end(?: of)?)? $", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:-|–|—|/|\b(?:up )?to\b|\bthrough\b|\b(?:up )?until\b|\btill\b|->|→|>)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+$", re.IGNORECASE)
_MONTH_MAY = re.compile(
    r"\b(?:between|and|or|vs|versus|with|than|for|last|on|against|over|plus)\b(?=\s+may\b(?!\s+\d))", re.IGNORECASE
)
_OPENING = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:(last|this|previous) (year|month)(?! (?:of|in)\b)|(yesterday|today)|(\w+) (years?|months?) ago)\b",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|recent(?:ly)?|current(?:ly)?|right now|now|so far|at present|these days)\b",
    re.IGNORECASE,
)
_EACH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_EARLIER = "before|earlier|ago|prior|previously"
# What a change is asked against: "m/m", "year on year", "against the month before".
_BEFORE = {
    unit: re.compile(
        rf"(?<!\w)(?:{first}/{first}|{first}-?o-?{first}|{unit}[ -](?:on|over|to)[ -]{unit}|on[ -]{unit}"
        rf"|(?:(?:compared )?(?:on|over|from|against|than|with|vs\.?|versus|to) )?"
        rf"(?:(?:a|one|the|its) (?:previous |prior |preceding )?{unit}(?: (?:{_EARLIER}))|the (?:previous|prior|preceding) {unit})"
        rf"|(?:on|over|against) (?:a|the) {unit}"
        rf"|{unit}ly(?= (?:change|growth|rise|increase|fall|drop|decline|decrease|%|percent)))(?!\w)",
        re.IGNORECASE,
    )
    for unit, first in (("year", "y"), ("month", "m"))
}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included; `part` of it where the question is finer ("early May 2025").

    `start:end` is where the question names it; `ends` are the two periods that a span is stated with.
    """

    first: date
    last: date
    relation: Relation = "in"
    part: Part = ""
    start: int = 0
    end: int = 0
    ends: tuple[Period, Period] | None = None

    @property
    def words(self) -> str:
        """`2024`, `May 2025`, `6 May 2025`, `January to May 2025`."""
        return period_words(self.first, self.last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Times:
    """The periods in order, whether the newest is asked for, and the stretches of the question that say so.

    `before`: what a change is asked against, the year or the month before.
    """

    periods: tuple[Period, ...]
    latest: bool
    told: tuple[tuple[int, int], ...]
    before: Before = ""


def read_times(text: str, today: date) -> Times:
    """Reads what a question says of time. A month without a year is its last one that has begun by `today`."""
    found: list[Period] = []
    named = [mention for mention in _mentions(text, today) if _wellformed(text, mention)]
    index = 0
    while index < len(named):
        here = _period(text, named[index], today)
        after = _period(text, named[index + 1], today) if index + 1 < len(named) else None
        if (
            here is not None
            and after is not None
            and _joined(text, here, named[index + 1].start)
            and here.first <= after.first
        ):
            index += 1
            ends = (replace(here, relation="in"), replace(after, relation="in"))
            opening = _OPENING.search(text[: here.start])
            start = opening.start() if opening else here.start
            here = replace(here, last=after.last, start=start, end=after.end, ends=ends, relation="in")
        if here is not None:
            found.append(here)
        index += 1
    found.extend(_relative(text, today))
    latest = [(match.start(), match.end()) for match in _LATEST.finditer(text)]
    against = {unit: [match.span() for match in form.finditer(text)] for unit, form in _BEFORE.items()}
    told = [*((period.start, period.end) for period in found), *latest, *against["year"], *against["month"]]
    before: Before = "month" if against["month"] else "year" if against["year"] else ""
    return Times(tuple(found), bool(latest), tuple(sorted(told)), before)


@lru_cache(maxsize=16_384)
def row_span(period: str) -> Span | None:
    """The days of a row's period, with its grain (`span` for a stretch); null where it is none."""
    try:
        first, _, last = period.partition("/")
        start = stated(first)
        return Span(start.first, stated(last).last, "span") if last else start
    except ValueError:
        return None


def meets(asked: Period, period: str, fields: Mapping[str, str], *, flows: bool) -> int:
    """How well a row's period answers for the asked one: 3 the same, 2 within, 1 wider by its own note, 0 not at all.

    What `flows` (tonnes in a month) is counted over its whole period, so that only the same period answers; a state or
    a price holds on any day of the period that is asked for.
    """
    row = row_span(period)
    if row is None:
        return 0
    within = asked.first <= row.first and row.last <= asked.last
    if asked.part:
        first, last = part_of(asked.first, asked.last, asked.part)
        if not flows and first <= row.first and row.last <= last:
            return 3
        return 3 if within and _noted(fields, asked.part) else 0
    if (row.first, row.last) == (asked.first, asked.last):
        return 3
    if within:
        return 0 if flows else 2
    if asked.days == 1 and row.first <= asked.first <= row.last and row.grain == "month":
        return 1 if _near(fields, asked.first.day) else 0
    return 0


def part_of(first: date, last: date, part: Part) -> tuple[date, date]:
    """The first, middle or last third of a stretch of days."""
    third = ((last - first).days + 1) / 3
    at = {"early": 0, "middle": 1, "late": 2, "": 0}[part]
    days = (timedelta(days=round(third * at)), timedelta(days=round(third * (at + 1)) - 1))
    return first + days[0], min(first + days[1], last)


def period_words(first: date, last: date) -> str:
    """A stretch of days as a sentence names it."""
    whole_month = first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
    if first == last:
        code = first.isoformat()
    elif whole_month and first.month == 1 and last.month == 12:
        code = str(first.year) if first.year == last.year else f"{first.year}/{last.year}"
    elif whole_month:
        code = (
            f"{first:%Y-%m}" if (first.year, first.month) == (last.year, last.month) else f"{first:%Y-%m}/{last:%Y-%m}"
        )
    else:
        code = f"{first.isoformat()}/{last.isoformat()}"
    parsed = parse_period(code)
    return parsed.words if parsed is not None else code


def _mentions(text: str, today: date) -> list[Mention]:
    """The times that a text names, those in short forms included, in order; a year said once is for both of two."""
    short, rest = short_mentions(text, today)
    found = sorted([*short, *mentions(_MONTH_MAY.sub(_in, rest))], key=lambda mention: mention.start)
    for index in range(len(found) - 2, -1, -1):
        here, after = found[index], found[index + 1]
        if here.year is None and after.year is not None and after.start - here.end <= 9:
            found[index] = replace(here, year=after.year)
    for index in range(1, len(found)):
        here, after = found[index - 1], found[index]
        if here.year is not None and after.year is None and after.month is not None:
            # "August 2021 against July", "between May 2025 and July"; "January 2025 against December" is the year before.
            joint = _JOINT.fullmatch(text[here.end : after.start]) or text[here.end : after.start].strip() == "and"
            earlier = here.month is not None and after.month > here.month and not joint
            found[index] = replace(after, year=here.year - earlier)
    return found


def _in(match: re.Match[str]) -> str:
    """ "between May" as "     in May": only some words before it make "May" a month."""
    return "in".rjust(len(match[0]))


def _wellformed(text: str, mention: Mention) -> bool:
    # "the 2,000" and "20%" are no years; "3-2025" and "v2025" are none either.
    before = text[mention.start - 1] if mention.start else " "
    return before not in "$€£,.#"


def _period(text: str, mention: Mention, today: date) -> Period | None:
    year = mention.year
    if year is None:
        if mention.month is None:
            return None
        late = (mention.month, mention.day or 1) > (today.month, today.day if mention.day else 31)
        year = today.year - 1 if late else today.year
    span = mention.span(year)
    if span is None:
        return None
    period = Period(span.first, span.last, start=mention.start, end=mention.end)
    return _related(text, _widened(text, period, span.grain))


def _widened(text: str, period: Period, grain: str) -> Period:
    """With the words right before it that choose a part of it: "first five months of", "early", "all of"."""
    before, after = text[: period.start], text[period.end :]
    if grain == "year":
        for ahead, behind, months in (
            (_FIRST, _FIRST_AFTER, _counted),
            (_HALF, _HALF_AFTER, _halved),
            (_QUARTER, _QUARTER_AFTER, _quartered),
        ):
            if (match := ahead.search(before)) and (chosen := months(match)):
                return _months(period, *chosen, match.start(), period.end)
            if (match := behind.match(after)) and (chosen := months(match)):
                return _months(period, *chosen, period.start, period.end + match.end())
        if match := _SINGLE.search(before):
            month = 1 if match[1].lower() in ("first", "opening") else 12
            return _months(period, month, month, match.start(), period.end)
        if match := _WHOLE.search(before):
            return replace(period, start=match.start())
    if grain == "month":
        if match := _TO_DATE.search(before):
            return replace(period, first=date(period.first.year, 1, 1), start=match.start())
        if match := _TO_DATE_AFTER.match(after):
            return replace(period, first=date(period.first.year, 1, 1), end=period.end + match.end())
        if (match := _ENDING.search(before)) and 1 <= (count := _count(match[1] or "twelve")) <= 12:
            year, month = divmod(period.first.year * 12 + period.first.month - count, 12)
            return replace(period, first=date(year, month + 1, 1), start=match.start())
    if grain in ("year", "month") and (match := _PART.search(before)):
        return replace(period, part=_PARTS[match[1].lower()], start=match.start())
    return period


def _counted(match: re.Match[str]) -> tuple[int, int] | None:
    count = _count(match[4] or match[2]) * (3 if (match[3] or "").lower() == "quarter" else 1)
    if not 1 <= count <= 12:
        return None
    return (13 - count, 12) if (match[1] or "").lower() == "last" else (1, count)


def _count(said: str) -> int:
    return _COUNTS.get(said.lower()) or (int(said) if said.isdecimal() else 0)


def _halved(match: re.Match[str]) -> tuple[int, int]:
    number = _EACH[match[1].lower()] if match[1] else int(match[2] or match[3])
    return 6 * number - 5, 6 * number


def _quartered(match: re.Match[str]) -> tuple[int, int]:
    number = _EACH[match[1].lower()] if match[1] else int(match[2] or match[3])
    return 3 * number - 2, 3 * number


def _months(period: Period, first: int, last: int, start: int, stop: int) -> Period:
    year = period.first.year
    end = date(year, last, calendar.monthrange(year, last)[1])
    return replace(period, first=date(year, first, 1), last=end, start=start, end=stop)


def _related(text: str, period: Period) -> Period:
    before = text[: period.start]
    if match := _SINCE.search(before):
        return replace(period, relation="since", start=match.start())
    if match := _UNTIL.search(before):
        part: Part = "" if period.part == "late" else period.part  # "up to the end of May" is up to all of it
        return replace(period, relation="until", part=part, start=match.start())
    return period


def _joined(text: str, here: Period, after: int) -> bool:
    between = text[here.end : after]
    if _JOINT.fullmatch(between):
        return True
    return between.strip().lower() == "and" and bool(_BETWEEN.search(text[: here.start]))


def _relative(text: str, today: date) -> list[Period]:
    found: list[Period] = []
    for match in _RELATIVE.finditer(text):
        which, unit, day, count, ago = match.groups()
        if day:
            at = today - timedelta(days=1) if day.lower() == "yesterday" else today
            found.append(Period(at, at, start=match.start(), end=match.end()))
            continue
        if ago:
            back = _COUNTS.get(
                count.lower(), int(count) if count.isdecimal() else 1 if count.lower() in ("a", "one") else 0
            )
            unit = ago.lower().rstrip("s")
        else:
            back, unit = (0 if which.lower() == "this" else 1), unit.lower()
        if (ago and not back) or back > 600:
            continue
        if unit == "year":
            year = max(today.year - back, 1)
            span = (date(year, 1, 1), date(year, 12, 31))
        else:
            year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
            span = (date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
        period = Period(*span, start=match.start(), end=match.end())
        found.append(_related(text, _widened(text, period, unit)))
    return found


def _noted(fields: Mapping[str, str], part: Part) -> bool:
    """Whether the row itself says that it holds for this part of its period."""
    return any(
        _PARTS.get(word) == part for name, note in fields.items() if "note" in name for word in note.lower().split()
    )


def _near(fields: Mapping[str, str], day: int) -> bool:
    """Whether the row's note places it about that day of its month: "in the week of the 23rd", "early in the month"."""
    notes = [note.lower() for name, note in fields.items() if "note" in name and note]
    numbers = {int(number) for note in notes for number in re.findall(r"\d+", note)}
    if numbers:
        return day in numbers
    parts = {_PARTS[word] for note in notes for word in note.split() if word in _PARTS}
    return bool(parts & {"early" if day <= 10 else "late" if day > 20 else "middle"})
