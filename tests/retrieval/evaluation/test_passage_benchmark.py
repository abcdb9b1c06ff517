"""The benchmark of passages: reading its folder, finding passages again, and counting what they cover."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.passage_benchmark import Corpus, Ranked, Wanted, covered, read_benchmark

QUEEN = "The queen bee lays two thousand eggs a day in summer."
BEES = "# Bees\n\nBees make *honey* in hives.  \n\n" + "The weather was mild in the valley. " * 60 + f"\n\n{QUEEN}\n"
SHIPS = "A cutter carries one mast and two headsails.\n\nThe pilot boards at dawn."


def write(folder: Path, questions: list[tuple[str, str, str]]) -> Path:
    """A benchmark of (question, wanted words, corpus)."""
    (folder / "corpora").mkdir(parents=True)
    texts = {"bees": BEES, "ships": SHIPS}
    (folder / "corpora" / "bees.md").write_text(BEES, encoding="utf-8")
    (folder / "corpora" / "ships.txt").write_text(SHIPS, encoding="utf-8")
    with (folder / "questions_df.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["question", "references", "corpus_id"])
        for question, words, corpus in questions:
            at = texts[corpus].find(words)
            reference = {"content": words, "start_index": at, "end_index": at + len(words)}
            table.writerow([question, json.dumps([reference]), corpus])
    return folder


def test_a_folder_is_read_where_the_data_lies_inside_it(tmp_path: Path) -> None:
    write(
        tmp_path / "general_evaluation_data",
        [("How many eggs?", QUEEN, "bees"), ("How many masts?", SHIPS[:44], "ships")],
    )
    found = read_benchmark(tmp_path)
    assert [one.corpus for one in found.questions] == ["bees", "ships"]
    start, end = found.questions[0].spans[0]
    assert BEES[start:end] == QUEEN
    assert found.corpora["ships"].name == "ships.txt"


def test_what_is_no_benchmark_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"questions_df\.csv"):
        read_benchmark(tmp_path)
    write(tmp_path / "a", [("How many eggs?", QUEEN, "bees")])
    (tmp_path / "a" / "corpora" / "bees.md").unlink()
    with pytest.raises(ValueError, match=r"bees\.md"):
        read_benchmark(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "questions_df.csv").write_text("question,references,corpus_id\nq,nonsense,../secret\n")
    with pytest.raises(ValueError, match="line 2"):
        read_benchmark(tmp_path / "b")


def test_a_passage_is_found_though_its_markup_was_tidied() -> None:
    corpus = Corpus(BEES)
    span = corpus.span("Bees make honey in hives.", 0)
    assert span is not None
    assert BEES[span[0] : span[1]] == "Bees make *honey* in hives."
    assert corpus.span("Wasps do not.", 0) is None and corpus.span(" — ", 0) is None


def test_of_two_places_the_nearer_one_is_meant() -> None:
    corpus = Corpus("One two. One two. One two.")
    assert corpus.span("One two.", 10) == (9, 17)


def test_the_passage_that_crosses_the_limit_is_cut_there() -> None:
    corpus = Corpus("abcdefghij" * 10)
    wanted = Wanted("?", "c", ((0, 20),))
    ranked = [Ranked("other", 0, "x" * 10), Ranked("c", 0, ("abcdefghij" * 10)[:50])]
    assert covered(wanted, ranked, corpus, 15) == (5, 20)
    assert covered(wanted, ranked, corpus, 60) == (20, 20)
    assert covered(wanted, [], corpus, 60) == (0, 20)


@given(st.integers(0, 80), st.integers(1, 40), st.integers(1, 200))
def test_no_more_is_covered_than_wanted_or_read(start: int, length: int, limit: int) -> None:
    text = "".join(chr(0x4E00 + place) for place in range(120))
    held, aims = covered(Wanted("?", "c", ((start, start + length),)), [Ranked("c", 0, text)], Corpus(text), limit)
    assert aims == length
    assert held == max(0, min(start + length, limit) - start)


def test_the_command_prints_what_is_covered(tmp_path: Path, new_home: Callable[[], Path]) -> None:
    write(tmp_path / "set", [("How many eggs does a queen bee lay?", QUEEN, "bees")])
    environment = {"PATH": os.environ["PATH"], "BRIEFING_HOME": str(new_home()), "BRIEFING_DATA": "none"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "evaluate", "--benchmark", "set", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"questions": 1, "corpora": 1, "covered": {"1500": 1.0, "4000": 1.0}}
