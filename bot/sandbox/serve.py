"""The sandbox as `run --sandbox` starts it: a local Telegram with its page, beside the bot.

    async with serve(clock=clock, suggestions=suggestions, sources=sources) as sandbox:
        print(sandbox.url)                            # the page
        await run_the_bot(sandbox.url, sandbox.token)  # TELEGRAM_API_URL and TELEGRAM_BOT_TOKEN

It is served by a thread of its own, so that a busy bot does not hold up the page.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bot.sandbox.limits import FloodLimits
from bot.sandbox.nouns import Json
from bot.sandbox.page.cast import assemble
from bot.sandbox.page.routes import Day, Stage, Suggestion, page_app
from bot.sandbox.server import LOOPBACK, LocalBotApi
from retrieval.clock import MovableClock

BOT_ID = 7_000_000_001


@asynccontextmanager
async def serve(
    *,
    clock: MovableClock,
    suggestions: Sequence[Suggestion],
    sources: Callable[[], Json],
    days: Sequence[Day] = (),
    read_source: Callable[[str], str | None] | None = None,
    moved: Callable[[], None] = lambda: None,
    host: str = LOOPBACK,
    port: int = 0,
    name: str = "Briefing",
    limits: FloodLimits | None = None,
) -> AsyncIterator[LocalBotApi]:
    """Serves page and Bot API until the block ends; `url` and `token` are the result's.

    - `clock`: the bot's own; the page moves it, and `moved` is then called in this event loop.
    - `suggestions`: the questions that the page offers.
    - `days`: the moments that it offers to set the clock to.
    - `sources`: gives the document of `sources --json`; called in a thread at each look.
    - `read_source`: gives the text of one source, or None; called in a thread.
    - `host` must be the loopback (ValueError), and `port` free (OSError); 0 takes any.
    """
    loop = asyncio.get_running_loop()
    token = f"{BOT_ID}:{secrets.token_urlsafe(26)}"
    telegram = LocalBotApi(clock=clock, limits=limits, token=token, name=name)
    _start_elsewhere(telegram)
    cast = assemble(telegram)
    stage = Stage(
        telegram,
        cast,
        clock,
        tuple(suggestions),
        tuple(days),
        sources,
        read_source,
        lambda: _tell(loop, moved),
    )
    telegram.page = page_app(stage)
    telegram.host, telegram.port = host, port
    with telegram:
        try:
            yield telegram
        finally:
            # Stopping joins the server's thread: not in the event loop that its bot may still use.
            await asyncio.to_thread(telegram.stop)


def _tell(loop: asyncio.AbstractEventLoop, moved: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(moved)


def _start_elsewhere(telegram: LocalBotApi) -> None:
    """Numbers messages and updates from a random place.

    What the bot remembers of an earlier sandbox must not be taken for something of this one.
    """
    telegram.bot.last_update_id = secrets.randbelow(900_000_000) + 1_000_000
    telegram.bot.last_message_id = secrets.randbelow(900_000_000) + 1_000_000
