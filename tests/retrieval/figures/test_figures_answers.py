"""Questions of a harbour's tables: which rows answer, what is missing, and what is no question of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from retrieval.figures import NoRow, TableAnswer
from retrieval.verify.computed import recompute

Asking = Callable[..., TableAnswer | NoRow | None]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How much timber did Harwick ship in May 2025?", [150]),
        ("harwick timber shipments may 2025", [150]),
        ("Harwick's wood exports, 05/2025 or May 2025?", None),
        ("timber freight harwick 2025-05?", [150]),
        ("How many tonnes of logs did Harwick ship in 2023?", [1100]),
        ("timber freight from Harwick to Norland in May 2025", [42]),
        ("Harwick timber to NL, May 2025, tons?", [42]),
        ("how much timber left Harwick in the first five months of 2025?", [610]),
        ("Harwick timber freight January to May 2025", [610]),
        ("Harwick timber freight Jan-May 2025", [610]),
        ("timber shipped by Harwick last year", [1500]),
        ("timber shipped by Harwick two years ago", [1320, 1400]),
        ("Harwick's timber freight between 2022 and 2024", [1000, 1100, 1320]),
        ("Harwick timber freight in 2024", [1320, 1400]),
        ("freight of Harwick in May 2025", [150]),
        ("Harwick freight to Ostrova in June 2025", [7]),
        ("Harwick's timber exports in February 2026", [33]),
        ("sea salt shipped by Harwick in 2025 according to Tern Weekly", [300]),
        ("berth fee at Vesta in May 2025", [30, 33]),
        ("Vesta south quay mooring fee 6 May 2025", [30]),
        ("what is the latest berth fee at Vesta?", [25]),
        ("berth fee Vesta 3 February 2026", [25]),
        ("berth fee in dollars at Vesta in May 2025", [33]),
        ("fees at Harwick and Vesta in 2025, north quay", [50, 20]),
        ("which harbour had the highest fee in 2025?", [70]),
        ("which harbour had the lowest north quay fee in 2025", [20]),
        ("how much timber did harwick ship in june 2025, per the dock union?", [80]),
        ("sawn timber freight from Harwick to Norland May 2025", [42]),
    ],
)
def test_rows(ask: Asking, question: str, values: list[float] | None) -> None:
    answer = ask(question)
    if values is None:
        assert not isinstance(answer, TableAnswer)
    else:
        assert isinstance(answer, TableAnswer), answer
        assert sorted(row.value for row in answer.rows) == sorted(values)
        assert all(row.passage.kind == "dataset" and row.source.source_id in ("gull", "tern") for row in answer.rows)


@pytest.mark.parametrize(
    "question",
    [
        "How much timber did Vesta ship in May 2025?",
        "How much timber did Harwick ship to Vesta in May 2025?",
        "How much amber did Harwick ship in May 2025?",
        "How much timber did Harwick ship to Harwick in May 2025?",
        "How much timber did Norland ship to Harwick in May 2025?",
        "timber freight from Norland to Harwick, May 2025",
        "How much timber did Harwick ship in May 2024?",
        "How much timber did Harwick ship in May 2050?",
        "How much salt did Harwick ship in June 2024?",
        "How much illegal timber did Harwick ship in May 2025?",
        "Why did Harwick ship 150 tonnes of timber in May 2025?",
        "How much timber will Harwick ship in May 2025?",
        "How much timber did Harwick not ship in May 2025?",
        "How many sailors shipped timber from Harwick in May 2025?",
        "Who shipped timber from Harwick in May 2025?",
        "What was the value in euros of the timber that Harwick shipped in May 2025?",
        "Harwick timber freight in May 2025, according to the Gull Times and the Norland Sea Office?",
        "Did Harwick ship timber in May 2025?",
        "Harwick timber freight since 2020",
        "timber",
        "Harwick 2025",
        "",
        "?",
        "May 2025",
        "berth fee in pounds at Vesta in May 2025",
        "berth fee in May 2025",
        "a" * 5_000,
    ],
)
def test_unanswered(ask: Asking, question: str) -> None:
    assert not isinstance(ask(question), TableAnswer)


def test_missing_period_is_told_with_the_nearest(ask: Asking) -> None:
    assert ask("How much timber did Harwick ship in March 2025?") == NoRow(
        "freight", "no figure for March 2025; the nearest is April 2025"
    )
    assert ask("How much timber did Harwick ship in 2019?") == NoRow(
        "freight", "no figure for 2019; the nearest is 2020"
    )


def test_a_stranger_is_told(ask: Asking) -> None:
    assert ask("How much amber did Harwick ship in May 2025?") == NoRow("freight", "no figure for amber")


def test_months_are_no_year_and_a_year_to_date_is_no_month(ask: Asking) -> None:
    assert isinstance(ask("Harwick salt freight in June 2025 to Norland"), NoRow)
    assert isinstance(ask("Harwick timber freight from January to June 2025"), NoRow)


def test_without_a_period_the_newest_of_the_plainest_series(ask: Asking) -> None:
    answer = ask("How much timber does Harwick ship?")
    assert isinstance(answer, TableAnswer)
    assert [(row.period, row.fields["cargo"]) for row in answer.rows] == [("2025", "timber")]
    assert answer.query.operation == "latest"


def test_two_sources_that_differ_are_both_told(ask: Asking) -> None:
    answer = ask("Harwick timber freight in 2024")
    assert isinstance(answer, TableAnswer)
    assert answer.disagreement
    assert {row.source.source_id for row in answer.rows} == {"gull", "tern"}


@pytest.mark.parametrize(
    ("question", "operation", "text", "periods"),
    [
        ("How did Harwick's timber freight change from April to May 2025?", "change", "+25%", ["2025-04", "2025-05"]),
        ("By how much did timber freight of Harwick fall between May and June 2025?", "change", "-46.7%", None),
        ("how has harwick timber freight changed since 2022", "change", "+50%", ["2022", "2025"]),
        ("change in Harwick timber freight between 2022 and 2023", "change", "+10%", None),
        ("How much more timber did Harwick ship in 2023 than in 2022?", "difference", "+100 t", ["2023", "2022"]),
        ("difference in Harwick timber freight between April and May 2025", "difference", "+30 t", None),
        ("How many times the timber of 2022 did Harwick ship in 2025?", "ratio", "1.5 times", ["2025", "2022"]),
        ("total timber freight of Harwick from April to June 2025", "total", "350 t", None),
        ("Did Harwick ship more timber in May 2025 than in April 2025?", "difference", "+30 t", None),
        ("north quay fee at Harwick 2024 vs 2025", "change", "+25%", ["2024", "2025"]),
    ],
)
def test_computed(ask: Asking, question: str, operation: str, text: str, periods: list[str] | None) -> None:
    answer = ask(question)
    assert isinstance(answer, TableAnswer), answer
    assert answer.computed is not None
    assert (answer.computed.operation, answer.computed.text) == (operation, text)
    inputs = [answer.rows[number - 1] for number in answer.computed.inputs]
    assert len({(row.series, row.basis, row.unit, row.period_type) for row in inputs}) == 1
    again = recompute(operation, [Fraction(str(row.value)) for row in inputs])
    assert abs(float(again) - answer.computed.value) < 0.06
    if periods:
        assert [row.period for row in inputs] == periods


@pytest.mark.parametrize(
    "question",
    [
        "How did Harwick's timber freight change from 2023 to 2024?",  # two sources differ on 2024
        "How did Harwick's timber freight change from June to July 2025?",  # "about 90"
        "total timber freight of Harwick from May to July 2025",
        "How did the Vesta fee change between May 2025 and February 2026?",  # no basis in common
    ],
)
def test_nothing_is_worked_out_of_what_cannot_be_compared(ask: Asking, question: str) -> None:
    answer = ask(question)
    assert not isinstance(answer, TableAnswer) or answer.computed is None


def test_a_stated_change_is_told_by_its_row(ask: Asking) -> None:
    answer = ask("How much did Harwick's timber freight grow in 2023?")
    assert isinstance(answer, TableAnswer)
    assert answer.computed is None
    assert "10%" in answer.rows[0].passage.text


def test_what_was_not_known_yet_does_not_exist(ask: Asking) -> None:
    assert isinstance(ask("How much timber did Harwick ship in May 2025?"), TableAnswer)
    before = datetime(2026, 2, 1, tzinfo=UTC)
    assert not isinstance(ask("How much timber did Harwick ship in May 2025?", before), TableAnswer)


def test_highest_says_of_how_many(ask: Asking) -> None:
    answer = ask("Which harbour had the highest fee in 2025?")
    assert isinstance(answer, TableAnswer)
    assert answer.query.operation == "highest"
    assert answer.among == 3
