"""Dates in the short forms that people type: 05/2019, 18.12.2025, 18 Nov '25, "may 25", Q1'26, FY2025, 2023-24. Pure."""

from __future__ import annotations

import calendar
import re
from datetime import date

from retrieval.dates import Mention

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_SHORT = re.compile(
    rf"""(?<![\w.,$€£/-])(?:
      (?P<d1>\d{{1,2}})(?P<by>[/.-])(?P<m1>\d{{1,2}})(?P=by)(?P<y1>(?:19|20)\d\d)
    | (?P<y2>(?:19|20)\d\d)(?P<by2>[/.])(?P<m2>\d{{1,2}})(?:(?P=by2)(?P<d2>\d{{1,2}}))?
    | (?P<m3>\d{{1,2}})[/.-](?P<y3>(?:19|20)\d\d)
    | (?:(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[ -]?)?(?P<m4>{_MONTH})\.?[ /-]?(?P<mark>['’])?(?P<y4>\d\d)
    | (?P<m5>{_MONTH})[.]?[-/](?P<y5>(?:19|20)\d\d)
    | (?P<from>(?:19|20)\d\d)[-–/](?P<to>\d\d)
    | (?:FY|CY)(?P<y7>(?:19|20)\d\d)
    | (?P<part>Q[1-4]|H[12]|[1-4]Q|[12]H|\d\d?M)[ /-]?['’]?(?P<y6>\d\d)
    )(?![\w%/]|[.,-]\d)""",
    re.IGNORECASE | re.VERBOSE,
)
# "18" in "between 18 and 25 December 2025".
_FIRST_DAY = re.compile(
    rf"""(?<![\w.,$€£/-])(\d{{1,2}})(?:st|nd|rd|th)?
    (?=\s?(?:and|to|or|until|till|[-–])\s?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?,?\s+((?:19|20)\d\d)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ON = re.compile(r"\bon(?: the)? $", re.IGNORECASE)
_CENTURY = 2000


def short_mentions(text: str, today: date) -> tuple[list[Mention], str]:
    """The dates written short, and the text with blanks in their places.

    "may 25" is May 2025 where no year is written out, no "on" makes it a day, and that year has begun.
    """
    found: list[Mention] = []
    yearless = not _YEAR.search(text)

    def blank(match: re.Match[str]) -> str:
        mentions = _read(match, text, today, yearless)
        found.extend(mentions)
        if not mentions:
            return match[0]
        kept = mentions[0].start - match.start()
        return match[0][:kept] + " " * (len(match[0]) - kept)

    for match in _FIRST_DAY.finditer(text):
        found += _mention(int(match[3]), _MONTHS[match[2][:3].lower()], int(match[1]), match.start(), match.end())
    return found, _SHORT.sub(blank, text)


def _read(match: re.Match[str], text: str, today: date, yearless: bool) -> list[Mention]:
    start, end = match.span()
    if match["from"]:
        first, last = int(match["from"]), int(match["from"][:2] + match["to"])
        if last <= first or int(match["to"]) <= 12:
            return []
        return [Mention(first, None, None, start, start + 4), Mention(last, None, None, start + 5, end)]
    if match["part"]:
        return [Mention(_CENTURY + int(match["y6"]), None, None, match.start("y6"), end)]
    if match["y7"]:
        return [Mention(int(match["y7"]), None, None, start, end)]
    if match["m4"]:
        year = _CENTURY + int(match["y4"])
        sure = match["mark"] or match["d4"]
        if not sure and (not yearless or _ON.search(text[:start]) or int(match["y4"]) < 10 or year > today.year):
            return []
        return _mention(year, _MONTHS[match["m4"][:3].lower()], int(match["d4"]) if match["d4"] else None, start, end)
    if match["m5"]:
        return _mention(int(match["y5"]), _MONTHS[match["m5"][:3].lower()], None, start, end)
    if match["y1"]:
        day, month = int(match["d1"]), int(match["m1"])
        if month > 12:
            day, month = month, day
        return _mention(int(match["y1"]), month, day, start, end)
    if match["y2"]:
        return _mention(int(match["y2"]), int(match["m2"]), int(match["d2"]) if match["d2"] else None, start, end)
    return _mention(int(match["y3"]), int(match["m3"]), None, start, end)


def _mention(year: int, month: int, day: int | None, start: int, end: int) -> list[Mention]:
    mention = Mention(year, month, day, start, end)
    valid = 1 <= month <= 12 and (day is None or 1 <= day <= 31) and mention.span() is not None
    return [mention] if valid else []
