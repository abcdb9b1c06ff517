"""Sends what is due: claims deliveries, carries out what `retry` decides, and writes down what came of each.

Promised: a claimed digest is sent once, or the database says why not; a process that dies leaves at most the messages
in flight to be repeated. Not promised: that a message whose answer never came did not arrive twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.delivery.buttons import more_keyboard
from bot.delivery.claim import BATCH, LEASE, claim, open_due, release, renew, turn_back
from bot.delivery.composing import Composer
from bot.delivery.retry import Decision, retry
from bot.nouns import Chat, Telling
from bot.render.digest import Rendered
from bot.sending.sender import NotSent, Outgoing, Priority, Sender, SendFailure
from bot.tables.chats import Chats
from bot.tables.deliveries import MOST_UNKNOWN, Deliveries, Delivery
from bot.tables.subscriptions import Subscriptions
from retrieval.briefing.compose import Digest
from retrieval.clock import Clock
from retrieval.database import Database

log = logging.getLogger(__name__)

CAPACITY = 200  # claimed at once: what waits for its turn in memory
BROKEN_OFF = timedelta(minutes=1)  # until what failed here for a reason of its own is tried again
MOVES = 3  # a group moves once; more is a circle


class Deliverer:
    """Pays what is owed to one bot's chats. `owner` is `machine/run`: the machine and home, and this run of it.

    `sql` runs a call off the event loop. Nothing here waits for a clock: whoever calls `tick` does,
    about once a second.
    """

    def __init__(
        self,
        *,
        database: Database,
        sender: Sender,
        chats: Chats,
        composer: Composer,
        clock: Clock,
        sql: Callable[..., Awaitable[Any]],
        owner: str,
        max_age: timedelta,
    ) -> None:
        self._database = database
        self._sender = sender
        self._chats = chats
        self._composer = composer
        self._clock = clock
        self._sql = sql
        self._owner = owner
        self._max_age = max_age
        self._bot_id = chats.bot_id
        self.deliveries = Deliveries(database, chats.bot_id)
        self._subscriptions = Subscriptions(database, chats.bot_id)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._renew_at: datetime | None = None
        self._ticked: datetime | None = None
        self._stopping = False

    async def start(self) -> None:
        """Takes back what the last run of this machine and home held."""
        await self._sql(release, self._database, self._owner.partition("/")[0])

    async def tick(self) -> None:
        """Makes deliveries of what has come due, and starts as many as there is room for. Returns without waiting."""
        now = self._clock.now()
        if self._tasks and (self._renew_at is None or abs(now - self._renew_at) >= LEASE / 4):
            await self._sql(renew, self._database, self._owner, now)
            self._renew_at = now
        if self._ticked is None or now < self._ticked:
            while await self._sql(turn_back, self._database, self._bot_id, now) >= BATCH:
                pass
        self._ticked = now
        while await self._sql(open_due, self._database, self._bot_id, now, self._max_age):
            pass
        room = CAPACITY - len(self._tasks)
        if room <= 0 or self._stopping:
            return
        for delivery in await self._sql(claim, self._database, self._bot_id, self._owner, now, room):
            task = asyncio.create_task(self._deliver(delivery), name=f"delivery {delivery.delivery_id}")
            self._tasks[delivery.delivery_id] = task
            task.add_done_callback(partial(self._forget, delivery.delivery_id))

    def _forget(self, delivery_id: int, _: asyncio.Task[None]) -> None:
        self._tasks.pop(delivery_id, None)

    async def settle(self) -> None:
        """Waits until nothing that was started is under way any more."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def stop(self, within: float = 2.5) -> None:
        """Starts nothing more and lets what is on its way arrive; what is not done by then is repeated another time."""
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._attempt(delivery)
        except NotSent:
            pass
        except Exception:
            log.exception("delivery %d broke off", delivery.delivery_id)
            at = self._clock.now() + BROKEN_OFF
            await self._sql(self.deliveries.broke_off, delivery, at, "the bot failed at it; see its log")
            return
        await self._sql(self.deliveries.unclaim, delivery.delivery_id, self._owner)

    async def _attempt(self, delivery: Delivery) -> None:
        if delivery.unknown >= MOST_UNKNOWN:
            await self._sql(
                self.deliveries.finish,
                delivery,
                "uncertain",
                "twice stopped while it was being sent",
                self._clock.now(),
            )
            return
        digest, rendered = await self._composer.message(delivery)
        if delivery.skip_quiet and digest.quiet and not digest.unreachable:
            await self._sql(self.deliveries.finish, delivery, "skipped", "a quiet day", self._clock.now())
            return
        chat = await self._sql(self._chats.get, delivery.chat_id)
        if chat is not None:
            await self._send(delivery, chat, digest, rendered)

    async def _send(self, delivery: Delivery, chat: Chat, digest: Digest, rendered: Rendered) -> None:
        async def begin() -> bool:
            if self._stopping:
                return False
            begun: bool = await self._sql(self.deliveries.begin, delivery.delivery_id, self._owner, self._clock.now())
            return begun

        keyboard = more_keyboard(digest, self._composer.view(delivery), rendered.more)
        for tries in range(1, MOVES + 1):
            message = Outgoing(
                chat.telegram_id,
                rendered.text,
                thread=delivery.thread,
                keyboard=keyboard,
                silent=not delivery.aloud,
                protected=delivery.discreet,
            )
            try:
                message_id = await self._sender.send(message, Priority.DIGEST, begin)
            except SendFailure as failure:
                unknown = failure.kind == "unknown_outcome"
                attempts = delivery.unknown + 1 if unknown else delivery.attempts + tries
                decision = retry(failure, attempts, self._clock.now())
                if decision.action == "move" and decision.new_id is not None and tries < MOVES:
                    moved = self._chats.migrated, chat.telegram_id, decision.new_id, self._clock.now()
                    chat = await self._sql(*moved)
                    delivery = replace(delivery, chat_id=chat.chat_id)
                    await self._sql(self.deliveries.anew, delivery)
                    continue
                await self._carry_out(decision, delivery, failure)
            else:
                telling = _telling(delivery, digest, rendered)
                await self._sql(self.deliveries.sent, delivery, message_id, telling, self._clock.now())
            return

    async def _carry_out(self, decision: Decision, delivery: Delivery, failure: SendFailure) -> None:
        now = self._clock.now()
        log.info("delivery %d: %s (%s)", delivery.delivery_id, decision.action, failure.kind)
        match decision.action:
            case "again" if decision.at is not None:
                unknown = failure.kind == "unknown_outcome"
                await self._sql(self.deliveries.again, delivery, decision.at, decision.why, unknown=unknown)
            case "uncertain":
                await self._sql(self.deliveries.finish, delivery, "uncertain", decision.why, now)
            case "give up":
                await self._sql(self.deliveries.finish, delivery, "given up", decision.why, now)
            case _:
                await self._sql(self.deliveries.finish, delivery, "failed", decision.why, now)
        if decision.action == "pause":
            whole = failure.kind == "blocked"
            await self._sql(
                self._subscriptions.pause, delivery.chat_id, delivery.thread, decision.why, whole_chat=whole
            )


def _telling(delivery: Delivery, digest: Digest, rendered: Rendered) -> Telling:
    return Telling(
        chat_id=delivery.chat_id,
        kind="digest",
        outcome="digest",
        engine="extractive",
        claims=rendered.claims,
        citations=rendered.citations,
        as_of=digest.latest,
        thread=delivery.thread,
    )
