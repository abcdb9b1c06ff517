"""How questions name periods, and which rows' periods answer them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.figures.periods import Period, meets, part_of, period_words, read_times

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("in May 2025", [("2025-05-01", "2025-05-31")]),
        ("in the first five months of 2025", [("2025-01-01", "2025-05-31")]),
        ("first 9 months of 2024", [("2024-01-01", "2024-09-30")]),
        ("Jan-Feb 2026", [("2026-01-01", "2026-02-28")]),
        ("from January to August 2025", [("2025-01-01", "2025-08-31")]),
        ("between 2022 and 2024", [("2022-01-01", "2024-12-31")]),
        ("between May and June 2025", [("2025-05-01", "2025-06-30")]),
        ("2018-2023", [("2018-01-01", "2023-12-31")]),
        ("in April and May 2025", [("2025-04-01", "2025-04-30"), ("2025-05-01", "2025-05-31")]),
        ("Q2 2025", [("2025-04-01", "2025-06-30")]),
        ("the second half of 2024", [("2024-07-01", "2024-12-31")]),
        ("for the full year 2025", [("2025-01-01", "2025-12-31")]),
        ("last year", [("2025-01-01", "2025-12-31")]),
        ("last month", [("2026-06-01", "2026-06-30")]),
        ("three years ago", [("2023-01-01", "2023-12-31")]),
        ("on 31 Dec 2025", [("2025-12-31", "2025-12-31")]),
        ("in September", [("2025-09-01", "2025-09-30")]),
        ("05/2019", [("2019-05-01", "2019-05-31")]),
        ("2019/5", [("2019-05-01", "2019-05-31")]),
        ("18.12.2025", [("2025-12-18", "2025-12-18")]),
        ("12/18/2025", [("2025-12-18", "2025-12-18")]),
        ("18 Nov '25", [("2025-11-18", "2025-11-18")]),
        ("may 25", [("2025-05-01", "2025-05-31")]),
        ("on May 25", [("2026-05-25", "2026-05-25")]),
        ("Dec-25", [("2025-12-01", "2025-12-31")]),
        ("back in FY2013", [("2013-01-01", "2013-12-31")]),
        ("yr 2020", [("2020-01-01", "2020-12-31")]),
        ("2023-24", [("2023-01-01", "2024-12-31")]),
        ("2025 H1", [("2025-01-01", "2025-06-30")]),
        ("Q1'26", [("2026-01-01", "2026-03-31")]),
        ("9M 2024", [("2024-01-01", "2024-09-30")]),
        ("the last month of 2025", [("2025-12-01", "2025-12-31")]),
        ("May 2025 year to date", [("2025-01-01", "2025-05-31")]),
        ("January through April 2025", [("2025-01-01", "2025-04-30")]),
        ("nine months to September 2024", [("2024-01-01", "2024-09-30")]),
        ("August 2021 against July", [("2021-08-01", "2021-08-31"), ("2021-07-01", "2021-07-31")]),
        ("January 2025 against December", [("2025-01-01", "2025-01-31"), ("2024-12-01", "2024-12-31")]),
        ("between May 2025 and July", [("2025-05-01", "2025-07-31")]),
        ("price 7.25 and 6/5", []),
        ("how many", []),
    ],
)
def test_read(text: str, spans: list[tuple[str, str]]) -> None:
    read = read_times(text, TODAY).periods
    assert [(p.first.isoformat(), p.last.isoformat()) for p in read] == spans


@pytest.mark.parametrize(
    ("text", "relation", "part"),
    [
        ("since 2020", "since", ""),
        ("by 2025", "until", ""),
        ("early May 2025", "in", "early"),
        ("late 2025", "in", "late"),
    ],
)
def test_read_relation_and_part(text: str, relation: str, part: str) -> None:
    (period,) = read_times(text, TODAY).periods
    assert (period.relation, period.part) == (relation, part)
    assert text[period.start : period.end] == text


def test_meets() -> None:
    may = Period(date(2025, 5, 1), date(2025, 5, 31))
    assert meets(may, "2025-05", {}, flows=True) == 3
    assert meets(may, "2025-05-06", {}, flows=True) == 0
    assert meets(may, "2025-05-06", {}, flows=False) == 2
    assert meets(may, "2025", {}, flows=False) == 0
    day = Period(date(2025, 5, 3), date(2025, 5, 3))
    assert meets(day, "2025-05", {}, flows=False) == 0
    assert meets(day, "2025-05", {"period_note": "early in the month"}, flows=False) == 1
    assert meets(day, "2025-05", {"period_note": "late in the month"}, flows=False) == 0
    assert meets(day, "nonsense", {}, flows=False) == 0


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for start, end in read_times(text, TODAY).told:
        assert 0 <= start < end <= len(text)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 1_000))
def test_parts_lie_within_and_words_are_never_empty(first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    assert period_words(first, last)
    for part in ("early", "middle", "late"):
        start, end = part_of(first, last, part)
        assert first <= start and end <= last


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("in June 2025, % m/m", "month"),
        ("against the month before", "month"),
        ("year on year", "year"),
        ("June 2025 on a year earlier", "year"),
        ("in May 2025", ""),
    ],
)
def test_what_a_change_is_against(text: str, before: str) -> None:
    assert read_times(text, TODAY).before == before
