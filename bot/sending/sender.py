"""The one way out to Telegram: evenly paced, answers before digests, one chat's trouble kept to that chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, TypeVar

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.sending.failures import SendFailure as SendFailure
from bot.sending.failures import failure_of
from bot.sending.pace import EVERY, Pace

T = TypeVar("T")
SEND_TIMEOUT = 20.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Priority(IntEnum):
    """What goes first where both wait."""

    ANSWER = 0
    DIGEST = 1


class NotSent(Exception):
    """Whoever was to begin the message said that it need not be sent after all."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, ready to send; `chat` is Telegram's id, `text` HTML that fits one message."""

    chat: int
    text: str
    thread: int | None = None
    reply_to: int | None = None
    keyboard: InlineKeyboardMarkup | None = None
    silent: bool = False
    protected: bool = False


@dataclass(slots=True)
class _Turn(Generic[T]):
    """A request that waits for its turn, and whoever waits for its outcome."""

    chat: int
    priority: Priority
    request: Callable[[], Awaitable[T]]
    begin: Callable[[], Awaitable[bool]] | None
    outcome: asyncio.Future[T] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Sender:
    """Sends what is given to it, at a pace that Telegram takes.

    One start per 1/29 s over all; at most `in_flight` requests at once; in one chat one at a time, a second apart, and
    20 a minute in a group. A chat that Telegram tells to wait waits; the others go on. Each request is tried once:
    what came of it is returned, or raised as `SendFailure`. Deciding is `Pace`'s; this class waits and sends.
    """

    def __init__(
        self,
        bot: Bot,
        in_flight: int = 8,
        *,
        every: float = EVERY,
        chat_every: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._pace: Pace[_Turn[Any]] = Pace(in_flight, every, chat_every)
        self._monotonic = monotonic
        self._changed = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._requests: set[asyncio.Task[None]] = set()

    async def send(
        self,
        message: Outgoing,
        priority: Priority = Priority.ANSWER,
        begin: Callable[[], Awaitable[bool]] | None = None,
    ) -> int:
        """Sends a message and returns its id. `begin` is awaited right before the request goes out; see `call`."""
        reply = ReplyParameters(message.reply_to, allow_sending_without_reply=True) if message.reply_to else None

        async def request() -> int:
            sent = await self._bot.send_message(
                message.chat,
                message.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                message_thread_id=message.thread,
                reply_parameters=reply,
                reply_markup=message.keyboard,
                disable_notification=message.silent or None,
                protect_content=message.protected or None,
                read_timeout=SEND_TIMEOUT,
            )
            return sent.message_id

        return await self.call(message.chat, request, priority, begin)

    async def edit(
        self,
        chat: int,
        message_id: int,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        priority: Priority = Priority.ANSWER,
    ) -> None:
        """Replaces a message of the bot. That it says so already is no failure."""

        async def request() -> None:
            try:
                await self._bot.edit_message_text(
                    text,
                    chat,
                    message_id,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=keyboard,
                    read_timeout=SEND_TIMEOUT,
                )
            except BadRequest as error:
                if "not modified" not in error.message.lower():
                    raise

        await self.call(chat, request, priority)

    async def call(
        self,
        chat: int,
        request: Callable[[], Awaitable[T]],
        priority: Priority = Priority.ANSWER,
        begin: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Carries out a request of this chat when its turn comes.

        `begin` is awaited first, when nothing else of this chat is on its way; where it returns false, the request is
        not made and `NotSent` is raised. Raises `SendFailure`.
        """
        turn: _Turn[T] = _Turn(chat, priority, request, begin)
        number = self._pace.add(chat, turn, urgent=priority is Priority.ANSWER)
        self._wake()
        try:
            return await turn.outcome
        except asyncio.CancelledError:
            self._pace.drop(number)
            raise

    async def quick(self, request: Callable[[], Awaitable[T]]) -> T:
        """Carries out at once what is no message: a chat action, deleting, a look-up. Raises `SendFailure`."""
        try:
            return await request()
        except TelegramError as error:
            raise failure_of(error) from error

    async def close(self, within: float = 3.0) -> None:
        """Lets what is on its way come to an end, and starts nothing new."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._requests:
            _, late = await asyncio.wait(self._requests, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _wake(self) -> None:
        self._changed.set()
        if self._loop is None:
            self._loop = asyncio.get_running_loop().create_task(self._give_out(), name="sender")

    async def _give_out(self) -> None:
        while True:
            self._changed.clear()
            turn, wait = self._pace.take(self._monotonic())
            if turn is not None:
                task = asyncio.get_running_loop().create_task(self._carry_out(turn))
                self._requests.add(task)
                task.add_done_callback(self._requests.discard)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)

    async def _carry_out(self, turn: _Turn[Any]) -> None:
        wait: float | None = None
        try:
            if turn.outcome.done():
                return
            if turn.begin is not None and not await turn.begin():
                raise NotSent
            result = await turn.request()
        except TelegramError as error:
            failure = failure_of(error)
            wait = failure.retry_after
            failure.__cause__ = error
            _fail(turn, failure)
        except asyncio.CancelledError:
            turn.outcome.cancel()
            raise
        except Exception as error:
            _fail(turn, error)
        else:
            if not turn.outcome.done():
                turn.outcome.set_result(result)
        finally:
            self._pace.done(turn.chat, self._monotonic(), urgent=turn.priority is Priority.ANSWER, wait=wait)
            self._changed.set()


def _fail(turn: _Turn[Any], error: Exception) -> None:
    if not turn.outcome.done():
        turn.outcome.set_exception(error)
