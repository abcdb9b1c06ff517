"""`sources`: what is in the library, what was left out, and taking a source out."""

from __future__ import annotations

from datetime import datetime

import click

from bot.commands.moments import NOW
from bot.commands.opening import opened
from bot.commands.output import given, print_json, print_text


@click.group(invoke_without_command=True)
@click.option("--skipped", is_flag=True, help="What was left out, and why.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON on standard output.")
@NOW
@click.pass_context
def sources(ctx: click.Context, skipped: bool, as_json: bool, now: datetime | None) -> None:
    """List what is in the library and how fresh it is."""
    if ctx.invoked_subcommand is not None:
        return
    with opened() as at:
        from bot.commands.plain_text import skipped_text, sources_text
        from retrieval.documents import skipped_json, sources_json

        if skipped:
            left_out = at.retrieval.library.skipped()
            document, text = skipped_json(left_out), skipped_text
        else:
            document, text = sources_json(at.retrieval.sources(now)), sources_text
        if as_json:
            print_json(document)
        else:
            print_text(text(document))


@sources.command()
@click.argument("source_id", metavar="ID")
@click.option("--why", required=True, help="The reason, in words that readers may be told.")
@click.option("--json", "as_json", is_flag=True, help="What was done as JSON on standard output.")
def withdraw(source_id: str, why: str, as_json: bool) -> None:
    """Take a source out of every answer; it does not come back by itself."""
    source_id, why = given(source_id), " ".join(given(why).split())
    if not why:
        raise click.UsageError("--why needs a reason in words")
    with opened() as at:
        at.retrieval.withdraw(source_id, why)
    if as_json:
        print_json({"withdrawn": source_id, "why": why})
    else:
        print_text(f"{source_id} is withdrawn: {why}")
