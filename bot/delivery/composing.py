"""Composes and renders a digest once for all who are owed the same topics and span."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.asks import Digests, titles_of
from bot.render.digest import Rendered, View, digest_message
from bot.tables.deliveries import Delivery
from bot.zones import zone_named
from retrieval.briefing.compose import Digest

KEPT = 32  # digests, and for each the ways in which it was rendered

Span = tuple[str, datetime, datetime]


class Composer:
    """A digest is composed as of its due moment, so that it is the same whenever it is composed.

    `think` runs a slow call off the event loop. `composed` counts how often that happened. To be used from one event
    loop.
    """

    def __init__(
        self,
        digests: Digests,
        think: Callable[..., Awaitable[Any]],
        stale_days: int,
    ) -> None:
        self._digests = digests
        self._think = think
        self._titles: Mapping[str, str] = titles_of(digests)
        self._stale_days = stale_days
        self._kept: OrderedDict[Span, asyncio.Future[Digest]] = OrderedDict()
        self._rendered: dict[tuple[Span, str], Rendered] = {}
        self.composed = 0

    async def digest(self, topics: str, since: datetime, until: datetime) -> Digest:
        """The digest of these topics (joined by commas; empty for all) and span."""
        span = (topics, since, until)
        found = self._kept.get(span)
        if found is None:
            found = asyncio.ensure_future(self._compose(span))
            self._kept[span] = found
            self._forget()
        try:
            return await asyncio.shield(found)
        except Exception:
            self._kept.pop(span, None)
            raise

    async def message(self, delivery: Delivery) -> tuple[Digest, Rendered]:
        """The digest that a delivery owes, and its message."""
        digest = await self.digest(delivery.topics, delivery.since, delivery.due)
        span = (delivery.topics, delivery.since, delivery.due)
        way = f"{delivery.zone} {delivery.first} {delivery.missed} {delivery.discreet}"
        if (span, way) not in self._rendered:
            self._rendered[span, way] = digest_message(digest, self.view(delivery))
        return digest, self._rendered[span, way]

    def view(self, delivery: Delivery) -> View:
        """How the delivery's chat sees the digest."""
        return View(
            titles=self._titles,
            zone=zone_named(delivery.zone),
            first=delivery.first,
            missed=delivery.missed,
            discreet=delivery.discreet,
            stale_days=self._stale_days,
        )

    async def _compose(self, span: Span) -> Digest:
        topics, since, until = span
        self.composed += 1
        digest: Digest = await self._think(self._digests.digest, topics or None, since, until, until)
        return digest

    def _forget(self) -> None:
        while len(self._kept) > KEPT:
            gone, _ = self._kept.popitem(last=False)
            for key in [key for key in self._rendered if key[0] == gone]:
                del self._rendered[key]
