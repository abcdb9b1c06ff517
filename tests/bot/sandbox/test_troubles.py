"""Planned troubles: what the bot's library makes of them, and what Telegram has done meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.sandbox import faults
from bot.sandbox.server import LocalBotApi

pytestmark = pytest.mark.asyncio


async def test_a_planned_flood_strikes_one_chat_only(api: LocalBotApi, bot: Bot) -> None:
    alice, bob = api.people.person("Alice"), api.people.person("Bob")
    api.fail_next("sendMessage", faults.flood(7), chat_id=bob.id)
    await bot.send_message(alice.id, "x")
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(bob.id, "x")
    assert "7" in str(refused.value)
    await bot.send_message(bob.id, "x")
    assert not api.refusals
    assert [method for method, _, _ in api.faults.happened] == ["sendMessage"]


@pytest.mark.parametrize("status", [500, 502])
async def test_a_gateways_error(api: LocalBotApi, bot: Bot, status: int) -> None:
    alice = api.people.person("Alice")
    api.fail_next("sendMessage", faults.error(status), times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(alice.id, "x")
    assert api.log.sent() == []
    await bot.send_message(alice.id, "x")


async def test_an_answer_that_never_comes(api: LocalBotApi, client: Callable[..., Bot]) -> None:
    alice = api.people.person("Alice")
    api.fail_next("sendMessage", faults.hang())
    async with client(api, read_timeout=0.2) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(alice.id, "x")
    assert len(api.log.sent(alice)) == 1


async def test_an_answer_that_comes_late(api: LocalBotApi, bot: Bot) -> None:
    alice = api.people.person("Alice")
    api.fail_next("sendMessage", faults.hang())
    sending = asyncio.create_task(bot.send_message(alice.id, "x"))
    await asyncio.to_thread(api.log.count, 1, alice)
    assert not sending.done()
    api.release()
    assert (await sending).text == "x"


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_connection_that_breaks(api: LocalBotApi, bot: Bot, accepted: bool) -> None:
    alice = api.people.person("Alice")
    api.fail_next("sendMessage", faults.reset(accepted=accepted))
    with pytest.raises(NetworkError) as broken:
        await bot.send_message(alice.id, "x")
    assert isinstance(broken.value.__cause__, httpx.ReadError | httpx.RemoteProtocolError)
    assert len(api.log.sent(alice)) == accepted
    await bot.send_message(alice.id, "y")
