"""The library keeps versions, tombstones and the log of changes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from retrieval import tables as t
from retrieval.database import Database
from retrieval.known import existed, known_at
from retrieval.library import Library
from retrieval.models import Document

NOW = datetime(2031, 4, 1, 12, tzinfo=UTC)
DOCUMENT = Document(
    "a-1", "article", "The dam", "The dam is 71 metres high. It was built in 1967.", published="2031-03-02"
)


@pytest.fixture
def library(database_url: str) -> Iterator[Library]:
    database = Database(database_url)
    database.migrate()
    database.migrate()  # a second start finds everything in place
    yield Library(database)
    database.close()


def texts(library: Library, source_id: str) -> list[str]:
    return [passage.text for passage in library.passages_of(source_id)]


def test_the_same_again_is_unchanged_and_new_content_is_a_version(library: Library) -> None:
    assert library.store([DOCUMENT], "ingest", NOW).added == ["a-1"]
    assert library.store([DOCUMENT], "ingest", NOW).unchanged == ["a-1"]
    outcome = library.store([replace(DOCUMENT, text="The dam is 72 metres high.")], "ingest", NOW)
    assert outcome.updated == ["a-1"]
    assert texts(library, "a-1") == ["The dam is 72 metres high."]
    assert library.text("a-1", 1) == DOCUMENT.text
    assert [(change.what, change.version) for change in library.changes_since(0)] == [("added", 1), ("updated", 2)]


def test_the_same_text_under_another_id_is_a_duplicate(library: Library) -> None:
    library.store([DOCUMENT], "ingest", NOW)
    assert library.store([replace(DOCUMENT, source_id="a-2")], "ingest", NOW).duplicates == ["a-2"]


def test_a_batch_is_stored_whole_or_not_at_all(library: Library) -> None:
    broken = replace(DOCUMENT, source_id="b", text="Another text.", published="2031-99")
    with pytest.raises(ValueError, match="month"):
        library.store([DOCUMENT, broken], "ingest", NOW)
    assert library.sources() == [] and library.changes_since(0) == []


def test_what_was_withdrawn_by_hand_stays_withdrawn(library: Library) -> None:
    library.store([DOCUMENT], "ingest", NOW)
    assert library.withdraw("a-1", "it was retracted", NOW)
    assert not library.withdraw("a-1", "again", NOW)
    assert texts(library, "a-1") == []
    assert library.store([replace(DOCUMENT, text="New text.")], "ingest", NOW).refused[0][0] == "a-1"
    assert library.sources()[0].state == "withdrawn"


def test_what_went_quietly_may_come_back(library: Library) -> None:
    library.store([DOCUMENT], "data", NOW)
    library.withdraw("a-1", None, NOW)
    library.store([DOCUMENT], "data", NOW)
    assert texts(library, "a-1")
    assert library.sources()[0].state == "live"


def test_passages_are_exact_spans(library: Library) -> None:
    library.store([DOCUMENT], "ingest", NOW)
    for passage in library.passages_of("a-1"):
        assert DOCUMENT.text[passage.start : passage.end] == passage.text


def test_when_a_source_could_be_known() -> None:
    assert known_at(None, NOW, bulk=True) is None
    assert known_at(None, NOW, bulk=False) == NOW
    assert known_at("2031-03", NOW, bulk=False) == NOW  # its end is not three days ago
    assert known_at("2031-03-02", NOW, bulk=True) == datetime(2031, 3, 3, tzinfo=UTC)


def test_as_if_it_were_then(library: Library) -> None:
    library.store([DOCUMENT, Document("u", "brief", "Undated", "Text here.", about="2031-02")], "data", NOW)
    by_id = {source.source_id: source for source in library.sources()}
    assert not existed(by_id["a-1"], datetime(2031, 3, 2, 12, tzinfo=UTC))
    assert existed(by_id["a-1"], datetime(2031, 3, 3, tzinfo=UTC))
    assert not existed(by_id["u"], datetime(2031, 2, 15, tzinfo=UTC))
    assert existed(by_id["u"], datetime(2031, 3, 15, tzinfo=UTC))


def test_moments_come_back_aware_and_equal(library: Library) -> None:
    library.store([DOCUMENT], "ingest", NOW)
    assert library.sources()[0].first_seen == NOW


def test_cursors(library: Library) -> None:
    assert library.cursor("x") == 0
    library.move_cursor("x", 7)
    library.move_cursor("x", 9)
    assert library.cursor("x") == 9


def test_writers_side_by_side_lose_nothing_and_no_number_comes_late(library: Library) -> None:
    def write(number: int) -> None:
        for step in range(5):
            one = replace(DOCUMENT, source_id=f"w{number}-{step}", text=f"Text {number} {step}.")
            library.store([one], "ingest", NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    seen = 0
    while any(thread.is_alive() for thread in threads):
        # A follower that takes numbers as they appear must never find one behind its cursor later.
        for change in library.changes_since(seen):
            seen = change.number
    for thread in threads:
        thread.join()
    assert len(library.sources()) == 20
    with library.database.read() as connection:
        numbers = [row.number for row in connection.execute(t.changes.select().order_by(t.changes.c.number))]
    assert numbers == list(range(1, 21))


def test_a_failed_write_leaves_no_trace(library: Library) -> None:
    with pytest.raises(RuntimeError), library.database.write() as connection:
        connection.execute(insert(t.meta).values(name="x", value="y"))
        raise RuntimeError("stop")
    assert library.meta("x") is None
