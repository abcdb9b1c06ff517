"""`digest`: what changed in a span, previewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from bot.commands.moments import NOW, MomentType
from bot.commands.opening import opened
from bot.commands.output import print_json, print_text
from retrieval.clock import SystemClock

_DAYS = timedelta(days=7)


@click.command()
@click.option("--topic", metavar="T", help="A topic of the story, or several with commas; without one, all.")
@click.option("--since", type=MomentType(), metavar="ISO", help="The first moment of the span.")
@click.option("--until", type=MomentType(whole_day=True), metavar="ISO", help="Its end; a date includes that day.")
@click.option("--brief", is_flag=True, help="The one-page briefing.")
@click.option("--json", "as_json", is_flag=True, help="The digest as JSON on standard output.")
@NOW
def digest(
    topic: str | None, since: datetime | None, until: datetime | None, brief: bool, as_json: bool, now: datetime | None
) -> None:
    """Preview the digest of a span; without times, of the last seven days that have news."""
    moment = now or SystemClock().now()
    if since and since >= (until or moment):
        raise click.UsageError("the span ends before it begins: --since must lie before --until")
    with opened() as at:
        from bot.commands.plain_text import digest_text
        from retrieval.briefing.compose import last_news
        from retrieval.briefing.document import digest_json

        check_topic(topic, [known.topic for known in at.retrieval.topics])
        if since is None and until is None:
            until = last_news(at.retrieval.library, topic, moment)
        until = until or moment
        found = at.retrieval.digest(topic, since or until - _DAYS, until, moment)
        if as_json:
            print_json(digest_json(found))
        else:
            print_text(digest_text(found, brief=brief))


def check_topic(topic: str | None, known: Sequence[str]) -> None:
    """Raises click.UsageError, which names the topics, for one that the story does not have."""
    from retrieval.briefing.news import topics_of

    for wanted in topics_of(topic):
        if wanted not in known:
            names = ", ".join(known) or "none, the story has no topics"
            raise click.UsageError(f"there is no topic {wanted!r}; the topics are: {names}")
