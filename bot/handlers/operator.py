"""/status: how the bot is doing, for its operators."""

from __future__ import annotations

from bot.nouns import Incoming
from bot.parts import Parts
from bot.render.status import Status, status_text
from bot.tables.deliveries import Deliveries
from bot.tables.subscriptions import Subscriptions


def register(parts: Parts) -> None:
    parts.command("status", status, "How the bot is doing", operators=True)


async def status(parts: Parts, incoming: Incoming) -> None:
    """Deliveries with the latest troubles, subscriptions, sources: what `doctor` says of them, in the same words."""
    deliveries = Deliveries(parts.database, parts.bot_id)
    subscriptions = await parts.sql(Subscriptions(parts.database, parts.bot_id).counts)
    sources = await parts.think(parts.retrieval.sources, parts.clock.now())
    live = [row for row in sources if row["state"] == "live"]
    found = Status(
        deliveries=await parts.sql(deliveries.counts),
        troubles=await parts.sql(deliveries.troubles),
        active=subscriptions.get("active", 0),
        paused=subscriptions.get("paused", 0),
        sources=len(live),
        newest=max((row["published"] for row in live if row["published"]), default=None),
        refreshed=parts.refreshed_at,
    )
    await parts.reply(incoming, status_text(found))
