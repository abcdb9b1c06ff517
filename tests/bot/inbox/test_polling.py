"""Updates: stored before they are acknowledged, handled in order within a chat, never lost, parked in the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Update

from bot.inbox.polling import Inbox
from bot.sandbox import faults
from bot.sandbox.server import LocalBotApi
from bot.tables.updates import Updates
from bot.threads import Threads
from retrieval.clock import SystemClock
from retrieval.database import Database
from tests.bot.sending.test_sender import client

pytestmark = pytest.mark.asyncio
Handler = Callable[[Update], Awaitable[None]]


async def no_apology(update: Update) -> None:
    raise AssertionError("nothing to be sorry for")


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def polling(
    api: LocalBotApi, database: Database, handle: Handler, apologise: Handler = no_apology
) -> AsyncIterator[Inbox]:
    bot, threads = client(api.url, api.token), Threads(2, "sql")
    inbox = Inbox(bot, Updates(database, api.bot.id), threads, SystemClock(), handle, apologise, sleep=at_once)
    task = asyncio.create_task(inbox.poll())
    yield inbox
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await inbox.close(within=5.0)
    await bot.shutdown()
    threads.close()


class Notes:
    """What was handled, and waiting for more of it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._more = asyncio.Event()

    async def __call__(self, update: Update) -> None:
        assert update.message is not None and update.message.text is not None
        self.texts.append(update.message.text)
        self._more.set()

    async def until(self, count: int) -> list[str]:
        while len(self.texts) < count:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 15)
        return self.texts


def states(database: Database) -> list[str]:
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT state FROM updates ORDER BY update_id")
        return [str(row[0]) for row in rows]


async def test_an_update_is_in_the_table_before_it_is_acknowledged(local: LocalBotApi, database: Database) -> None:
    notes = Notes()
    async with polling(local, database, notes):
        local.people.says(local.people.person("Ann"), "hello")
        await asyncio.to_thread(local.log.fetched, local.bot)
        assert len(await asyncio.to_thread(states, database)) >= 1
        assert "hello" in await notes.until(1)


async def test_what_was_not_finished_is_handled_by_the_next_start(local: LocalBotApi, database: Database) -> None:
    ann = local.people.person("Ann", started=False)
    begun = asyncio.Event()

    async def never(update: Update) -> None:
        begun.set()
        await asyncio.Event().wait()

    bot, threads = client(local.url, local.token), Threads(2, "sql")
    killed = Inbox(bot, Updates(database, local.bot.id), threads, SystemClock(), never, no_apology)
    task = asyncio.create_task(killed.poll())
    for words in ("one", "two", "three"):
        local.people.says(ann, words)
    await asyncio.wait_for(begun.wait(), 15)
    await asyncio.to_thread(local.log.fetched, local.bot)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await killed.close(within=0.0)
    await bot.shutdown()
    threads.close()
    notes = Notes()
    async with polling(local, database, notes):
        assert (await notes.until(3))[-3:] == ["one", "two", "three"]


async def test_in_order_within_a_chat_and_side_by_side_between_chats(local: LocalBotApi, database: Database) -> None:
    ann, bob = local.people.person("Ann", started=False), local.people.person("Bob", started=False)
    gate = asyncio.Event()
    notes = Notes()

    async def handle(update: Update) -> None:
        if update.message and update.message.text == "slow":
            await gate.wait()
        await notes(update)

    async with polling(local, database, handle):
        local.people.says(ann, "slow")
        local.people.says(ann, "after slow")
        local.people.says(bob, "quick")
        assert (await notes.until(1)) == ["quick"]
        gate.set()
        assert (await notes.until(3)) == ["quick", "slow", "after slow"]


async def test_a_repeated_batch_is_handled_once(local: LocalBotApi, database: Database) -> None:
    notes = Notes()
    async with polling(local, database, notes) as inbox:
        ann = local.people.person("Ann", started=False)
        local.people.says(ann, "once")
        await notes.until(1)
        batch = [update.json() for update in local.bot.history]
        assert await inbox.take(batch) == batch[-1]["update_id"] + 1
        local.people.says(ann, "last")
        assert (await notes.until(2)) == ["once", "last"]


async def test_three_faults_park_an_update_with_one_apology_and_one_line(
    local: LocalBotApi, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    notes, sorry = Notes(), Notes()
    tried: list[str] = []

    async def handle(update: Update) -> None:
        if update.message and update.message.text == "bad":
            tried.append("bad")
            raise RuntimeError("secret detail")
        await notes(update)

    async with polling(local, database, handle, sorry):
        ann = local.people.person("Ann", started=False)
        local.people.says(ann, "bad")
        local.people.says(ann, "good")
        assert await notes.until(1) == ["good"]
    assert states(database) == ["parked", "done"]
    assert tried == ["bad"] * 3
    assert sorry.texts == ["bad"]
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info is not None


async def test_a_fault_that_passes_is_not_noticed(local: LocalBotApi, database: Database) -> None:
    notes = Notes()
    tried: list[int] = []

    async def handle(update: Update) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise RuntimeError
        await notes(update)

    async with polling(local, database, handle):
        local.people.says(local.people.person("Ann", started=False), "well")
        assert await notes.until(1) == ["well"]
    assert states(database) == ["done"]


async def test_troubles_of_polling_lose_nothing(local: LocalBotApi, database: Database) -> None:
    for fault in (faults.error(502), faults.reset(), faults.flood(1)):
        local.fail_next("getUpdates", fault)
    notes = Notes()
    async with polling(local, database, notes):
        local.people.says(local.people.person("Ann", started=False), "still here")
        assert await notes.until(1) == ["still here"]
