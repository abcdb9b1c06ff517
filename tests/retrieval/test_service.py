"""Ingesting, withdrawing, indexing and owning, in a home of one's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.clock import SystemClock
from retrieval.service import Retrieval, Trouble

HARBOUR = "The harbour of Quill has nine cranes. The ninth crane was raised in 2029 by Mott and Sons."


@pytest.fixture
def home(new_home: Callable[[], Path]) -> Path:
    return new_home()


@pytest.fixture
def copy(story: Path, tmp_path: Path) -> Path:
    """The tiny story, to be changed."""
    return Path(shutil.copytree(story, tmp_path / "story"))


def opened(home: Path, data: Path, database_url: str | None = None) -> Retrieval:
    return Retrieval.open(home, data, SystemClock(), database_url)


def found(retrieval: Retrieval, words: str) -> bool:
    return any(words in one.passage.text for one in retrieval.search(words, 10))


def test_what_is_ingested_is_found_and_what_is_replaced_is_not(
    home: Path, story: Path, tmp_path: Path, database_url: str
) -> None:
    retrieval = opened(home, story, database_url)
    file = tmp_path / "harbour.txt"
    file.write_text(HARBOUR)
    assert retrieval.ingest([str(file)]).added == 1
    assert found(retrieval, "nine cranes")
    assert retrieval.ingest([str(file)]).unchanged == 1
    file.write_text("The harbour of Quill has two piers, and no crane is left there.")
    report = retrieval.ingest([str(file), str(tmp_path / "nothing.txt")])
    assert (report.updated, len(report.rejected)) == (1, 1)
    assert found(retrieval, "two piers") and not found(retrieval, "nine cranes")
    (source,) = [one for one in retrieval.sources() if one["kind"] == "article"]
    retrieval.withdraw(source["source_id"], "wrong harbour")
    assert not found(retrieval, "two piers")
    with pytest.raises(Trouble, match="no live source"):
        retrieval.withdraw(source["source_id"], "again")
    retrieval.close()


def test_a_second_start_loads_nothing_and_a_changed_file_is_taken(home: Path, copy: Path) -> None:
    opened(home, copy).close()
    again = opened(home, copy)
    before = again.library.last_change()
    assert before == len(list((copy / "briefs").glob("*.md"))) + 1
    again.close()
    brief = copy / "briefs" / "tern-2031-04-02-repair.md"
    brief.write_text(brief.read_text().replace("Oxbow Marine", "Heron Salvage"))
    (copy / "briefs" / "farmers-2031-03-11-claim.md").unlink()
    changed = opened(home, copy)
    assert found(changed, "Heron Salvage") and not found(changed, "Oxbow Marine")
    assert not found(changed, "1,100 sheep")
    assert changed.library.last_change() == before + 2
    changed.close()


def test_a_brief_without_provenance_and_a_row_without_a_source_are_left_out(home: Path, copy: Path) -> None:
    (copy / "briefs" / "bad.md").write_text("---\nid: bad\ntitle: Bad\nkind: brief\nnote: A summary.\n---\n\nText.\n")
    table = copy / "datasets" / "reservoir_level.csv"
    table.write_text(table.read_text() + "2031-05,month,Larkspur,50.1,nobody\n")
    retrieval = opened(home, copy)
    assert "bad" not in {one["source_id"] for one in retrieval.sources()}
    why = " ".join(one["why"] for one in retrieval.library.skipped())
    assert "publisher" in why and "nobody" in why
    assert "50.1" not in retrieval.ask("What was the water level of Larkspur in May 2031?").text
    retrieval.close()


def test_without_the_lock_the_vectors_in_sql_serve(home: Path, story: Path) -> None:
    owner = opened(home, story)
    second = opened(home, story)
    assert owner.index.owner and not second.index.owner
    question = "Who leads the repair?"
    assert [one.passage.passage_id for one in owner.search(question, 5)] == [
        one.passage.passage_id for one in second.search(question, 5)
    ]
    with pytest.raises(Trouble, match="running bot"):
        second.reindex()
    owner.close()
    second.close()


def test_the_owner_follows_what_another_process_writes(home: Path, story: Path, tmp_path: Path) -> None:
    owner = opened(home, story)
    file = tmp_path / "harbour.txt"
    file.write_text(HARBOUR)
    script = (
        "import sys; from pathlib import Path; from retrieval.clock import SystemClock; from retrieval.service import Retrieval\n"
        "r = Retrieval.open(Path(sys.argv[1]), Path(sys.argv[2]), SystemClock())\n"
        "assert not r.index.owner and r.ingest([sys.argv[3]]).added == 1\n"
    )
    subprocess.run([sys.executable, "-c", script, home, story, file], check=True, timeout=120)
    owner.refresh()
    assert found(owner, "nine cranes")
    owner.close()


def test_reindex_gives_the_same_answers(home: Path, story: Path) -> None:
    retrieval = opened(home, story)
    before = retrieval.ask("Who leads the repair?").text
    assert retrieval.reindex() == retrieval.index.count() > 10
    assert retrieval.ask("Who leads the repair?").text == before
    retrieval.close()


def test_another_model_is_refused_with_the_mend(home: Path, story: Path) -> None:
    retrieval = opened(home, story)
    retrieval.library.set_meta("index_model", "other:model")
    retrieval.close()
    with pytest.raises(Trouble, match="reindex"):
        opened(home, story)


def test_an_empty_folder_is_an_empty_story(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    retrieval = opened(home, tmp_path / "empty")
    assert retrieval.ask("Who leads the repair?").abstained
    assert retrieval.search("anything") == []
    retrieval.close()


def test_a_malformed_story_is_one_clear_line(home: Path, copy: Path) -> None:
    (copy / "names.yaml").write_text("- {preferred: [unclosed")
    with pytest.raises(Trouble) as trouble:
        opened(home, copy)
    assert "\n" not in str(trouble.value)


def test_a_model_without_a_provider_is_refused_with_the_mend(home: Path, story: Path) -> None:
    with pytest.raises(Trouble, match="provider:model"):
        Retrieval.open(home, story, SystemClock(), embedding_model="nonsense")
