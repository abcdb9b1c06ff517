from __future__ import annotations

import time
from dataclasses import replace

import pytest

from retrieval.models import Claim, Computed, Draft, Row
from retrieval.verify import Verified, verify
from tests.retrieval.verify.harbour import NAMES, cite, row, source

STRUCK = "The Quaymen's Union struck on 12 May 2025."
CLOSED = "Nordquay Lines closed its office."
DENIED = "Wages fell. Ada Brandt denied that the port closed on 12 May 2025."


def run(draft: Draft, figures: dict[int, Row] | None = None) -> Verified:
    return verify(draft, NAMES, figures)


def draft(*claims: Claim, citations: tuple = (), computed: tuple = ()) -> Draft:  # type: ignore[type-arg]
    return Draft("test", claims, citations or (cite(1, STRUCK), cite(2, CLOSED)), computed)


def test_citations_are_renumbered_in_order_of_first_use_and_unused_ones_dropped() -> None:
    three = (cite(1, STRUCK), cite(2, CLOSED), cite(3, "Wages fell."))
    result = run(draft(Claim("Wages fell.", (3,)), Claim(STRUCK, (1,)), Claim("Wages fell", (3,)), citations=three))
    assert [claim.citations for claim in result.claims] == [(1,), (2,), (1,)]
    assert [(one.number, one.quote) for one in result.citations] == [(1, "Wages fell."), (2, STRUCK)]
    assert result.withheld == ()


def test_a_citation_that_does_not_support_its_claim_is_dropped() -> None:
    result = run(draft(Claim(STRUCK, (2, 1))))
    assert result.claims == (Claim(STRUCK, (1,)),)
    assert [one.quote for one in result.citations] == [STRUCK]


def test_sources_that_each_support_a_claim_are_all_kept() -> None:
    other = cite(2, "The QU struck on 12 May 2025.", source_id="s2")
    other = replace(other, source=source("s2"))
    assert run(draft(Claim(STRUCK, (1, 2)), citations=(cite(1, STRUCK), other))).claims[0].citations == (1, 2)


def test_a_join_keeps_both_its_citations() -> None:
    result = run(draft(Claim("The QU struck on 12 May 2025, and Nordquay closed its office.", (1, 2))))
    assert result.claims[0].citations == (1, 2)


def test_what_fails_is_withheld_with_its_check() -> None:
    result = run(draft(Claim("The PCO struck on 12 May 2025.", (1,)), Claim(CLOSED, (2,))))
    assert [claim.text for claim in result.claims] == [CLOSED]
    assert result.withheld[0].text == "The PCO struck on 12 May 2025."
    assert result.withheld[0].why.startswith("names: ")


@pytest.mark.parametrize("numbers", [(), (9,), (1, 9)])
def test_a_claim_without_a_citation_or_with_one_that_is_not_there_is_withheld(numbers: tuple[int, ...]) -> None:
    assert run(draft(Claim(STRUCK, numbers))).withheld[0].why.startswith("citation: ")


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_claim_is_withheld(text: str) -> None:
    assert run(draft(Claim(text, (1,)))).withheld[0].why.startswith("citation: ")


@pytest.mark.parametrize(
    "changed",
    [
        {"start": -1},
        {"end": 999},
        {"start": 5, "end": 5},
        {"start": 9, "end": 3},
        {"source": source("another")},
        {"source": source(state="withdrawn")},
    ],
)
def test_a_quote_that_is_no_live_span_of_its_passage_is_withheld(changed: dict[str, object]) -> None:
    bad = replace(cite(1, STRUCK), **changed)  # type: ignore[arg-type]
    assert run(draft(Claim(STRUCK, (1,)), citations=(bad,))).withheld[0].why.startswith("citation: ")


def test_a_passage_whose_offsets_do_not_fit_its_text_is_refused() -> None:
    good = cite(1, STRUCK)
    bad = replace(good, passage=replace(good.passage, end=good.passage.end + 1))
    assert run(draft(Claim(STRUCK, (1,)), citations=(bad,))).withheld


@pytest.mark.parametrize(
    ("passage", "quote", "check"),
    [
        (DENIED, "the port closed on 12 May 2025.", "negation"),
        ("Three sources said Nordquay warned the union.", "Nordquay warned the union.", "speaker"),
        ("The port closed in Skerry, Brandt said.", "The port closed in Skerry", "speaker"),
        ("The port closed in Skerry on 12 May 2025.", "The port closed in Skerry", "dates"),
        ("If wages fall the port closes.", "the port closes.", "hedging"),
        ("It is possible that the port closed.", "the port closed.", "hedging"),
    ],
)
def test_a_quote_cut_to_hide_what_its_sentence_says_is_held_against_the_sentence(
    passage: str, quote: str, check: str
) -> None:
    result = run(draft(Claim(quote, (1,)), citations=(cite(1, passage, quote),)))
    assert result.withheld and result.withheld[0].why.startswith(check)


