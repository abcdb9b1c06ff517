"""2,000 subscribers due in one minute, against the local Bot API at Telegram's limits.

    python -m tests.bench.delivery [SUBSCRIBERS]

Prints the throughput beside the limit of 30 messages a second, how often a digest was composed, refusals, repeats, and
the memory at the start, in the middle and at the end. The local Bot API runs in a process of its own, so that the
memory is the bot's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import telegram
from telegram.request import HTTPXRequest

from bot.delivery.composing import Composer
from bot.delivery.schedule import Schedule
from bot.delivery.send import Deliverer
from bot.sending.sender import Sender
from bot.tables import MIGRATIONS, VERSION_TABLE
from bot.tables.chats import Chats
from bot.tables.subscriptions import Subscriptions, Wish
from bot.threads import Threads
from bot.zones import zone_named
from retrieval.briefing.compose import Digest, compose
from retrieval.clock import MovableClock
from retrieval.database import Database
from retrieval.library import Library
from retrieval.names import Names
from retrieval.story import Story, Topic, load, read_story

LIMIT = 30
DATA = Path(__file__).parents[2] / "data"
ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York")


class Composing:
    """Digests of a story in a database."""

    def __init__(self, library: Library, story: Story) -> None:
        self.library = library
        self.names: Names = story.names
        self.topics: tuple[Topic, ...] = story.topics

    def digest(self, topic: str | None, since: datetime, until: datetime, now: datetime) -> Digest:
        return compose(self.library, self.names, topic, since, until, now)


def main(subscribers: int = 2_000) -> None:
    with tempfile.TemporaryDirectory() as folder, _Api(subscribers) as api:
        asyncio.run(_measure(Path(folder), api, subscribers))


async def _measure(home: Path, api: _Api, subscribers: int) -> None:
    database = Database(f"sqlite:///{home / 'bench.sqlite'}")
    database.migrate()
    database.migrate(MIGRATIONS, VERSION_TABLE)
    story = read_story(DATA)
    library = Library(database, story.publishers.standing)
    load(story, library, datetime.now(UTC))
    latest = max(source.known_at for source in library.sources() if source.known_at)
    due = latest.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    request = HTTPXRequest(64, httpx_kwargs={"trust_env": False})
    async with telegram.Bot(api.token, base_url=api.base_url, request=request) as bot:
        clock = MovableClock(due - timedelta(minutes=1))
        chats, subscriptions = Chats(database, bot.id), Subscriptions(database, bot.id)
        for number, person in enumerate(api.people):
            zone = ZONES[number % len(ZONES)]
            at = _local_time(due, zone)
            chat = chats.seen(person, "private", clock.now())
            subscriptions.subscribe(chat.chat_id, None, Wish(Schedule(at, zone)), clock.now())
        sql, think = Threads(8, "sql"), Threads(4, "think")
        composer = Composer(Composing(library, story), think.run, stale_days=30)
        sender = Sender(bot, 8)
        deliverer = Deliverer(
            database=database, sender=sender, chats=chats, composer=composer, clock=clock, sql=sql.run,
            owner="bench/1", max_age=timedelta(hours=20),
        )  # fmt: skip
        clock.set(due)
        started = time.perf_counter()
        memory = [_resident()]
        while (sent := (await sql.run(deliverer.deliveries.counts)).sent) < subscribers:
            if time.perf_counter() - started > subscribers / LIMIT * 3 + 60:
                break
            await deliverer.tick()
            await asyncio.sleep(1)
            memory.append(_resident())
        seconds = time.perf_counter() - started
        await deliverer.settle()
        await sender.close(within=1.0)
        sql.close()
        think.close()
    found = api.report()
    middle = memory[len(memory) // 2]
    print(
        f"digests         {sent:,} of {subscribers:,} in {seconds:.1f} s: {sent / seconds:.1f} a second; limit {LIMIT}"
    )
    print(f"composed        {composer.composed} times (time zones: {len(ZONES)})")
    print(f"refused         {found['refused']} requests; repeated {found['repeated']}; without one {found['without']}")
    print(f"memory          {memory[1]:.0f} MB at the start, {middle:.0f} in the middle, {memory[-1]:.0f} at the end")


def _local_time(due: datetime, zone: str) -> clock_time:
    return due.astimezone(zone_named(zone)).time()


def _resident() -> float:
    """Megabytes of this process in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class _Api:
    """The local Bot API in a process of its own; it tells its address first, and what it saw when it is asked."""

    def __init__(self, subscribers: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.delivery", "api", str(subscribers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        told = self._read()
        self.token: str = told["token"]
        self.base_url: str = told["base_url"]
        self.people: list[int] = told["people"]

    def __enter__(self) -> _Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def report(self) -> dict[str, int]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


def _serve(subscribers: int) -> None:
    from bot.sandbox.server import LocalBotApi

    with LocalBotApi() as api:
        people = [api.people.person(f"P{number}").id for number in range(subscribers)]
        print(json.dumps({"token": api.token, "base_url": api.base_url, "people": people}), flush=True)
        sys.stdin.readline()
        arrived = Counter(message.chat_id for message in api.log.sent() if message.bot_id)
        found = {
            "refused": len(api.refusals),
            "repeated": sum(arrived.values()) - len(arrived),
            "without": len(set(people) - set(arrived)),
        }
        print(json.dumps(found), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    if sys.argv[1:2] == ["api"]:
        _serve(int(sys.argv[2]))
    else:
        main(*(int(word) for word in sys.argv[1:2]))
