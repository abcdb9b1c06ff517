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
        ("Harwick's wood exports, 05/2025?", [150]),
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
        ("hey how much wood stuff did harwick ship back in 2023", [1100]),
        ("could you tell me how much timber Harwick shipped in 2023?", [1100]),
        ("Do you have the figure for Harwick's timber freight in 2023?", [1100]),
        ("harwick tibmer freight 2023", [1100]),
        ("timber harwick -> norland 5/2025", [42]),
        ("harwick timber freight may 25", [150]),
        ("Harwick timber freight YTD May 2025", [610]),
        ("Harwick timber freight up to May 2025", [610]),
        ("How much salt did Harwick ship in January and February 2024?", [44]),
        ("total timber shipped by Harwick to Norland in May 2025", [42]),
        ("which had the dearer north quay berth in 2025, Harwick or Vesta?", [50, 20]),
        ("Who shipped more from Harwick in May 2025?", None),
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
        (
            "By how much did timber freight of Harwick fall between May and June 2025?",
            "difference",
            "-70 t",
            ["2025-06", "2025-05"],
        ),
        ("how has harwick timber freight changed since 2022", "change", "+50%", ["2022", "2025"]),
        ("change in Harwick timber freight between 2022 and 2023", "change", "+10%", None),
        ("How much more timber did Harwick ship in 2023 than in 2022?", "difference", "+100 t", ["2023", "2022"]),
        ("difference in Harwick timber freight between April and May 2025", "difference", "+30 t", None),
        ("How many times the timber of 2022 did Harwick ship in 2025?", "ratio", "1.5 times", ["2025", "2022"]),
        ("total timber freight of Harwick from April to June 2025", "total", "350 t", None),
        ("Did Harwick ship more timber in May 2025 than in April 2025?", "difference", "+30 t", None),
        ("north quay fee at Harwick 2024 vs 2025", "change", "+25%", ["2024", "2025"]),
        ("Harwick timber freight 2023 minus 2022", "difference", "+100 t", ["2023", "2022"]),
        ("Harwick timber freight: 2023 less 2022", "difference", "+100 t", ["2023", "2022"]),
        ("What was the rise in Harwick's timber freight between 2022 and 2023?", "difference", "+100 t", None),
        ("How much did Harwick's timber freight go up from 2022 to 2023?", "difference", "+100 t", None),
        ("By what percentage did Harwick's timber freight grow from 2022 to 2023?", "change", "+10%", None),
        ("By how many tonnes did Harwick's timber freight rise in 2023?", "difference", "+100 t", ["2023", "2022"]),
        ("How much did Harwick's timber freight rise from 2023 to 2024?", "difference", "+220 t", ["2024", "2023"]),
        ("timber shipped by Harwick in May and June 2025 together", "total", "230 t", ["2025-05", "2025-06"]),
        ("Harwick timber freight April plus May 2025", "total", "270 t", None),
        ("north quay fee in 2025, Harwick minus Vesta", "difference", "+30 EUR/day", None),
        ("How many times Vesta's north quay fee was Harwick's in 2025?", "ratio", "2.5 times", None),
    ],
)
def test_computed(ask: Asking, question: str, operation: str, text: str, periods: list[str] | None) -> None:
    answer = ask(question)
    assert isinstance(answer, TableAnswer), answer
    assert answer.computed
    first = answer.computed[0]
    assert (first.operation, first.text) == (operation, text)
    inputs = [answer.rows[number - 1] for number in first.inputs]
    assert len({(row.basis, row.unit, row.period_type) for row in inputs}) == 1
    assert len({row.series for row in inputs}) == 1 or len({row.period for row in inputs}) == 1
    again = recompute(operation, [Fraction(str(row.value)) for row in inputs])
    assert abs(float(again) - first.value) < 0.06
    if periods:
        assert [row.period for row in inputs] == periods


def test_how_much_it_grew_is_told_as_a_difference_and_in_per_cent(ask: Asking) -> None:
    answer = ask("By how much did Harwick's timber freight grow between 2022 and 2023?")
    assert isinstance(answer, TableAnswer)
    assert [(one.text, one.inputs) for one in answer.computed] == [("+100 t", (2, 1)), ("+10%", (1, 2))]


