"""`run`: the bot, on Telegram or in the local sandbox."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import NoReturn

import click
import yaml
from pydantic import SecretStr

from bot.application import Application, CannotStart, build
from bot.commands.opening import secrets_of
from bot.commands.progress import Bars
from bot.home import HomeLock, HomeTaken
from bot.logs import configure_logging
from bot.sandbox.page.routes import Day, Suggestion
from bot.sandbox.serve import serve
from bot.settings import BadSetting, Settings, load_settings
from retrieval.clock import Clock, MovableClock, SystemClock
from retrieval.database import Database
from retrieval.service import Retrieval, Trouble

log = logging.getLogger(__name__)
_PATIENCE = 9.0


@click.command()
@click.option("--sandbox", is_flag=True, help="In the local sandbox, even where a token is set.")
def run(sandbox: bool) -> None:
    """The bot: on Telegram where TELEGRAM_BOT_TOKEN is set, else in the local sandbox, whose address it prints."""
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format, secrets=secrets_of(settings))
        lock = HomeLock(settings.home)
        lock.take()
    except (BadSetting, HomeTaken) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"BRIEFING_HOME cannot be written: {error}") from None
    try:
        asyncio.run(_run(settings, in_sandbox=sandbox or settings.token is None))
    except (CannotStart, Trouble) as error:
        raise click.ClickException(str(error)) from None
    except Exception:
        # Through the log, which keeps the token out of the traceback.
        log.exception("the bot ended with a fault")
        _leave(1)
    lock.free()
    _leave()


async def _run(settings: Settings, *, in_sandbox: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock: Clock = MovableClock() if in_sandbox else SystemClock()
    opening = asyncio.ensure_future(asyncio.to_thread(_open, settings, clock))
    ended = asyncio.ensure_future(stop.wait())
    await asyncio.wait([opening, ended], return_when=asyncio.FIRST_COMPLETED)
    if not opening.done():
        _leave()
    retrieval = await opening
    database = Database(settings.database_url)
    try:
        if isinstance(clock, MovableClock):
            await _in_sandbox(settings, clock, database, retrieval, stop)
        else:
            await _on_telegram(settings, clock, database, retrieval, stop)
    finally:
        ended.cancel()
        closing = threading.Thread(target=_close, args=(retrieval, database), daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, 1.5)


async def _on_telegram(
    settings: Settings,
    clock: Clock,
    database: Database,
    retrieval: Retrieval,
    stop: asyncio.Event,
    running: Callable[[Application], None] = lambda application: None,
) -> None:
    building = asyncio.ensure_future(build(settings, clock, database, retrieval))
    ended = asyncio.ensure_future(stop.wait())
    await asyncio.wait([building, ended], return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not building.done():
        building.cancel()
        return
    application = await building
    try:
        await application.start()
        running(application)
        log.info("@%s is running", application.parts.username)
        await application.wait(stop)
    finally:
        _end_in_time()
        await application.stop()


async def _in_sandbox(
    settings: Settings, clock: MovableClock, database: Database, retrieval: Retrieval, stop: asyncio.Event
) -> None:
    applications: list[Application] = []

    def moved() -> None:
        for application in applications:
            application.wake()

    suggestions, days = _offered(settings.data)
    async with serve(
        clock=clock,
        suggestions=suggestions,
        days=days,
        moved=moved,
        sources=lambda: {"sources": retrieval.sources(clock.now())},
        read_source=retrieval.library.text,
    ) as sandbox:
        click.echo(f"No Telegram: the sandbox is at {sandbox.url}", err=False)
        local = settings.model_copy(
            update={
                "telegram_bot_token": SecretStr(sandbox.token),
                "telegram_api_url": sandbox.url,
                "allowed_chats": frozenset(),
            }
        )
        await _on_telegram(local, clock, database, retrieval, stop, applications.append)


def _open(settings: Settings, clock: Clock) -> Retrieval:
    with Bars() as bars:
        return Retrieval.open(
            settings.home,
            settings.data,
            clock,
            settings.database_url,
            settings.chroma_url,
            settings.embedding_model,
            progress=bars,
        )


def _offered(data: Path) -> tuple[Sequence[Suggestion], Sequence[Day]]:
    """The questions and days that the sandbox's page offers: the story's `suggestions.yaml`, where it has one."""
    file = data / "suggestions.yaml"
    offered = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}
    questions = [Suggestion(str(row["text"]), str(row["note"])) for row in offered.get("questions", ())]
    noon = [datetime.combine(row["day"], time(12), UTC) for row in offered.get("days", ())]
    return questions, [Day(when, str(row["note"])) for when, row in zip(noon, offered.get("days", ()), strict=True)]


def _end_in_time() -> None:
    """Whatever hangs while the bot ends: it has ended by then."""
    last = threading.Timer(_PATIENCE, _leave)
    last.daemon = True
    last.start()


def _close(retrieval: Retrieval, database: Database) -> None:
    retrieval.close()
    database.close()


def _leave(code: int = 0) -> NoReturn:
    """Ends the process without waiting for a thread that is still at work: all that matters is stored by now."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)
