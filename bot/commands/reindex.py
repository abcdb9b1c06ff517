"""`reindex`: rebuilds the indexes."""

from __future__ import annotations

import click

from bot.commands.opening import opened
from bot.commands.output import print_json, print_text


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The count as JSON on standard output.")
def reindex(as_json: bool) -> None:
    """Rebuild the indexes from the library."""
    with opened(check_model=False) as at:
        count = at.retrieval.reindex(at.bars)
    if as_json:
        print_json({"passages": count})
    else:
        print_text(f"{count} passages indexed")
