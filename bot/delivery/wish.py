"""A wish as people write it in one line: `08:30 +06:30 mon-fri one-topic`. Pure.

The time comes first; zone, days and topics may follow in any order. What is not written stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import time

from bot.delivery.schedule import EVERY_DAY
from bot.tables.subscriptions import Wish
from bot.zones import UnknownZone, find_zone
from retrieval.names import Names

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_GROUPS = {
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "workdays": frozenset(range(5)),
    "weekends": frozenset((5, 6)),
}
_EVERY_TOPIC = "all"
_LONGEST_CITY = 5  # words


class BadWish(ValueError):
    """What cannot be understood, as one plain sentence for whoever wrote it."""


def read_wish(text: str, before: Wish, topics: Collection[str], names: Names) -> Wish:
    """The wish that a line asks for. Raises BadWish; nothing is guessed."""
    words = text.replace(" ,", ",").replace(", ", ",").split()
    if not words:
        raise BadWish("Say when the digest should come.")
    at = read_time(words[0])
    zone: str | None = None
    days: frozenset[int] | None = None
    chosen: list[str] | None = None
    rest = words[1:]
    while rest:
        word = rest[0]
        found_topics = _topics(word, topics, names)
        found_days = read_days(word)
        if found_topics is not None and chosen is None:
            chosen, rest = found_topics, rest[1:]
        elif found_topics is not None and chosen is not None and found_topics and not _is_zone(word, names):
            chosen, rest = [*chosen, *found_topics], rest[1:]
        elif found_days is not None and days is None:
            days, rest = found_days, rest[1:]
        elif zone is None:
            zone, taken = _zone(rest, names, topics)
            rest = rest[taken:]
        else:
            raise BadWish(_not_understood(word, topics))
    schedule = replace(
        before.schedule,
        at=at,
        zone=zone or before.schedule.zone,
        weekdays=before.schedule.weekdays if days is None else days,
    )
    return replace(before, schedule=schedule, topics=before.topics if chosen is None else tuple(dict.fromkeys(chosen)))


def read_time(word: str) -> time:
    """A time of day from 00:00 to 23:59. Raises BadWish."""
    match = _TIME.fullmatch(word)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise BadWish(f"“{word[:40]}” is not a time of day between 00:00 and 23:59.")
    return time(int(match[1]), int(match[2]))


def read_days(word: str) -> frozenset[int] | None:
    """`wed`, `mon-fri`, `mon,thu`, `sat-mon`, `daily`; null where it names no days."""
    folded = word.casefold()
    if folded in _DAY_GROUPS:
        return _DAY_GROUPS[folded]
    days: set[int] = set()
    for part in folded.split(","):
        first, dash, last = part.replace("–", "-").partition("-")
        start, end = _day(first), _day(last) if dash else _day(first)
        if start is None or end is None:
            return None
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def days_words(weekdays: frozenset[int]) -> str:
    """`every day`, `Mon–Fri`, `Mon, Wed`."""
    if weekdays == EVERY_DAY:
        return "every day"
    ordered = sorted(weekdays)
    titles = [DAY_NAMES[day].title() for day in ordered]
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{titles[0]}–{titles[-1]}"
    return ", ".join(titles)


def _day(word: str) -> int | None:
    for names in (DAY_NAMES, _LONG_DAYS):
        if word in names:
            return names.index(word)
    return {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}.get(word)


def _topics(word: str, topics: Collection[str], names: Names) -> list[str] | None:
    """The topics that a word names, empty for all. What is a city too is a topic only as the topic is written."""
    if word.casefold() == _EVERY_TOPIC:
        return []
    parts = [part for part in word.split(",") if part]
    if len(parts) > 1 or not _is_zone(word, names):
        parts = [part.casefold() for part in parts]
    return parts if parts and all(part in topics for part in parts) else None


def _is_zone(word: str, names: Names) -> bool:
    try:
        find_zone(word, names)
    except UnknownZone:
        return False
    return True


def _zone(words: Sequence[str], names: Names, topics: Collection[str]) -> tuple[str, int]:
    """The zone that the most of the next words name, and how many of them. Raises BadWish."""
    near: tuple[str, ...] = ()
    for taken in range(min(_LONGEST_CITY, len(words)), 0, -1):
        try:
            return find_zone(" ".join(words[:taken]), names), taken
        except UnknownZone as refused:
            near = near or refused.near
    raise BadWish(_not_understood(words[0], topics, near))


def _not_understood(word: str, topics: Collection[str], near: Sequence[str] = ()) -> str:
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    known = f" The topics are {', '.join(sorted(topics))}." if topics else ""
    return f"“{word[:40]}” is not a time zone, a city, weekdays or a topic.{hint}{known}"
