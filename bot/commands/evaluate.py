"""`evaluate`: asks questions with known answers, and scores what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from bot.commands.opening import Opened, command_settings, opened
from bot.commands.output import print_json, print_text
from bot.commands.progress import Bars
from bot.settings import Settings
from retrieval.clock import SystemClock

if TYPE_CHECKING:
    from retrieval.evaluation.passage_benchmark import Benchmark, Ranked, Wanted
    from retrieval.evaluation.questions import Expected
    from retrieval.evaluation.scores import Outcome
    from retrieval.service import Retrieval

_READ = 40  # passages asked for, more than the largest limit holds


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--benchmark", type=click.Path(path_type=Path), metavar="DIR", help="A public benchmark of passages.")
@click.option("--json", "as_json", is_flag=True, help="The scores as JSON on standard output.")
def evaluate(file: Path | None, benchmark: Path | None, as_json: bool) -> None:
    """Ask the questions of FILE (the story's own by default) and score answers, citations and abstentions."""
    if benchmark:
        if file:
            raise click.UsageError("FILE and --benchmark are two evaluations: name one")
        document = _passages(benchmark)
        text = benchmark_text
    else:
        document = _answers(file)
        text = report_text
    if as_json:
        print_json(document)
    else:
        print_text(text(document))


def _answers(file: Path | None) -> dict[str, Any]:
    from retrieval.evaluation.questions import read_questions
    from retrieval.evaluation.scores import report

    path = file or command_settings().data / "questions" / "report.jsonl"
    try:
        questions = read_questions(path)
    except OSError as fault:
        raise click.ClickException(f"{path}: {fault.strerror}") from None
    except ValueError as fault:
        raise click.ClickException(str(fault)) from None
    with opened() as at:
        outcomes = []
        for number, question in enumerate(questions, start=1):
            outcomes.append(_asked(at, question))
            at.bars("asking", number, len(questions))
    return {"file": path.name, **report(outcomes)}


def _asked(at: Opened, question: Expected) -> Outcome:
    from retrieval.evaluation.faults import faults
    from retrieval.evaluation.scores import judge

    answer = at.retrieval.ask(question.question, question.now)
    shown = [*answer.citations, *([answer.nearest] if answer.nearest else [])]
    stored = at.retrieval.library.passages([citation.passage.passage_id for citation in shown])
    return judge(question, answer, faults(answer, {key: passage.text for key, (passage, _) in stored.items()}))


def _passages(folder: Path) -> dict[str, Any]:
    """Searches every question in a fresh library that holds nothing but the benchmark's texts."""
    from retrieval.evaluation.passage_benchmark import LIMITS, Corpus, read_benchmark, shares
    from retrieval.service import Retrieval

    settings = command_settings()
    try:
        benchmark = read_benchmark(folder)
    except (OSError, ValueError) as fault:
        raise click.ClickException(str(fault)) from None
    texts = {name: Corpus(path.read_text(encoding="utf-8")) for name, path in benchmark.corpora.items()}
    with TemporaryDirectory(prefix="briefing-") as scratch, Bars() as bars:
        home = _fresh_home(Path(scratch), settings)
        (home / "story").mkdir()
        retrieval = Retrieval.open(
            home, home / "story", clock=SystemClock(), embedding_model=settings.embedding_model, progress=bars
        )
        try:
            found = _searched(retrieval, benchmark, bars)
        finally:
            retrieval.close()
    covered = shares(found, texts)
    return {
        "questions": len(found),
        "corpora": len(texts),
        "covered": {str(limit): covered[str(limit)] for limit in LIMITS},
    }


def _fresh_home(scratch: Path, settings: Settings) -> Path:
    """An empty home that shares the built model of the usual one."""
    models = settings.home / "models"
    models.mkdir(parents=True, exist_ok=True)
    (scratch / "models").symlink_to(models.resolve(), target_is_directory=True)
    return scratch


def _searched(retrieval: Retrieval, benchmark: Benchmark, bars: Bars) -> list[tuple[Wanted, Sequence[Ranked]]]:
    from retrieval.evaluation.passage_benchmark import Ranked

    corpus_of: dict[str, str] = {}
    for name, path in benchmark.corpora.items():
        report = retrieval.ingest([str(path)], bars)
        if report.rejected:
            raise click.ClickException(f"{path}: {report.rejected[0]['why']}")
        fresh = {source["source_id"] for source in retrieval.sources()} - corpus_of.keys()
        corpus_of.update(dict.fromkeys(fresh, name))
    found: list[tuple[Wanted, Sequence[Ranked]]] = []
    for number, wanted in enumerate(benchmark.questions, start=1):
        ranked = [
            Ranked(corpus_of[one.source.source_id], one.passage.start, one.passage.text)
            for one in retrieval.search(wanted.question, _READ)
        ]
        found.append((wanted, ranked))
        bars("searching", number, len(benchmark.questions))
    return found


def report_text(document: dict[str, Any]) -> str:
    """The scores as a table by kind, then the curve, then every fault."""
    lines = [
        f"{document['questions']} questions of {document['file']}; "
        f"an answer takes {document['milliseconds']['p50']} ms (p50), {document['milliseconds']['p95']} ms (p95)",
        "",
        f"{'kind':<22}{'answerable':>11}{'answered':>10}{'right':>8}{'shown':>8}{'unanswerable':>14}{'declined':>10}",
    ]
    for kind, row in [*document["kinds"].items(), ("all", document["all"])]:
        lines.append(
            f"{kind[:21]:<22}{row['answerable']:>11}{row['answered']:>10}{_percent(row['right_share']):>8}"
            f"{_percent(row['shown_share']):>8}{row['unanswerable']:>14}{_percent(row['declined_share']):>10}"
        )
    lines += [
        "",
        "right: answered, and a citation is the one that answers; shown: that one was told, or shown as the nearest",
        "",
        f"{'threshold':>9}{'right':>8}{'declined':>10}",
    ]
    lines += [
        f"{row['threshold']:>9.2f}{_percent(row['right_share']):>8}{_percent(row['declined_share']):>10}"
        for row in document["curve"]
    ]
    lines += ["", f"{len(document['faults'])} faults"]
    lines += [f"{one['id']}: {one['fault']}" for one in document["faults"]]
    return "\n".join(lines)


def benchmark_text(document: dict[str, Any]) -> str:
    lines = [f"{document['questions']} questions over {document['corpora']} texts; wanted characters that are found"]
    lines += [
        f"within the first {int(limit):,} characters: {_percent(share)}" for limit, share in document["covered"].items()
    ]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"
