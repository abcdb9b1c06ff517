"""The bot as it runs: real SQL (SQLite, PostgreSQL), the local Bot API over HTTP, the tiny story."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgserver
import pytest
import pytest_asyncio
from sqlalchemy import create_engine, text

from bot.application import Application, build
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.nouns import Chat, Json, Message, Query, User
from bot.sandbox.server import LocalBotApi
from bot.settings import Settings, load_settings
from bot.tables import MIGRATIONS, VERSION_TABLE
from retrieval.clock import Clock, SystemClock
from retrieval.database import Database
from retrieval.service import Retrieval


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL, with a place for a database's name."""
    server = pgserver.get_server(str(tmp_path_factory.mktemp("postgres")), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/{}?")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the bot's tables: SQLite, then PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    if request.param == "postgres":
        address: str = request.getfixturevalue("postgres")
        name = f"test_{uuid.uuid4().hex}"
        engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        url = address.format(name)
    opened = Database(url)
    opened.migrate(MIGRATIONS, VERSION_TABLE)
    yield opened
    opened.close()


@pytest.fixture
def local() -> Iterator[LocalBotApi]:
    """A local Telegram without flood limits, which refuses whatever Telegram would."""
    with LocalBotApi(limits=UNLIMITED) as api:
        yield api


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings for a local Telegram; others by the names of the table."""

    def make(api: LocalBotApi, **given: str) -> Settings:
        values: dict[str, Any] = {
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_API_URL": api.url,
            "BRIEFING_HOME": tmp_path,
            "BRIEFING_RATE_LIMIT": "1000",
            **given,
        }
        return load_settings(None, **values)

    return make


@dataclass
class Conversation:
    """Speaks to a running bot, and waits for what it says."""

    api: LocalBotApi
    application: Application

    async def ask(self, user: User, words: str, count: int = 1, **where: Any) -> list[Message]:
        """What the bot says next in that chat: `count` messages."""
        said = self.api.people.says(user, words, **where)
        return await asyncio.to_thread(self.api.log.after, said, count)

    async def one(self, user: User, words: str, **where: Any) -> Message:
        return (await self.ask(user, words, **where))[0]

    async def press(self, user: User, message: Message, button: str) -> Json:
        query: Query = self.api.people.presses(user, message, button)
        return await asyncio.to_thread(self.api.log.answered, query)

    async def inline(self, user: User, words: str) -> Json:
        return await asyncio.to_thread(self.api.log.answered, self.api.people.asks_inline(user, words))

    async def nothing_for(self, user: User, words: str, after: User, **where: Any) -> None:
        """Says something that the bot must not answer; `after` then asks, and is the only one answered in that chat."""
        chat: Chat | None = where.get("chat")
        before = self.api.log.count(0, chat) if chat is None else len(self.api.log.sent(chat))
        self.api.people.says(user, words, **where)
        await self.one(after, "/help@briefing_bot", chat=chat)
        assert len(self.api.log.sent(chat)) == (before or 0) + 1


Starter = Callable[..., "asyncio.Future[Conversation]"]


@pytest_asyncio.fixture
async def start_bot(
    local: LocalBotApi, retrieval: Retrieval, settings_for: Callable[..., Settings], tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    """Starts a bot on the local Telegram; called with settings, and with a clock if need be."""
    running: list[tuple[Application, Database]] = []

    async def start(
        clock: Clock | None = None, asks: Any = None, api: LocalBotApi | None = None, **given: str
    ) -> Conversation:
        settings = settings_for(api or local, **given)
        opened = Database(settings.database_url)
        application = await build(settings, clock or SystemClock(), opened, asks or retrieval, chat_every=0.0)
        running.append((application, opened))
        await application.start()
        return Conversation(api or local, application)

    yield start
    for application, opened in running:
        await application.stop()
        opened.close()


@pytest_asyncio.fixture
async def bot(start_bot: Callable[..., Any]) -> Conversation:
    """A running bot."""
    conversation: Conversation = await start_bot()
    return conversation
