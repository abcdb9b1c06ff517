"""A whole verified answer beside the naive chain's bare retrieval, warm, over 10,000 passages.

    python -m tests.bench.answers

Prints both times and their ratios, the peak memory of a process that only answers, the passages embedded in a second,
and the time from starting a command to its answer.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from retrieval.database import Database
from retrieval.embedding import BundledEmbedder, Encoder
from retrieval.evaluation.questions import read_questions
from retrieval.passages import passages
from retrieval.vectors import Vectors
from tests.bench.library import DATA, ROOT, Prepared, opened, prepared
from tests.bench.naive import NaiveChain, split

QUESTIONS, WARM_UP, SLICE, STARTS = 200, 20, 300, 3
TARGETS = {"p50": 6, "p95": 8}  # times the naive chain's bare retrieval
MEMORY = 700  # MB
Asked = Callable[[str], object]


def main() -> None:
    library = prepared()
    print(_machine())
    _print_times(library)
    _print_memory(library)
    _print_embedding(library)
    _print_start(library)


def _machine() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    version = ".".join(map(str, sys.version_info[:3]))
    return f"machine         {os.cpu_count()} cores, {pages:.0f} GB of memory, Python {version}"


# Time


def _print_times(library: Prepared) -> None:
    retrieval = opened(library.home)
    naive = NaiveChain(library.naive, Encoder(library.home / "models"))
    asked = _questions(QUESTIONS + WARM_UP)
    for question in asked[:WARM_UP]:
        retrieval.ask(question)
        naive.retrieve(question)
    ours, theirs = _in_turn(asked[WARM_UP:], retrieval.ask, naive.retrieve)
    print(f"library         {retrieval.index.count():,} passages, {QUESTIONS} questions in turn, {WARM_UP} to warm up")
    retrieval.close()
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        whole, bare = _quantile(ours, share), _quantile(theirs, share)
        print(
            f"answer, {name}     {whole * 1e3:.1f} ms verified; naive retrieval {bare * 1e3:.1f} ms: "
            f"{whole / bare:.1f} times; limit {TARGETS[name]}"
        )


def _questions(count: int) -> list[str]:
    found = read_questions(DATA / "questions" / "learn.jsonl")
    return [one.question for one in random.Random(7).sample(found, count)]


def _in_turn(questions: Sequence[str], *ways: Asked) -> list[list[float]]:
    """The seconds of each way for each question; which way goes first alternates."""
    took: list[list[float]] = [[] for _ in ways]
    for number, question in enumerate(questions):
        order = range(len(ways)) if number % 2 else reversed(range(len(ways)))
        for way in order:
            started = time.perf_counter()
            ways[way](question)
            took[way].append(time.perf_counter() - started)
    return took


def _quantile(values: Sequence[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


# Memory


def _print_memory(library: Prepared) -> None:
    ours, naive = (_memory_of(way, library) for way in ("ours", "naive"))
    print(f"peak memory     {ours} MB of a process that only answers; naive {naive} MB; limit {MEMORY}")


def _memory_of(way: str, library: Prepared) -> str:
    command = [sys.executable, "-m", "tests.bench.answers", way, str(library.home), str(library.naive)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _answer_and_tell_memory(way: str, home: Path, naive: Path) -> None:
    if way == "ours":
        ask: Asked = opened(home).ask
    else:
        ask = NaiveChain(naive, Encoder(home / "models")).retrieve
    for question in _questions(QUESTIONS):
        ask(question)
    print(_peak())


def _peak() -> int:
    """Megabytes that this process had in memory at most; `ru_maxrss` would count those of the process that began it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


# Embedding


def _print_embedding(library: Prepared) -> None:
    """Ours embeds a passage, each of its sentences, and the tokens of these; the naive chain whole chunks."""
    encoder = Encoder(library.home / "models")
    texts = [one.text[start:end] for one in library.corpus.articles for start, end in passages(one.text)][:SLICE]
    chunks = split(library.corpus.articles)[:SLICE]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        database.migrate()
        vectors = Vectors(database, encoder, BundledEmbedder(encoder))
        ours = _speed(vectors.ensure, texts)
        database.close()
    naive = _speed(NaiveChain(library.naive, encoder).embeddings.embed_documents, chunks)
    print(f"embedding       ours {ours}; naive {naive}")


def _speed(embed: Callable[[list[str]], object], texts: list[str]) -> str:
    started = time.perf_counter()
    embed(texts)
    seconds = time.perf_counter() - started
    return f"{len(texts) / seconds:.0f} passages ({sum(map(len, texts)) / seconds:,.0f} characters) a second"


# Start


def _print_start(library: Prepared) -> None:
    question = _questions(1)[0]
    command = [sys.executable, "-m", "bot", "ask", question]
    environment = os.environ | {"BRIEFING_HOME": str(library.story), "BRIEFING_DATA": str(DATA)}
    took = []
    for _ in range(STARTS + 1):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - started)
    middle = statistics.median(took[1:])
    print(f"first answer    {middle:.1f} s after `python -m bot ask` is started on the bundled story")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _answer_and_tell_memory(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
