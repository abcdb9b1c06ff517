"""What an answer or a story rests on is counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.evidence import evidence, independent
from retrieval.models import Citation, Passage, Source, Standing

SEEN = datetime(2031, 1, 1, tzinfo=UTC)


def cited(
    text: str, number: int = 1, *, standing: Standing = "newsroom", origin: str = "",
    published: str | None = "2031-01-01", publisher: str = "Paper", against: tuple[str, ...] = (),
) -> Citation:  # fmt: skip
    source = Source(
        f"s{number}", "article", "T", publisher, standing, "", published, None, "en", origin or f"s{number}", "", (),
        (), against, SEEN, SEEN, "live", 1,
    )  # fmt: skip
    passage = Passage(f"p{number}", source.source_id, source.source_id, 1, 0, len(text), text, "", "article")
    return Citation(number, passage, source, 0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "Three people with knowledge of the matter said so.",
        "Four people with direct knowledge told the paper.",
        "A senior official said that the gate was shut.",
        "Frontline sources told the paper that three boats burned.",
        "Three officials who asked not to be named said that it grew.",
        "According to a ministry official, it rains.",
        "The army reportedly left.",
    ],
)
def test_marks_who_is_not_named(text: str) -> None:
    assert "unnamed" in evidence([cited(text)]).marks


@pytest.mark.parametrize("text", ["Engineers found a crack.", "The mayor said that the school was closed."])
def test_leaves_the_named_unmarked(text: str) -> None:
    assert evidence([cited(text)]).marks == ()


def test_marks_a_partys_claim_a_dispute_and_an_official_figure() -> None:
    assert evidence([cited("It held.", standing="party")]).marks == ("party",)
    assert evidence([cited("The spokesman denied it.")]).marks == ("party",)
    assert evidence([cited("It held.", against=("s9",))]).marks == ("disputed",)
    assert evidence([cited("It held.", against=("s9",))], known={"s1"}).marks == ()
    assert evidence([cited("Customs counted 13,000 tonnes.")]).marks == ("official",)
    assert evidence([cited("Customs opened in 2031.")]).marks == ()
    assert evidence([cited("It produced 240 tonnes.", publisher="Geological Survey")]).marks == ("official",)


def test_counts_origins_and_takes_the_newest_date() -> None:
    found = evidence([
        cited("One.", 1, origin="a", published="2031-01"), cited("Two.", 2, origin="a", published="2031-01-20"),
        cited("Three.", 3, published=None),
    ])  # fmt: skip
    assert (found.origins, found.newest) == (2, "2031-01-20")
    assert evidence([]).newest is None and evidence([]).origins == 0


def test_one_publisher_is_not_independent_of_itself() -> None:
    sources = [
        cited("x", n, publisher=p, origin=o).source
        for n, (p, o) in enumerate([("A", "1"), ("a", "2"), ("B", "2"), ("C", "3")])
    ]
    assert independent(sources) == 2
