"""A small story in a real database, the local Bot API, and a deliverer between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import telegram
from telegram.request import HTTPXRequest

from bot.delivery.composing import Composer
from bot.delivery.schedule import Schedule
from bot.delivery.send import Deliverer
from bot.nouns import Chat
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.server import LocalBotApi
from bot.sending.sender import Sender
from bot.tables import MIGRATIONS, VERSION_TABLE
from bot.tables.chats import Chats
from bot.tables.subscriptions import Subscription, Subscriptions, Wish
from retrieval.briefing.compose import Digest, compose
from retrieval.clock import Clock, MovableClock
from retrieval.database import Database
from retrieval.library import Library
from retrieval.models import Document
from retrieval.names import Name, Names
from retrieval.story import Topic

START = datetime(2025, 7, 8, 1, 0, tzinfo=UTC)
DUE = datetime(2025, 7, 8, 2, 0, tzinfo=UTC)
WISH = Wish(Schedule(time(8, 30), "Asia/Yangon"))
NAMES = Names([Name("nmeaston", "Easton", "place", ("Easton",), zone="Asia/Yangon")])
TITLES = {"river": "The river", "bridge": "The bridge"}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    found.migrate()
    found.migrate(MIGRATIONS, VERSION_TABLE)
    yield found
    found.close()


@dataclass
class Stories:
    """The digests of a small library, and how often one was composed."""

    library: Library
    spans: list[tuple[str | None, datetime, datetime]] = field(default_factory=list)

    @property
    def names(self) -> Names:
        return NAMES

    @property
    def topics(self) -> tuple[Topic, ...]:
        return tuple(Topic(topic, title, "", ()) for topic, title in TITLES.items())

    def digest(self, topic: str | None, since: datetime, until: datetime, now: datetime) -> Digest:
        self.spans.append((topic, since, until))
        return compose(self.library, NAMES, topic, since, until, now)


def report(number: int, published: str, text: str, topics: tuple[str, ...] = ("river",)) -> Document:
    return Document(
        source_id=f"report-{number}",
        kind="article",
        title=f"Report {number} from the river",
        text=text,
        publisher=f"Paper {number}",
        url=f"https://example.org/{number}",
        published=published,
        topics=topics,
    )


FLOOD = report(1, "2025-07-07", "The river rose by 3 metres on 7 July 2025 and flooded 400 houses below the old mill.")


@dataclass
class Post:
    """Everything between a due subscription and the local Bot API."""

    api: LocalBotApi
    database: Database
    clock: MovableClock
    stories: Stories
    bot: telegram.Bot
    bot_id: int
    chats: Chats
    subscriptions: Subscriptions
    deliverer: Deliverer
    sender: Sender

    def subscribe(
        self, chat: Any, kind: str, wish: Wish = WISH, thread: int | None = None
    ) -> tuple[Chat, Subscription]:
        now = self.clock.now()
        kept = self.chats.seen(chat.id, kind, now)  # type: ignore[arg-type]
        return kept, self.subscriptions.subscribe(kept.chat_id, thread, wish, now)

    async def tick(self) -> None:
        await self.deliverer.tick()
        await self.deliverer.settle()


def deliverer_of(
    database: Database, sender: Sender, chats: Chats, clock: Clock, stories: Stories, owner: str = "machine/run"
) -> Deliverer:
    composer = Composer(stories, asyncio.to_thread, stale_days=30)
    return Deliverer(
        database=database,
        sender=sender,
        chats=chats,
        composer=composer,
        clock=clock,
        sql=asyncio.to_thread,
        owner=owner,
        max_age=timedelta(hours=20),
    )


@pytest.fixture
def api() -> Iterator[LocalBotApi]:
    with LocalBotApi(clock=MovableClock(START), limits=UNLIMITED) as running:
        yield running


@pytest.fixture
def stories(sqlite: Database) -> Stories:
    library = Library(sqlite)
    library.store([FLOOD], "data", START + timedelta(days=400))
    return Stories(library)


@pytest.fixture
def open_post(api: LocalBotApi, sqlite: Database, stories: Stories) -> Callable[[], Post]:
    """Opens the post within a running event loop."""

    def make() -> Post:
        clock = MovableClock(START)
        request = HTTPXRequest(32, httpx_kwargs={"trust_env": False})
        bot = telegram.Bot(api.token, base_url=api.base_url, request=request)
        bot_id = int(api.token.partition(":")[0])
        chats = Chats(sqlite, bot_id)
        sender = Sender(bot, 8, every=0.0, chat_every=0.0)
        deliverer = deliverer_of(sqlite, sender, chats, clock, stories)
        return Post(api, sqlite, clock, stories, bot, bot_id, chats, Subscriptions(sqlite, bot_id), deliverer, sender)

    return make
