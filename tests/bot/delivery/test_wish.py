"""A subscription in one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.schedule import Schedule
from bot.delivery.wish import BadWish, days_words, read_days, read_wish
from bot.tables.subscriptions import Wish
from retrieval.names import Name, Names

NAMES = Names([Name("nmdam", "Dam", "place", ("Dam",), zone="Asia/Tokyo")])
TOPICS = ("dam", "two-words")
BEFORE = Wish(Schedule(time(8), "UTC", frozenset({2})), ("two-words",), skip_quiet=True)


@pytest.mark.parametrize(
    ("line", "at", "zone", "days", "topics"),
    [
        ("08:30", "08:30", "UTC", {2}, ("two-words",)),
        ("8:05 New York", "08:05", "America/New_York", {2}, ("two-words",)),
        ("08:30 Asia/Yangon mon-fri dam", "08:30", "Asia/Yangon", {0, 1, 2, 3, 4}, ("dam",)),
        ("08:30 +06:30 wed", "08:30", "UTC+06:30", {2}, ("two-words",)),
        ("08:30 dam", "08:30", "UTC", {2}, ("dam",)),
        ("08:30 Dam", "08:30", "Asia/Tokyo", {2}, ("two-words",)),
        ("08:30 Dam dam", "08:30", "Asia/Tokyo", {2}, ("dam",)),
        ("08:30 TWO-WORDS, dam daily", "08:30", "UTC", set(range(7)), ("two-words", "dam")),
        ("23:59 all sat-mon utc", "23:59", "UTC", {5, 6, 0}, ()),
        ("08:30 mon,Thursday Buenos Aires", "08:30", "America/Argentina/Buenos_Aires", {0, 3}, ("two-words",)),
    ],
)
def test_reads(line: str, at: str, zone: str, days: Iterable[int], topics: tuple[str, ...]) -> None:
    wish = read_wish(line, BEFORE, TOPICS, NAMES)
    assert (f"{wish.schedule.at:%H:%M}", wish.schedule.zone, wish.schedule.weekdays, wish.topics, wish.skip_quiet) == (
        at, zone, frozenset(days), topics, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["", "24:00", "8", "noon", "08:30 Atlantis", "08:30 UTC Berlin", "08:30 mon-fri wed", "08:30 <b>"]
)
def test_refuses(line: str) -> None:
    with pytest.raises(BadWish):
        read_wish(line, BEFORE, TOPICS, NAMES)


@given(st.text(max_size=80))
def test_never_breaks(line: str) -> None:
    try:
        read_wish(line, BEFORE, TOPICS, NAMES)
    except BadWish as wrong:
        assert str(wrong)


@given(st.sets(st.integers(0, 6), min_size=1).map(frozenset))
def test_days_are_told_as_they_are_read(days: frozenset[int]) -> None:
    assert read_days(days_words(days).replace(", ", ",").replace("every day", "daily")) == days
