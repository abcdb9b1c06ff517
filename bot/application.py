"""Wires the bot, once: what it shares, its features, polling, jobs; and ends it in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.asks import Asks
from bot.handlers import ask, cite, digest, inline, operator, sources, start, wipe
from bot.home import beat
from bot.inbox.dispatch import Dispatcher
from bot.inbox.polling import Inbox
from bot.parts import Parts
from bot.sending.failures import failure_of
from bot.sending.pace import CHAT_EVERY
from bot.sending.sender import Sender
from bot.settings import Settings
from bot.tables import MIGRATIONS, VERSION_TABLE
from bot.tables.chats import Chats
from bot.tables.told import Told
from bot.tables.updates import Updates
from bot.threads import Threads
from retrieval.clock import Clock, SystemClock
from retrieval.database import Database

log = logging.getLogger(__name__)

FEATURES: tuple[Callable[[Parts], None], ...] = (
    start.register,
    ask.register,
    digest.register,
    sources.register,
    cite.register,
    wipe.register,
    inline.register,
    operator.register,
)
_SQL_THREADS, _THINK_THREADS = 8, 4
_HEARTBEAT, _REFRESH, _PURGE = 10, 5, 3_600


class CannotStart(Exception):
    """Why the bot cannot run: one line, with the mend."""


class Application:
    """The running bot: `start`, then `wait` until `stop` is asked for."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        dispatcher = Dispatcher(parts)
        self._inbox = Inbox(
            parts.bot, parts.updates, parts.sql_threads, parts.clock, dispatcher.handle, dispatcher.apologise
        )
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._polling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins polling and the jobs."""
        parts = self.parts
        await parts.think(beat, parts.settings.home)
        await self._introduce()
        for begin in parts.on_start:
            await begin()
        for job in parts.jobs:
            self._scheduler.add_job(_logged(job.function, job.name), "interval", seconds=job.seconds, id=job.name)
        self._scheduler.start()
        self._polling = asyncio.create_task(self._inbox.poll(), name="polling")

    def wake(self) -> None:
        """Runs every job now: the clock was moved."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=SystemClock().now())

    async def wait(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Raises what polling ends with, which it should not."""
        assert self._polling is not None
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, self._polling], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._polling.done():
            await self._polling

    async def stop(self) -> None:
        """Ends everything within some nine seconds; what is not handled by then waits for the next start."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        await self._inbox.close(within=3.0)
        for end in self.parts.on_stop:
            try:
                await asyncio.wait_for(end(), 3.0)
            except Exception as error:
                log.warning("a part did not end well (%s)", type(error).__name__)
        await self.parts.sender.close(within=1.0)
        with suppress(TelegramError, TimeoutError):
            await asyncio.wait_for(self.parts.bot.shutdown(), 1.0)
        self.parts.sql_threads.close()
        self.parts.think_threads.close()

    async def _introduce(self) -> None:
        """Ends a webhook, which polling excludes, and sets the menus. Neither is worth failing for."""
        bot = self.parts.bot
        menus = {
            "private": BotCommandScopeAllPrivateChats(),
            "group": BotCommandScopeAllGroupChats(),
        }
        try:
            await bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("a webhook, if there is one, could not be ended (%s)", failure_of(error).kind)
        try:
            for where, scope in menus.items():
                entries = [e for e in self.parts.commands.values() if e.menu and e.where in ("everywhere", where)]
                await bot.set_my_commands([BotCommand(e.name, e.describe) for e in entries], scope=scope)
        except TelegramError as error:
            log.warning("the menu of commands could not be set (%s)", failure_of(error).kind)


async def build(
    settings: Settings, clock: Clock, database: Database, retrieval: Asks, *, chat_every: float = CHAT_EVERY
) -> Application:
    """The application, with everything registered and the bot's name known. Raises `CannotStart`.

    `chat_every`: seconds between two messages to one chat.
    """
    token = settings.token
    if token is None:
        raise CannotStart("TELEGRAM_BOT_TOKEN is not set; get one from @BotFather")
    sql = Threads(_SQL_THREADS, "sql")
    try:
        await sql.run(database.migrate, MIGRATIONS, VERSION_TABLE)
    except SQLAlchemyError as error:
        raise CannotStart(f"the database cannot be used ({type(error).__name__}); see BRIEFING_DATABASE_URL") from error
    bot = telegram_bot(settings, token)
    await _connect(bot)
    parts = Parts(
        settings=settings,
        clock=clock,
        database=database,
        retrieval=retrieval,
        bot=bot,
        bot_id=bot.id,
        username=bot.username,
        sender=Sender(bot, settings.senders, chat_every=chat_every),
        chats=Chats(database, bot.id),
        told=Told(database),
        updates=Updates(database, bot.id),
        sql_threads=sql,
        think_threads=Threads(_THINK_THREADS, "think"),
    )
    for register in FEATURES:
        register(parts)
    _register_upkeep(parts)
    return Application(parts)


def telegram_bot(settings: Settings, token: str) -> Bot:
    """PTB's bare Bot, with as many connections as there may be requests at once."""
    # A proxy of the environment is for the world outside, not for a server on this machine.
    local = urlsplit(settings.telegram_api_url).hostname in ("127.0.0.1", "localhost", "::1")
    options = {"trust_env": not local}
    return Bot(
        token,
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=HTTPXRequest(connection_pool_size=settings.senders + 32, pool_timeout=10.0, httpx_kwargs=options),
        get_updates_request=HTTPXRequest(connection_pool_size=2, httpx_kwargs=options),
    )


async def _connect(bot: Bot, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Asks Telegram who the bot is, until it answers. Raises `CannotStart` where the token is refused."""
    faults = 0
    while True:
        try:
            await bot.initialize()
            return
        except InvalidToken:
            raise CannotStart("Telegram does not accept TELEGRAM_BOT_TOKEN; get a valid one from @BotFather") from None
        except TelegramError as error:
            faults += 1
            if faults in (1, 10) or faults % 100 == 0:
                log.warning("Telegram cannot be reached (%s); trying again", failure_of(error).kind)
            await sleep(min(2.0 ** min(faults - 1, 4), 15.0))


def _register_upkeep(parts: Parts) -> None:
    settings = parts.settings

    async def heartbeat() -> None:
        await parts.sql(beat, settings.home)

    async def refresh() -> None:
        await parts.think(parts.retrieval.refresh)
        parts.refreshed_at = parts.clock.now()

    async def purge() -> None:
        """Forgets what the settings say is kept no longer."""
        now = parts.clock.now()
        await parts.sql(parts.told.purge, now, settings.retention_days, settings.question_hours)
        await parts.sql(parts.updates.purge, now, settings.question_hours)

    parts.job(heartbeat, seconds=_HEARTBEAT, name="heartbeat")
    parts.job(refresh, seconds=_REFRESH, name="refresh")
    parts.job(purge, seconds=_PURGE, name="purge")
    parts.starting(purge)


def _logged(function: Callable[[], Awaitable[None]], name: str) -> Callable[[], Awaitable[None]]:
    """A job whose fault is logged once, and which comes again."""

    async def run() -> None:
        try:
            await function()
        except Exception:
            log.exception("the job %s failed", name)

    return run
