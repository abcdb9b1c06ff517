"""What changed in a span: stories in their order, exact sentences, figures of one basis, both sides of a dispute."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.briefing.compose import Digest, Unreachable, compose, last_news
from retrieval.briefing.document import digest_json
from retrieval.database import Database
from retrieval.library import Library
from retrieval.models import Document, Row
from retrieval.story import Story, load, read_story

NOW = datetime(2032, 1, 1, tzinfo=UTC)
LOADED = datetime(2031, 12, 1, tzinfo=UTC)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def told(story: Path) -> Story:
    return read_story(story)


@pytest.fixture
def library(told: Story, tmp_path: Path) -> Iterator[Library]:
    database = Database(f"sqlite:///{tmp_path / 'library.sqlite'}")
    database.migrate()
    library = Library(database, told.publishers.standing)
    load(told, library, LOADED)
    yield library
    database.close()


@pytest.fixture
def march(library: Library, told: Story) -> Digest:
    return compose(library, told.names, None, day("2031-03-01"), day("2031-04-01"), NOW)


def article(number: int, text: str, published: str | None, **more: object) -> Document:
    values: dict[str, object] = {
        "source_id": f"extra-{number}", "kind": "article", "title": f"Extra {number}", "text": text,
        "publisher": f"Paper {number}", "url": f"https://paper.example/{number}", "published": published,
        "topics": ("dam",),
    }  # fmt: skip
    return Document(**(values | more))  # type: ignore[arg-type]


def test_retellings_of_one_origin_are_one_story(march: Digest) -> None:
    crack = next(s for s in march.stories if "Daily Harbinger" in s.publishers)
    assert crack.publishers == ("The Tern", "Daily Harbinger")
    assert crack.origins == crack.evidence.origins == 1 and crack.published == "2031-03-03"


def test_each_sentence_is_an_exact_whole_cut_of_a_new_dated_source(march: Digest) -> None:
    for story in march.stories:
        assert 1 <= len(story.sentences) <= 2
        for sentence in story.sentences:
            for citation in sentence.citations:
                assert citation.quote == sentence.text
                assert citation.passage.text[citation.start : citation.end] == sentence.text
                assert "2031-03-01" <= (citation.source.published or "") <= "2031-03-31"


def test_the_span_is_half_open_and_previews_go_by_the_date(library: Library, told: Story) -> None:
    def ids(since: str, until: str) -> set[str]:
        found = compose(library, told.names, None, day(since), day(until), NOW)
        return {c.source.source_id for s in found.stories for x in s.sentences for c in x.citations}

    assert ids("2031-03-09", "2031-03-10") == {"tern-2031-03-09-evacuation"}
    assert ids("2031-03-10", "2031-03-11") == set()
    assert ids("2031-03-11", "2031-03-12") == {"farmers-2031-03-11-claim"}


def test_a_live_span_asks_when_the_library_knew(library: Library, told: Story) -> None:
    library.store([article(1, "The dam was painted green on 9 March 2032.", "2032-03-09")], "ingest", day("2032-03-10"))
    library.store([article(2, "Undated words on the dam, and nothing else to say.", None)], "ingest", day("2032-03-10"))
    until = day("2032-03-11")
    found = compose(library, told.names, None, day("2032-03-10"), until, until)
    assert [s.title for s in found.stories] == ["Extra 1"] and found.undated == 1
    assert compose(library, told.names, None, until, until + timedelta(days=1), until + timedelta(days=1)).quiet


def test_what_became_known_later_does_not_exist(library: Library, told: Story) -> None:
    until = day("2031-03-04")
    then = compose(library, told.names, None, day("2031-03-01"), until, until)
    titles = json.dumps(digest_json(then))
    assert "Harbinger" not in titles.split('"citations"')[0] or then.latest == "2031-03-03"
    assert then.latest == "2031-03-03"


def test_the_same_bytes_twice_whatever_the_order_of_loading(told: Story, march: Digest, tmp_path: Path) -> None:
    from retrieval.story import documents_of

    documents, _ = documents_of(told)
    random.Random(7).shuffle(documents)
    database = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    database.migrate()
    other = Library(database, told.publishers.standing)
    other.store(documents, "data", LOADED)
    again = compose(other, told.names, None, day("2031-03-01"), day("2031-04-01"), NOW)
    assert json.dumps(digest_json(again)) == json.dumps(digest_json(march))
    database.close()


def test_a_figure_is_new_when_its_source_is(library: Library, told: Story) -> None:
    found = compose(library, told.names, None, day("2031-04-01"), day("2031-05-01"), NOW)
    (figure,) = found.figures
    assert figure.previous is not None
    assert (figure.previous.period, figure.previous.value) == ("2031-03", 61.5)
    assert (figure.current.period, figure.current.value, figure.change_percent) == ("2031-04", 55.2, -10.2)
    assert [c.quote for c in figure.citations] == [figure.previous.quote, figure.current.quote]


def test_independent_origins_go_before_standing_and_retellings(library: Library, told: Story) -> None:
    flood = "A flood tore down the Oxbow bridge at Ember Ford on 20 May 2031, and two carts were lost in the river."
    library.store(
        [
            article(1, flood, "2031-05-20"),
            article(2, "Two carts were lost when a flood tore down the Oxbow bridge at Ember Ford on 20 May 2031.",
                    "2031-05-21"),
            *(
                article(n, f"The Tern says that the Larkspur dam is to be painted blue this summer, by paper {n}.",
                        "2031-05-20", origin="tern-paint")
                for n in range(3, 9)
            ),
            article(9, "The Valley Water Board has a new seal with a heron on it, and new uniforms.", "2031-05-20",
                    publisher="Valley Water Board"),
        ],
        "data", LOADED,
    )  # fmt: skip
    found = compose(library, told.names, None, day("2031-05-01"), day("2031-06-01"), NOW)
    assert [s.origins for s in found.stories] == [2, 1, 1]
    assert found.stories[1].publishers == ("Valley Water Board",), "primary before six retellings"
    assert found.read.reports == 9 and found.read.origins == 4


def test_both_sides_of_a_dispute_but_none_that_came_later(library: Library, told: Story) -> None:
    library.store(
        [
            article(1, "The mayor said that 12 houses below the dam were flooded on 1 June 2031.", "2031-06-02"),
            article(2, "The union said that 40 houses below the dam were flooded on 1 June 2031.", "2031-06-05",
                    disagrees_with=("extra-1",)),
        ],
        "data", LOADED,
    )  # fmt: skip
    early = compose(library, told.names, None, day("2031-06-01"), day("2031-06-04"), NOW)
    assert not early.disagreements and early.stories[0].evidence.marks == ()
    late = compose(library, told.names, None, day("2031-06-04"), day("2031-06-08"), NOW)
    (dispute,) = late.disagreements
    assert [side.text.split(" said")[0] for side in dispute.sides] == ["The union", "The mayor"]
    cited = {citation.number: citation for citation in late.citations}
    assert [cited[side.citations[0]].source.published for side in dispute.sides] == ["2031-06-05", "2031-06-02"]
    assert "disputed" in late.stories[0].evidence.marks


def test_nothing_finer_than_a_township_is_told_of_the_displaced(library: Library, told: Story) -> None:
    from retrieval.names import Name, Names

    names = Names([Name("nmhollow", "Fern Hollow", "place", ("Fern Hollow",), township="Ember Ford")])
    text = "Some 300 displaced people shelter in Fern Hollow since 3 July 2031. Rain fell on Ember Ford for nine days."
    library.store([article(1, text, "2031-07-04")], "data", LOADED)
    found = compose(library, names, None, day("2031-07-01"), day("2031-07-08"), NOW)
    assert "Fern Hollow" not in " ".join(x.text for s in found.stories for x in s.sentences)
    assert "Rain fell" in found.stories[0].sentences[0].text


def test_nothing_new_and_could_not_look_are_told_apart(library: Library, told: Story) -> None:
    lost = Unreachable("https://paper.example/feed", "2031-09-01T00:00:00Z", "502")
    found = compose(library, told.names, "dam", day("2031-09-01"), day("2031-09-02"), NOW, looked=8, unreachable=[lost])
    assert found.quiet and found.latest == "2031-04-02"
    document = digest_json(found)
    assert document["unreachable"] == [{"url": lost.url, "since": lost.since, "why": "502"}]
    assert document["read"] == {"sources": 8, "reports": 0, "origins": 0} and document["quiet"]


def test_a_topic_limits_and_a_span_must_not_be_inverted(library: Library, told: Story) -> None:
    found = compose(library, told.names, "people", day("2031-03-01"), day("2031-05-01"), NOW)
    assert {p for s in found.stories for p in s.publishers} == {"The Tern", "Valley Farmers' Union"}
    assert last_news(library, None, NOW) == day("2031-04-21")
    with pytest.raises(ValueError):
        compose(library, told.names, None, NOW, NOW, NOW)


def rows(*values: tuple[str, str, float, str]) -> Document:
    """A table with one row for each (period, basis, value, source)."""
    text, figures = "Levels.", []
    for period, basis, value, source_id in values:
        sentence = f"The pond stood at {value:g} m in {period} ({basis})."
        start = len(text) + 2
        text = f"{text}\n\n{sentence}"
        figures.append(Row("pond", "pond", basis, "m", period, "", value, source_id, start, start + len(sentence)))
    return Document(
        "pond", "dataset", "Pond", text, publisher="Tables", url="file:pond.csv", topics=("dam",), rows=tuple(figures)
    )


def test_figures_of_another_basis_or_length_are_never_compared(library: Library, told: Story) -> None:
    library.store(
        [
            article(1, "Old words on the pond of the dam, told at length.", "2031-06-01"),
            article(2, "New words on the pond of the dam, told at length.", "2031-08-01"),
            rows(
                ("2031-06", "gross", 10.0, "extra-1"), ("2031", "net", 99.0, "extra-1"),
                ("2031-07", "net", 20.0, "extra-2"), ("2031-07", "gross", 12.5, "extra-2"),
            ),
        ],
        "data", LOADED,
    )  # fmt: skip
    found = compose(library, told.names, None, day("2031-07-01"), day("2031-09-01"), NOW)
    (figure,) = found.figures
    assert figure.basis == "gross" and figure.change_percent == 25.0


def test_two_values_of_one_period_disagree_and_are_no_change(library: Library, told: Story) -> None:
    library.store(
        [
            article(1, "Old words on the pond of the dam, told at length.", "2031-06-01"),
            article(2, "New words on the pond of the dam, told at length.", "2031-08-01"),
            rows(("2031-06", "gross", 10.0, "extra-1"), ("2031-06", "gross", 11.0, "extra-2")),
        ],
        "data", LOADED,
    )  # fmt: skip
    found = compose(library, told.names, None, day("2031-07-01"), day("2031-09-01"), NOW)
    assert not found.figures
    (dispute,) = found.disagreements
    assert ["11 m" in side.text or "10 m" in side.text for side in dispute.sides] == [True, True]
