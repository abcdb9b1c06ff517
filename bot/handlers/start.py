"""/start and /help: what the bot does, and what it keeps."""

from __future__ import annotations

from bot.nouns import Incoming
from bot.parts import Parts
from bot.render.html import Block, bold, code, html, plain
from bot.zones import example_zone


def register(parts: Parts) -> None:
    parts.command("start", start, "What this bot does", menu=False)
    parts.command("help", show_help, "What this bot does, and its commands")


async def start(parts: Parts, incoming: Incoming) -> None:
    """Greets; and whatever a feature has to say of its return."""
    lines = [line for returned in parts.on_returned if (line := await returned(incoming.chat))]
    greeting = _greeting(parts, incoming)
    texts = html(greeting if incoming.chat.is_group else [*greeting, *_to_try(parts)])
    if lines:
        texts.append("\n".join(lines))
    await parts.reply(incoming, texts)


async def show_help(parts: Parts, incoming: Incoming) -> None:
    settings = parts.settings
    rows = [
        plain(code(f"/{entry.name}"), f": {entry.describe}")
        for entry in parts.commands.values()
        if (entry.menu or (entry.operators and parts.is_operator(incoming.person)))
        and entry.where in ("everywhere", "group" if incoming.chat.is_group else "private")
    ]
    kept = (
        f"What you ask is kept for {settings.question_hours} hours, what was told for {settings.retention_days} days; "
        "/wipe deletes it at once. Answers rest on the library alone: where it does not hold one, the bot says so."
    )
    await parts.reply(incoming, html([*_greeting(parts, incoming), *_spaced(rows), plain(kept, gap=True)]))


def _to_try(parts: Parts) -> list[Block]:
    zone = example_zone(parts.retrieval.names, parts.settings.timezone)
    return [
        plain("Try a question, or a digest each morning: ", code(f"/subscribe 08:30 {zone}"), gap=True),
        plain(code("/help"), " lists everything else."),
    ]


def _spaced(rows: list[Block]) -> list[Block]:
    return [Block(row.runs, row.kind, gap=index == 0) for index, row in enumerate(rows)]


def _greeting(parts: Parts, incoming: Incoming) -> list[Block]:
    how = (
        f"In this group, ask with /ask, by naming @{parts.username}, or by replying to one of its messages."
        if incoming.chat.is_group
        else "Just write a question."
    )
    return [
        plain(bold("A briefing on one story, with its sources.")),
        plain(f"{how} Each answer cites the passages that it rests on."),
    ]
