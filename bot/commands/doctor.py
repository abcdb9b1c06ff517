"""`doctor`: what works, what does not, and the mend."""

from __future__ import annotations

import click

from bot.commands.opening import command_settings, secrets_of
from bot.commands.output import print_json, print_text
from bot.logs import TokenFilter
from retrieval.clock import SystemClock


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON on standard output.")
def doctor(as_json: bool) -> None:
    """Check token, model, database, index, feeds, clock and deliveries; exits 1 where something needs mending."""
    from bot.checkup import check

    settings = command_settings()
    redact = TokenFilter(secrets_of(settings)).redact
    findings = []
    for finding in check(settings, SystemClock()):
        findings.append({"name": finding.name, "found": redact(finding.text), "mend": redact(finding.mend)})
        if not as_json:
            print_text(redact(finding.line))
    if as_json:
        print_json({"findings": findings})
    if any(finding["mend"] and finding["name"] != "deliveries" for finding in findings):
        raise click.exceptions.Exit(1)
