"""Times in sources, texts and questions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import asked, end_of, mentions, stated

TODAY = date(2031, 4, 20)


@pytest.mark.parametrize("wrong", ["2031-13", "2031-02-30", "31-01-01", "2031/01", "", "soon", "2031-1"])
def test_wrong_dates_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        stated(wrong)


def test_a_date_is_over_at_its_end() -> None:
    assert end_of("2031") == datetime(2032, 1, 1, tzinfo=UTC)
    assert end_of("2031-02") == datetime(2031, 3, 1, tzinfo=UTC)
    assert end_of("2031-02-28") == datetime(2031, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on 4 March 2031", [(2031, 3, 4)]),
        ("March 4, 2031", [(2031, 3, 4)]),
        ("in May 2025 and June", [(2025, 5, None), (None, 6, None)]),
        ("in April and May 2025", [(2025, 4, None), (2025, 5, None)]),
        ("2031-03-04", [(2031, 3, 4)]),
        ("since 2019", [(2019, None, None)]),
        ("you may go", []),
        ("it rose by 2000% to 15,000", []),
    ],
)
def test_mentions(text: str, found: list[tuple[int | None, int | None, int | None]]) -> None:
    assert [(one.year, one.month, one.day) for one in mentions(text)] == found


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("what happened in March?", date(2031, 3, 1), date(2031, 3, 31)),
        ("what happened in October?", date(2030, 10, 1), date(2030, 10, 31)),
        ("since October 2030?", date(2030, 10, 1), TODAY),
        ("until 2 March 2031", date(1900, 1, 1), date(2031, 3, 2)),
        ("last week's level", date(2031, 4, 13), TODAY),
        ("in the last 3 days", date(2031, 4, 17), TODAY),
    ],
)
def test_times_asked_for(question: str, first: date, last: date) -> None:
    (span,) = asked(question, TODAY).spans
    assert (span.first, span.last) == (first, last)


def test_latest() -> None:
    assert asked("what is the latest level?", TODAY).latest
    assert not asked("how high is the dam?", TODAY).latest


@given(st.text(max_size=200))
def test_nothing_a_person_types_is_a_fault(text: str) -> None:
    asked(text, TODAY)
