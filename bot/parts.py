"""Everything that the bot's features share, built once by `bot.application`; and where they register."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, ParamSpec, TypeVar

from sqlalchemy.engine import Connection
from telegram import Bot, InlineKeyboardMarkup, InlineQuery
from telegram.constants import ChatMemberStatus

from bot.asks import Asks, titles_of
from bot.limits import RateLimit
from bot.nouns import Chat, Incoming, Pressed
from bot.sending.replies import send_reply
from bot.sending.sender import Sender
from bot.settings import Settings
from bot.tables.chats import Chats
from bot.tables.told import Told
from bot.tables.updates import Updates
from bot.threads import Threads
from retrieval.clock import Clock
from retrieval.database import Database

P = ParamSpec("P")
T = TypeVar("T")
Where = Literal["everywhere", "private", "group"]
CommandHandler = Callable[["Parts", Incoming], Awaitable[None]]
ButtonHandler = Callable[["Parts", Pressed], Awaitable[str | None]]
InlineHandler = Callable[["Parts", InlineQuery], Awaitable[None]]
Wiper = Callable[[Connection, int], list[int]]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command: its handler, its line in the menu, and to whom and in which chats it is offered."""

    name: str
    handler: CommandHandler
    describe: str
    where: Where
    menu: bool
    operators: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    function: Callable[[], Awaitable[None]]
    seconds: float


@dataclass
class Parts:
    """The shared parts, and the registers of what the features do."""

    settings: Settings
    clock: Clock
    database: Database
    retrieval: Asks
    bot: Bot
    bot_id: int
    username: str
    sender: Sender
    chats: Chats
    told: Told
    updates: Updates
    sql_threads: Threads
    think_threads: Threads
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    rate: RateLimit = field(init=False)
    titles: dict[str, str] = field(init=False)  # of the story's topics, by their keys
    refreshed_at: datetime | None = None  # when the indexes last followed the library
    commands: dict[str, CommandEntry] = field(default_factory=dict)
    buttons: dict[str, ButtonHandler] = field(default_factory=dict)
    on_question: CommandHandler | None = None
    on_inline: InlineHandler | None = None
    jobs: list[Job] = field(default_factory=list)
    on_start: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    on_stop: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    on_returned: list[Callable[[Chat], Awaitable[str | None]]] = field(default_factory=list)
    on_left: list[Callable[[Chat], Awaitable[None]]] = field(default_factory=list)
    wipers: list[Wiper] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rate = RateLimit(self.settings.rate_limit)
        self.titles = titles_of(self.retrieval)

    # Calling the synchronous half

    async def sql(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a call that reads or writes SQL, off the event loop."""
        return await self.sql_threads.run(function, *args, **kwargs)

    async def think(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a call that takes its time (asking, composing), off the event loop and out of SQL's way."""
        return await self.think_threads.run(function, *args, **kwargs)

    # Registering

    def command(
        self,
        name: str,
        handler: CommandHandler,
        describe: str,
        *,
        where: Where = "everywhere",
        menu: bool = True,
        operators: bool = False,
    ) -> None:
        """`/name`; `describe` is its line in the menu and in /help. For all but `operators` such a one does not exist.

        A command for operators stands in no menu, since a menu is the same for everyone.
        """
        if name in self.commands:
            raise ValueError(f"/{name} is registered already")
        self.commands[name] = CommandEntry(name, handler, describe, where, menu and not operators, operators)

    def button(self, prefix: str, handler: ButtonHandler) -> None:
        """Buttons whose callback data is `prefix:…` (64 bytes at most in all). What the handler returns is shown."""
        if prefix in self.buttons or ":" in prefix:
            raise ValueError(f"the prefix {prefix} is registered already, or holds a colon")
        self.buttons[prefix] = handler

    def job(self, function: Callable[[], Awaitable[None]], *, seconds: float, name: str) -> None:
        """Called every so many seconds while the bot runs, never twice at a time."""
        self.jobs.append(Job(name, function, seconds))

    def starting(self, function: Callable[[], Awaitable[None]]) -> None:
        self.on_start.append(function)

    def stopping(self, function: Callable[[], Awaitable[None]]) -> None:
        self.on_stop.append(function)

    def returned(self, function: Callable[[Chat], Awaitable[str | None]]) -> None:
        """Called at /start, and when the bot was added again or unblocked; returned HTML goes into /start's reply."""
        self.on_returned.append(function)

    def left(self, function: Callable[[Chat], Awaitable[None]]) -> None:
        """Called when the bot was blocked or removed."""
        self.on_left.append(function)

    def wiper(self, function: Wiper) -> None:
        """Deletes all that a feature keeps of a chat (own id), in that transaction; returns messages to delete."""
        self.wipers.append(function)

    # Doing

    async def reply(
        self,
        to: Incoming | Pressed,
        texts: Sequence[str],
        *,
        keyboard: InlineKeyboardMarkup | None = None,
        told_id: int | None = None,
        protected: bool = False,
    ) -> list[int]:
        """Answers with HTML messages; see `bot.sending.replies`."""
        return await send_reply(self, to, texts, keyboard=keyboard, told_id=told_id, protected=protected)

    async def is_administrator(self, of: Incoming | Pressed) -> bool:
        """Whether who wrote or pressed may change what concerns the whole chat.

        In private everyone may. Who writes as the group itself is an administrator; who writes as another chat is not.
        """
        if of.chat.kind == "private":
            return True
        if isinstance(of, Incoming) and of.message.sender_chat is not None:
            return of.message.sender_chat.id == of.chat.telegram_id
        person = of.person
        if person is None:
            return False
        member = await self.sender.quick(lambda: self.bot.get_chat_member(of.chat.telegram_id, person))
        return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)

    def is_operator(self, person: int | None) -> bool:
        """Whether `BRIEFING_ADMINS` names this person."""
        return person is not None and person in self.settings.admins

    def may_use(self, telegram_chat: int, person: int | None) -> bool:
        """Whether the access list lets this chat (or an operator) use the bot."""
        allowed = self.settings.allowed_chats
        return not allowed or telegram_chat in allowed or self.is_operator(person)
