"""Periods of a table's rows: `2024`, `2025-05`, `2025-05-06`, or a span `first/last` of two of these. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

PERIOD_FORMS = "YYYY, YYYY-MM, YYYY-MM-DD, or two of these as first/last"

_PART = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_LENGTHS = {1: "year", 2: "month", 3: "day"}


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its first part and, of a span, its last, each as (year,), (year, month) or (year, month, day)."""

    first: tuple[int, ...]
    last: tuple[int, ...] | None = None

    @property
    def type(self) -> str:
        """`day`, `month`, `year`; of a span `year-to-date` where it starts with January, else `range`."""
        if self.last is None:
            return _LENGTHS[len(self.first)]
        from_january = self.first[1:] in {(1,), (1, 1)} and self.first[0] == self.last[0]
        return "year-to-date" if from_january else "range"

    @property
    def words(self) -> str:
        """`May 2025`, `January to May 2025`, `2024`, `6 May 2025`."""
        if self.last is None:
            return _in_words(self.first)
        if len(self.first) != len(self.last) or self.first[0] != self.last[0] or len(self.first) == 1:
            return f"{_in_words(self.first)} to {_in_words(self.last)}"
        if len(self.first) == 3 and self.first[1] == self.last[1]:
            return f"{self.first[2]} to {_in_words(self.last)}"
        return f"{_in_words(self.first).rsplit(' ', 1)[0]} to {_in_words(self.last)}"

    @property
    def when(self) -> str:
        """The words as they stand in a sentence: `in May 2025`, `on 6 May 2025`, `from January to May 2025`."""
        if self.last is not None:
            return f"from {self.words}"
        return f"{'on' if len(self.first) == 3 else 'in'} {self.words}"


def parse_period(text: str) -> Period | None:
    """The period that `text` writes, or null where it is none of the forms or no date of the calendar."""
    first, slash, last = text.partition("/")
    start = _part(first)
    if start is None or not slash:
        return None if start is None else Period(start)
    end = _part(last)
    if end is None or len(end) != len(start) or end < start:
        return None
    return Period(start, end)


def _part(text: str) -> tuple[int, ...] | None:
    match = _PART.fullmatch(text)
    if match is None:
        return None
    numbers = tuple(int(number) for number in match.groups() if number is not None)
    try:
        date(*(*numbers, 1, 1)[:3])
    except ValueError:
        return None
    return numbers if numbers[0] >= 1000 else None


def _in_words(part: tuple[int, ...]) -> str:
    year, *rest = part
    if not rest:
        return str(year)
    month = MONTHS[rest[0] - 1]
    return f"{month} {year}" if len(rest) == 1 else f"{rest[1]} {month} {year}"
