"""`ask`: one question, or a file of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bot.commands.batch import Line, read_batch
from bot.commands.moments import NOW
from bot.commands.opening import opened
from bot.commands.output import given, print_json, print_text
from retrieval.clock import SystemClock


@click.command()
@click.argument("question", required=False)
@click.option(
    "--batch",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="One question per line, or a JSON object.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document per answer on standard output.")
@NOW
def ask(question: str | None, batch: Path | None, as_json: bool, now: datetime | None) -> None:
    """Answer a question with cited passages, or say what is missing."""
    if (question is None) == (batch is None):
        raise click.UsageError('ask needs one question in quotes, as in ask "Who holds the town?", or --batch FILE')
    lines = read_batch(batch, ("question",), now) if batch else [Line(given(question or ""), now)]
    with opened() as at:
        from bot.commands.plain_text import answer_text
        from retrieval.documents import answer_json

        for number, line in enumerate(lines, start=1):
            answer = at.retrieval.ask(line.text, line.now)
            if as_json:
                print_json(answer_json(answer))
            else:
                today = (line.now or SystemClock().now()).date()
                print_text(answer_text(answer, today, at.settings.stale_days))
            if batch:
                at.bars("asking", number, len(lines))
