"""Answers to people: sent until they arrive, each to where it belongs, and remembered for /wipe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup
from telegram.constants import ChatAction

from bot.nouns import Chat, Incoming, Pressed
from bot.sending.failures import SendFailure
from bot.sending.sender import Outgoing

if TYPE_CHECKING:
    from bot.parts import Parts

TYPING_EVERY = 4.0
_TRIES = 12


def wait_before(failure: SendFailure, tries: int) -> float | None:
    """Seconds after which an answer is sent again (`tries`: how often it was); None where that is of no use. Pure.

    A flooded chat waits in the sender. What may have arrived is sent once more: an answer twice is better than none.
    """
    if failure.kind in ("flooded", "migrated"):
        return 0.0 if tries < _TRIES else None
    if failure.kind == "unknown_outcome":
        return 1.0 if tries < 2 else None
    if failure.kind in ("network", "server"):
        return min(2.0 ** (tries - 1), 30.0) if tries < _TRIES else None
    return None


async def send_reply(
    parts: Parts,
    to: Incoming | Pressed,
    texts: Sequence[str],
    *,
    keyboard: InlineKeyboardMarkup | None = None,
    told_id: int | None = None,
    protected: bool = False,
) -> list[int]:
    """Sends messages in order, in a group as a reply in the same topic; their ids. The last has the keyboard."""
    chat = to.chat
    person = to.person if chat.is_group else None
    sent: list[int] = []
    for index, text in enumerate(texts):
        last = index == len(texts) - 1
        answers = to.message.message_id if isinstance(to, Incoming) and chat.is_group and index == 0 else None
        chat, message_id = await _deliver(parts, chat, to.thread, answers, text, keyboard if last else None, protected)
        sent.append(message_id)
        now = parts.clock.now()
        await parts.sql(parts.told.sent, chat.chat_id, [message_id], now, told_id=told_id, person=person)
    return sent


async def _deliver(
    parts: Parts,
    chat: Chat,
    thread: int | None,
    answers: int | None,
    text: str,
    keyboard: InlineKeyboardMarkup | None,
    protected: bool,
) -> tuple[Chat, int]:
    tries = 0
    while True:
        tries += 1
        try:
            outgoing = Outgoing(chat.telegram_id, text, thread, answers, keyboard, protected=protected)
            return chat, await parts.sender.send(outgoing)
        except SendFailure as failure:
            wait = wait_before(failure, tries)
            if wait is None:
                raise
            if failure.kind == "migrated" and failure.new_id is not None:
                now: datetime = parts.clock.now()
                chat = await parts.sql(parts.chats.migrated, chat.telegram_id, failure.new_id, now)
            if wait:
                await parts.sleep(wait)


@asynccontextmanager
async def typing(parts: Parts, to: Incoming) -> AsyncIterator[None]:
    """Shows in the chat that the bot is at work, for as long as the block runs."""

    async def show() -> None:
        with suppress(SendFailure):
            await parts.sender.quick(
                lambda: parts.bot.send_chat_action(to.chat.telegram_id, ChatAction.TYPING, message_thread_id=to.thread)
            )

    async with _repeated(show, TYPING_EVERY, parts.sleep):
        yield


@asynccontextmanager
async def _repeated(
    action: Callable[[], Awaitable[None]], every: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    first = asyncio.ensure_future(action())

    async def go_on() -> None:
        await asyncio.wait([first])
        while True:
            await sleep(every)
            await action()

    rest = asyncio.ensure_future(go_on())
    try:
        yield
        # The first one goes out before the answer does: after it, it would show for no reason.
        await asyncio.wait([first], timeout=1.0)
    finally:
        for task in (rest, first):
            task.cancel()
        await asyncio.gather(rest, first, return_exceptions=True)