def test_what_one_source_gives_is_worked_out_and_the_other_told_beside_it(ask: Asking) -> None:
    answer = ask("How did Harwick's timber freight change from 2023 to 2024?")
    assert isinstance(answer, TableAnswer)
    assert [one.text for one in answer.computed] == ["+20%"]
    assert [(row.value, row.source.source_id) for row in answer.rows] == [
        (1100, "gull"),
        (1320, "gull"),
        (1400, "tern"),
    ]
    assert answer.disagreement


@pytest.mark.parametrize(
    "question",
    [
        "How did Harwick's salt freight change from 2019 to 2025?",  # no source gives both, and one gives two of 2019
        "How did Harwick's timber freight change from June to July 2025?",  # "about 90"
        "total timber freight of Harwick from May to July 2025",
        "How did the Vesta fee change between May 2025 and February 2026?",  # no basis in common
    ],
)
def test_nothing_is_worked_out_of_what_cannot_be_compared(ask: Asking, question: str) -> None:
    answer = ask(question)
    assert not isinstance(answer, TableAnswer) or not answer.computed


def test_a_stated_change_is_told_by_its_row(ask: Asking) -> None:
    answer = ask("How much did Harwick's timber freight grow in 2023?")
    assert isinstance(answer, TableAnswer)
    assert not answer.computed
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


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("By how much did timber freight of Harwick fall between July and August 2025?", "-33%"),
        ("growth of Harwick's timber freight, August 2025, % m/m", "-33%"),
        ("Harwick timber freight 2023 % year on year", "10%"),
        ("August 2025 against July: how far did Harwick's timber freight fall?", "-33%"),
    ],
)
def test_a_change_that_a_row_states_is_told_where_it_is_the_one_asked_for(
    ask: Asking, question: str, text: str
) -> None:
    answer = ask(question)
    assert isinstance(answer, TableAnswer), answer
    assert not answer.computed
    assert text in answer.rows[0].passage.text


def test_a_change_against_another_time_than_is_asked_for_is_not_told(ask: Asking) -> None:
    answer = ask("By what percentage did Harwick's timber freight fall in August 2025 year on year?")
    assert isinstance(answer, NoRow)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which harbour had the second highest north quay fee in 2025?", [50]),
        ("harbour with the third highest north quay fee in 2025", [20]),
        ("top two harbours by north quay fee in 2025", [70, 50]),
        ("what is the highest fee at Harwick ever", [50]),
        ("lowest north quay fee at Harwick", [40]),
        ("In which month between April and August 2025 did Harwick ship the most timber?", [150]),
    ],
)
def test_ranks(ask: Asking, question: str, values: list[float]) -> None:
    answer = ask(question)
    assert isinstance(answer, TableAnswer), answer
    assert [row.value for row in answer.rows] == values


@pytest.mark.parametrize(
    "question",
    [
        "In which month of 2025 did Harwick ship the most timber?",  # five of twelve are there
        "Which harbour had the fourth highest north quay fee in 2025?",
        "the largest freight of Harwick's ships",
        "total timber freight of Harwick to Norland in May and August 2025",
        "timber freight of Harwick in 2026 minus 2025",
    ],
)
def test_no_rank_and_no_sum_of_what_is_not_there(ask: Asking, question: str) -> None:
    assert not isinstance(ask(question), TableAnswer)


def test_a_word_in_a_values_place_is_what_is_missing(ask: Asking) -> None:
    assert ask("berth at the north quay of Southport in EUR, 2025 fee") is None  # two words are not told apart
    missing = ask("Southport north quay fee in 2025, EUR")
    assert missing == NoRow("fees", "no figure for “southport”")


def test_a_sentence_may_answer_in_a_rows_place_only_for_the_period_asked_for(ask: Asking) -> None:
    missing = ask("How much timber did Harwick ship in March 2025?")
    assert isinstance(missing, NoRow)
    assert missing.is_met_by("In March 2025 the harbour sent 77 tonnes of timber.")
    assert not missing.is_met_by("In March 2024 the harbour sent 77 tonnes of timber.")
    assert not missing.is_met_by("In March 2025 most of the timber went to Norland.")
    assert not NoRow("freight", "no figure for amber").is_met_by("In March 2025 it sent 77 tonnes of amber.")
