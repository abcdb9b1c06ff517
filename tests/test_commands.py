"""The commands as people run them: real processes on the tiny story."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CRACK = "How long was the crack in the Larkspur dam when it was found?"
NOTHING = "What is the capital of Peru?"
LATER = "2031-05-01"


class Shell:
    """Runs commands on one home, in a folder without an `.env`."""

    def __init__(self, home: Path, data: Path, folder: Path) -> None:
        self.folder = folder
        self.home = home
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
        self.environment = {**kept, "BRIEFING_HOME": str(home), "BRIEFING_DATA": str(data)}

    def __call__(self, *arguments: str | bytes, code: int = 0, typed: str = "", **settings: str) -> str:
        """What a command prints on standard output; asserts the code that it ends with."""
        return self.both(*arguments, code=code, typed=typed, **settings)[0]

    def both(self, *arguments: str | bytes, code: int = 0, typed: str = "", **settings: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env={**self.environment, **settings},
            input=typed.encode(),
            capture_output=True,
            timeout=240,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, (out, err)
        assert "Traceback" not in out + err
        return out, err

    def json(self, *arguments: str | bytes, code: int = 0, **settings: str) -> Any:
        return json.loads(self(*arguments, "--json", code=code, **settings))

    def fault(self, *arguments: str, code: int, **settings: str) -> str:
        """The one line that a command ends with when it cannot do what it is told."""
        out, err = self.both(*arguments, code=code, **settings)
        assert out == ""
        assert err.startswith("briefing: ") and err.count("\n") == 1, err
        return err


@pytest.fixture(scope="module")
def shell(new_home: Callable[[], Path], story: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(new_home(), story, tmp_path_factory.mktemp("work"))


@pytest.fixture
def empty(new_home: Callable[[], Path], tmp_path: Path) -> Shell:
    """An empty story on a fresh home."""
    (tmp_path / "none").mkdir()
    return Shell(new_home(), tmp_path / "none", tmp_path)


ANSWER_KEYS = (
    "question answer abstained engine as_of claims citations computed evidence disagreements withheld missing"
    " nearest_passage nearest_topics fallback milliseconds"
).split()
CITATION_KEYS = (
    "number quote passage_id passage start end source_id kind title publisher standing url published"
).split()


def test_ask_gives_the_document_of_the_contract(shell: Shell) -> None:
    answer = shell.json("ask", CRACK, "--now", LATER)
    assert [key for key in answer if key in ANSWER_KEYS] == ANSWER_KEYS
    assert answer["question"] == CRACK and not answer["abstained"]
    assert "14 metres" in answer["answer"] and "[1]" in answer["answer"]
    first = answer["citations"][0]
    assert list(first) == CITATION_KEYS
    assert first["passage"][first["start"] : first["end"]] == first["quote"]
    assert answer["claims"][0]["text"].endswith("]") and answer["claims"][0]["citations"]
    assert set(answer["milliseconds"]) == {"search", "write", "verify"}


def test_ask_in_words_lists_each_source_with_its_date_and_kind(shell: Shell) -> None:
    text = shell("ask", CRACK, "--now", LATER)
    assert "14 metres" in text and "[1]" in text
    assert "Mar 2031 · summary" in text and "https://news.example/" in text


def test_what_is_not_held_is_declined_and_that_is_no_fault(shell: Shell) -> None:
    answer = shell.json("ask", NOTHING)
    assert answer["abstained"] and answer["answer"] == "" and answer["missing"] and not answer["claims"]
    text = shell("ask", NOTHING, "--now", LATER)
    assert "Not an answer." in text or "does not hold the answer" in text


def test_a_batch_answers_one_line_each_in_order(shell: Shell) -> None:
    lines = [
        CRACK,
        json.dumps({"question": NOTHING}),
        "",
        json.dumps({"question": CRACK, "now": "2031-03-02"}),
        "x\x00y",
    ]
    path = shell.folder / "questions.txt"
    path.write_text("\ufeff" + "\r\n".join(lines) + "\n\n", encoding="utf-8")
    answers = [json.loads(line) for line in shell("ask", "--batch", str(path), "--json").splitlines()]
    assert [one["question"] for one in answers[:4]] == [CRACK, NOTHING, "", CRACK]
    assert len(answers) == 5 and answers[2]["abstained"]
    (shell.folder / "queries").write_text(json.dumps({"query": "sheep"}) + "\nrepair\n")
    found = [json.loads(line) for line in shell("search", "--batch", "queries", "-k", "2", "--json").splitlines()]
    assert [one["query"] for one in found] == ["sheep", "repair"]
    assert all(len(one["passages"]) == 2 for one in found)


def test_a_bad_batch_names_its_line_and_asks_nothing(shell: Shell) -> None:
    (shell.folder / "bad").write_text('who?\n{"question": \n')
    assert "bad, line 2" in shell.fault("ask", "--batch", "bad", "--json", code=1)
    (shell.folder / "binary").write_bytes(b"who?\n\xff\xfe\n")
    assert "binary, line 2" in shell.fault("ask", "--batch", "binary", "--json", code=1)
    assert "No such file" in shell.fault("ask", "--batch", "gone", "--json", code=1)


def test_search_gives_exact_spans_in_rank_order(shell: Shell) -> None:
    found = shell.json("search", "who lost sheep", "-k", "3", "--now", LATER)
    assert list(found) == ["query", "passages"]
    keys = ["passage_id", "source_id", "title", "publisher", "url", "published", "text", "score"]
    assert all(list(one) == keys for one in found["passages"]) and len(found["passages"]) == 3
    assert "1,100 sheep" in found["passages"][0]["text"]
    assert "1. " in shell("search", "who lost sheep", "-k", "1")


def test_a_digest_of_a_span_is_the_same_bytes_twice(shell: Shell) -> None:
    span = ("digest", "--topic", "dam", "--since", "2031-03-01", "--until", "2031-03-09", "--now", LATER)
    digest = shell.json(*span)
    assert (digest["topic"], digest["since"], digest["until"]) == (
        "dam",
        "2031-03-01T00:00:00Z",
        "2031-03-10T00:00:00Z",
    )
    assert not digest["quiet"] and any("crack" in one["title"].lower() for one in digest["stories"])
    assert shell.json(*span) == digest
    text = shell(*span, "--brief")
    assert "[1]" in text and "https://news.example/" in text


def test_sources_and_withdrawing_one(new_home: Callable[[], Path], story: Path, tmp_path: Path) -> None:
    shell = Shell(new_home(), story, tmp_path)
    before = shell.json("sources")["sources"]
    keys = (
        "source_id kind title publisher standing publishers origin language url published about first_seen known_at"
        " topics story_id state version passages"
    ).split()
    assert all(list(one) == keys for one in before)
    assert "1,100" in shell("search", "How many sheep did the farmers' union lose?")
    assert "withdrawn" in shell("sources", "withdraw", "farmers-2031-03-11-claim", "--why", "The union took it back.")
    assert "1,100" not in shell("ask", "How many sheep did the farmers' union lose?", "--json", "--now", LATER)
    listed = shell("sources")
    assert "farmers-2031-03-11-claim" not in listed and listed.endswith("1 withdrawn\n")
    assert "no live source" in shell.fault("sources", "withdraw", "farmers-2031-03-11-claim", "--why", "again", code=1)
    assert "--why" in shell.fault("sources", "withdraw", "tern-2031-04-02-repair", code=2)
    assert shell.json("sources", "--skipped") == {"skipped": []}


def test_ingest_takes_what_is_good_and_names_the_rest(empty: Shell) -> None:
    (empty.folder / "in").mkdir()
    (empty.folder / "in" / "bees.md").write_text("# Bees\n\nThe queen bee lays two thousand eggs a day in summer.\n")
    (empty.folder / "in" / "junk.pdf").write_bytes(b"\x00\x01not a pdf")
    report = empty.json("ingest", "in", "gone.md", code=1)
    assert list(report) == ["added", "updated", "unchanged", "duplicates", "rejected", "passages", "seconds"]
    assert report["added"] == 1 and report["passages"] == 1
    assert {Path(one["input"]).name for one in report["rejected"]} == {"junk.pdf", "gone.md"}
    assert "0 added, 0 updated, 1 unchanged" in empty("ingest", "in", code=1)
    assert empty.json("reindex") == {"passages": 1}
    assert empty("search", "queen bee eggs", "--json").count("two thousand") == 1


def test_an_empty_story_answers_nothing_and_breaks_nothing(empty: Shell) -> None:
    assert empty.json("ask", CRACK)["abstained"]
    assert empty("search", CRACK) == "Nothing is found.\n"
    assert empty.json("digest")["quiet"]


def test_doctor_says_one_line_each_with_the_mend(shell: Shell) -> None:
    out = shell("doctor")
    names = [line.partition(":")[0] for line in out.splitlines()]
    assert names == ["bot", "token", "model", "clock", "feeds", "database", "index", "deliveries"]
    assert "deliveries: 0 sent, 0 uncertain, 0 given up" in out
    token = "123456:" + "A" * 35
    broken, err = shell.both("doctor", code=1, TELEGRAM_BOT_TOKEN=token, TELEGRAM_API_URL="http://127.0.0.1:9")
    assert "cannot be reached" in broken and "mend:" in broken
    assert "A" * 35 not in broken + err


def test_evaluate_scores_the_story_s_own_questions(shell: Shell) -> None:
    scores = shell.json("evaluate")
    assert scores["faults"] == []
    assert scores["all"]["answerable"] + scores["all"]["unanswerable"] == scores["questions"]
    assert scores["all"]["shown"] >= 3
    declined = [row["declined_share"] for row in scores["curve"]]
    assert declined == sorted(declined) and declined[0] == 0


def test_evaluate_refuses_what_is_no_set_of_questions(shell: Shell) -> None:
    (shell.folder / "odd.jsonl").write_text('{"question": "who?", "any": ["("]}\n')
    (shell.folder / "one.jsonl").write_text(json.dumps({"question": NOTHING, "abstain": True}))
    assert "threshold" in shell("evaluate", "one.jsonl")
    assert "odd.jsonl, line 1" in shell.fault("evaluate", "odd.jsonl", code=1)
    assert "No such file" in shell.fault("evaluate", "gone.jsonl", code=1)
    assert "questions_df.csv" in shell.fault("evaluate", "--benchmark", str(shell.folder), code=1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask"], "one question"),
        (["ask", "a", "--batch", "b"], "one question"),
        (["ask", "a", "--now", "2031-13-01"], "neither a date"),
        (["digest", "--since", "2031-03"], "neither a date"),
        (["digest", "--since", "2031-03-09", "--until", "2031-03-01"], "ends before it begins"),
        (["search", "a", "-k", "0"], "-k"),
        (["dance"], "No such command"),
        (["ask", "a", "--loud"], "No such option"),
    ],
)
def test_bad_usage_is_one_line_and_code_2(shell: Shell, arguments: list[str], says: str) -> None:
    assert says in shell.fault(*arguments, code=2)


def test_what_cannot_be_used_is_one_line_and_code_1(shell: Shell, tmp_path: Path) -> None:
    known = shell.fault("digest", "--topic", "moon", code=2)
    assert "dam, people" in known
    assert "BRIEFING_SENDERS" in shell.fault("ask", "a", code=1, BRIEFING_SENDERS="many")
    (tmp_path / "file").write_text("")
    shell.fault("ask", "a", code=1, BRIEFING_HOME=str(tmp_path / "file"))
    shell.fault("ask", "a", code=1, BRIEFING_DATABASE_URL="postgresql+psycopg://127.0.0.1:9/none?connect_timeout=2")


def test_arguments_that_are_not_text_and_markup_from_outside(shell: Shell) -> None:
    answer = json.loads(shell("ask", b"who \xff\xfe?", "--json"))
    assert "\ufffd" in answer["question"]
    assert "\x1b" not in shell("ask", "\x1b[31mred\u202e who?", "--now", LATER)


def test_help_names_every_command(shell: Shell) -> None:
    text = shell("--help")
    for name in ("run", "ask", "search", "ingest", "digest", "sources", "evaluate", "reindex", "doctor"):
        assert f"\n  {name} " in text
    assert "withdraw" in shell("sources", "--help")
    assert shell("--version").startswith("briefing ")
