"""The rate limit of a person."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.limits import RateLimit


def test_the_wait_is_told_once_and_the_next_minute_is_free() -> None:
    limit = RateLimit(2)
    assert limit.admit("a", 0.0).granted
    assert limit.admit("a", 10.0).granted
    refused = limit.admit("a", 20.0)
    assert (refused.granted, refused.wait, refused.tell) == (False, 40, True)
    assert not limit.admit("a", 30.0).tell
    assert limit.admit("b", 30.0).granted
    assert limit.admit("a", 60.0).granted
    assert limit.admit("a", 61.0).tell


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_ever_holds_more(most: int, gaps: list[float]) -> None:
    limit, now, granted = RateLimit(most), 0.0, []
    for gap in gaps:
        now += gap
        if limit.admit("a", now).granted:
            granted.append(now)
    for start in granted:
        assert sum(start <= at < start + 60 for at in granted) <= most
