"""Long polling that loses nothing: updates are stored before they are acknowledged, and handled from the table."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, TelegramError

from bot.inbox.lanes import Lanes
from bot.sending.failures import SendFailure, failure_of
from bot.tables.updates import ATTEMPTS, INLINE, Updates, Waiting
from bot.threads import Threads
from retrieval.clock import Clock

log = logging.getLogger(__name__)

POLL_SECONDS = 25
SIDE_BY_SIDE = 32
ALLOWED_UPDATES = ("message", "callback_query", "inline_query", "my_chat_member")
_RETRY_AFTER = (0.2, 1.0)
_TOO_SOON = 0.3

# The raw documents are wanted, which Bot.get_updates does not give: one that PTB cannot read must not hold up the rest.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")


class Inbox:
    """Fetches updates, stores them, and has them handled: side by side, in order within a chat.

    A batch is stored in one transaction, and only the next request acknowledges it; so a crash may handle an update
    twice, never not at all. `handle` may raise: then the update is tried again, three times in all, and parked, after
    which `apologise` is called. A chat that does not take messages any more is no fault.
    """

    def __init__(
        self,
        bot: Bot,
        updates: Updates,
        threads: Threads,
        clock: Clock,
        handle: Callable[[Update], Awaitable[None]],
        apologise: Callable[[Update], Awaitable[None]],
        *,
        allowed: Sequence[str] = ALLOWED_UPDATES,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._updates = updates
        self._threads = threads
        self._clock = clock
        self._handle = handle
        self._apologise = apologise
        self._allowed = list(allowed)
        self._sleep = sleep
        self._monotonic = monotonic
        self._lanes: Lanes[Waiting] = Lanes(self._work, SIDE_BY_SIDE)

    async def poll(self) -> None:
        """Handles what a former run left, then polls until it is cancelled."""
        for left in await self._threads.run(self._updates.waiting):
            self._lanes.add(left.lane, left)
        offset: int | None = None
        faults = 0
        while True:
            asked = self._monotonic()
            try:
                batch = await self._fetch(offset)
                faults = 0
            except TelegramError as error:
                faults += 1
                await self._sleep(self._pause(error, faults))
                continue
            offset = await self.take(batch) or offset
            if not batch and self._monotonic() - asked < _TOO_SOON:
                # A server that does not hold the request back would be asked without a pause.
                await self._sleep(_TOO_SOON)

    async def take(self, batch: Sequence[dict[str, Any]]) -> int | None:
        """Stores a batch and queues what is new in it; the offset that acknowledges it."""
        if not batch:
            return None
        for fresh in await self._threads.run(self._updates.store, batch, self._clock.now()):
            self._lanes.add(fresh.lane, fresh)
        return max(int(update["update_id"]) for update in batch) + 1

    async def close(self, within: float) -> None:
        """Lets what is being handled end; the rest stays in the table for the next start."""
        await self._lanes.close(within)

    async def _fetch(self, offset: int | None) -> list[dict[str, Any]]:
        arguments: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": 100, "allowed_updates": self._allowed}
        if offset is not None:
            arguments["offset"] = offset
        result = await self._bot.do_api_request("getUpdates", arguments, read_timeout=POLL_SECONDS + 10)
        return list(result)

    def _pause(self, error: TelegramError, faults: int) -> float:
        failure = failure_of(error)
        if isinstance(error, Conflict):
            log.warning("Telegram says that another process polls with this bot's token, or a webhook is set")
            return 5.0
        if faults in (1, 10) or faults % 100 == 0:
            log.warning("no updates from Telegram (%s); trying again (%d)", failure, faults)
        return failure.retry_after or min(0.5 * 2.0 ** min(faults - 1, 6), 15.0)

    async def _work(self, waiting: Waiting) -> None:
        try:
            await self._attempts(waiting)
        except Exception:
            # Only storing can fail here; the update waits for the next start.
            log.exception("update %d could not be settled", waiting.update_id)

    async def _attempts(self, waiting: Waiting) -> None:
        document = await self._threads.run(self._updates.payload, waiting.update_id)
        superseded = waiting.lane.startswith(INLINE) and self._lanes.later(waiting.lane)
        if document is None or superseded:
            await self._threads.run(self._updates.done, waiting.update_id)
            return
        for attempt in range(ATTEMPTS):
            try:
                update = Update.de_json(document, self._bot)
                await self._handle(update)
            except Exception as error:
                if isinstance(error, SendFailure) and error.kind in ("blocked", "topic_closed"):
                    log.info("update %d: the chat takes no messages (%s)", waiting.update_id, error.kind)
                elif not await self._threads.run(self._updates.failed, waiting.update_id):
                    await self._sleep(_RETRY_AFTER[min(attempt, len(_RETRY_AFTER) - 1)])
                    continue
                else:
                    log.exception("update %d could not be handled and is parked", waiting.update_id)
                    await self._say_sorry(document)
                    return
            await self._threads.run(self._updates.done, waiting.update_id)
            return

    async def _say_sorry(self, document: dict[str, Any]) -> None:
        try:
            await self._apologise(Update.de_json(document, self._bot))
        except Exception as error:
            log.info("no apology could be sent (%s)", type(error).__name__)