def test_a_whole_sentence_of_a_passage_passes() -> None:
    quote = "Ada Brandt denied that the port closed on 12 May 2025."
    assert run(draft(Claim(quote, (1,)), citations=(cite(1, DENIED, quote),))).claims


def test_a_very_long_claim_is_withheld_quickly() -> None:
    text = " and ".join(["the port closed"] * 2000)
    began = time.process_time()
    assert run(draft(Claim(text, (1,)), citations=(cite(1, "The port closed."),))).withheld
    assert time.process_time() - began < 5


def test_the_same_draft_gives_the_same_outcome_and_an_empty_one_nothing() -> None:
    one = draft(Claim(STRUCK, (1,)), Claim("No.", (2,)))
    assert run(one) == run(one)
    assert run(Draft("test", (), ())) == Verified((), (), (), ())


APRIL, MAY = "The port moved 1,000 tonnes in April 2025.", "The port moved 500 tonnes in May 2025."
FIGURES = {1: row(1000, "2025-04"), 2: row(500, "2025-05")}
TOLD = "The port moved 500 tonnes in May 2025, a change of -50%."


def figured(text: str, figure: Computed, figures: dict[int, Row] | None = None) -> Verified:
    citations = (cite(1, APRIL), cite(2, MAY))
    return run(Draft("test", (Claim(text, (1, 2)),), citations, (figure,)), FIGURES if figures is None else figures)


CHANGE = Computed("-50%", -50.0, "%", "change", (1, 2))


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        (TOLD, CHANGE),
        ("The port moved 500 tonnes in May 2025, 50% less than in April 2025.", CHANGE),
        (
            "In April 2025 and May 2025 the port moved a total of 1,500 tonnes.",
            Computed("1,500 tonnes", 1500.0, "t", "total", (1, 2)),
        ),
        (
            "The port moved 500 tonnes in May 2025, a difference of 500 tonnes.",
            Computed("500 tonnes", 500.0, "t", "difference", (1, 2)),
        ),
        (
            "The port moved 1,000 tonnes in April 2025, 2 times May 2025.",
            Computed("2 times", 2.0, "times", "ratio", (1, 2)),
        ),
    ],
)
def test_a_computed_figure_is_worked_out_again(text: str, figure: Computed) -> None:
    result = figured(text, figure)
    assert result.withheld == ()
    assert result.computed == (figure,)
    assert len(result.citations) == 2


@pytest.mark.parametrize(
    ("text", "figure", "figures"),
    [
        (TOLD.replace("-50", "-40"), replace(CHANGE, text="-40%", value=-40.0), None),
        (TOLD, replace(CHANGE, value=-49.0), None),
        (TOLD, replace(CHANGE, inputs=(2, 1)), None),
        (TOLD, replace(CHANGE, inputs=(1,)), None),
        (TOLD, replace(CHANGE, unit="t"), None),
        (TOLD, CHANGE, {}),
        (TOLD, CHANGE, {1: row(1001, "2025-04"), 2: row(500, "2025-05")}),
        (TOLD, CHANGE, {1: row(1000, "2025-04", basis="oxide"), 2: row(500, "2025-05")}),
        (TOLD, CHANGE, {1: row(1000, "2025-04", unit="kg"), 2: row(500, "2025-05")}),
        (TOLD, CHANGE, {1: row(1000, "2025-04", series="fish"), 2: row(500, "2025-05")}),
        (TOLD, replace(CHANGE, value=float("nan")), None),
        ("The port moved 500 tonnes in May 2025, 50% more than in April 2025.", CHANGE, None),
        ("In May 2025 a total of 1,500 tonnes.", Computed("1,500 tonnes", 1500.0, "t", "total", (1, 2)),
         {1: row(1000, "2025-01/2025-05"), 2: row(500, "2025-05")}),
    ],
)  # fmt: skip
def test_a_computed_figure_that_does_not_hold_takes_its_claim_with_it(
    text: str, figure: Computed, figures: dict[int, Row] | None
) -> None:
    result = figured(text, figure, figures)
    assert result.claims == () and result.computed == ()
    assert result.withheld[0].why.startswith("computed: ")


def test_a_change_from_zero_is_refused() -> None:
    citations = (cite(1, "The port moved 0 tonnes in April 2025."), cite(2, MAY))
    figures = {1: row(0, "2025-04"), 2: row(500, "2025-05")}
    result = run(Draft("test", (Claim(TOLD, (1, 2)),), citations, (CHANGE,)), figures)
    assert "zero" in result.withheld[0].why


def test_a_number_is_explained_only_where_its_inputs_are_cited() -> None:
    result = run(Draft("test", (Claim(TOLD, (2,)),), (cite(1, APRIL), cite(2, MAY)), (CHANGE,)), FIGURES)
    assert result.withheld[0].why.startswith("numbers: ")


def test_a_computed_figure_that_no_claim_states_is_dropped() -> None:
    result = figured(MAY, CHANGE)
    assert result.claims and result.computed == ()
