"""`search`: ranked passages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bot.commands.batch import Line, read_batch
from bot.commands.moments import NOW
from bot.commands.opening import opened
from bot.commands.output import given, print_json, print_text


@click.command()
@click.argument("query", required=False)
@click.option("-k", "count", type=click.IntRange(1, 1_000), default=10, show_default=True, help="How many passages.")
@click.option(
    "--batch",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="One query per line, or a JSON object.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document per query on standard output.")
@NOW
def search(query: str | None, count: int, batch: Path | None, as_json: bool, now: datetime | None) -> None:
    """Find the passages that fit a query best."""
    if (query is None) == (batch is None):
        raise click.UsageError("search needs one query in quotes, or --batch FILE")
    lines = read_batch(batch, ("query", "question"), now) if batch else [Line(given(query or ""), now)]
    with opened() as at:
        from bot.commands.plain_text import found_text
        from retrieval.documents import search_json

        for number, line in enumerate(lines, start=1):
            found = at.retrieval.search(line.text, count, line.now)
            if as_json:
                print_json(search_json(line.text, found))
            else:
                print_text(found_text(found))
            if batch:
                at.bars("searching", number, len(lines))
