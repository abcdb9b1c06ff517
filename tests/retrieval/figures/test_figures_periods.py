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
