"""`ingest`: adds sources."""

from __future__ import annotations

import click

from bot.commands.opening import opened
from bot.commands.output import given, print_json, print_text


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on standard output.")
def ingest(inputs: tuple[str, ...], as_json: bool) -> None:
    """Add files, folders, pages or feeds to the library.

    What is good goes in; what is not is named with its reason, and the command exits 1.
    """
    with opened() as at:
        from bot.commands.plain_text import ingest_text
        from retrieval.documents import ingest_json

        report = at.retrieval.ingest([given(one) for one in inputs], at.bars)
    document = ingest_json(report)
    if as_json:
        print_json(document)
    else:
        print_text(ingest_text(document))
    if document["rejected"]:
        raise click.exceptions.Exit(1)
