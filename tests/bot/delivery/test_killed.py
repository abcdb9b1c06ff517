"""A process that is killed twice with SIGKILL loses nothing, and repeats at most what was in flight."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from bot.sandbox.nouns import Message
from bot.sandbox.server import LocalBotApi
from bot.tables.chats import Chats
from bot.tables.deliveries import Deliveries
from bot.tables.subscriptions import Subscriptions
from retrieval.database import Database

from .conftest import DUE, START, WISH, Stories

ROOT = Path(__file__).parents[3]
PEOPLE, BLOCKED, SENDERS = 90, 9, 8


def test_killed_twice(api: LocalBotApi, sqlite: Database, stories: Stories, tmp_path: Path) -> None:
    bot_id = int(api.token.partition(":")[0])
    chats, subscriptions = Chats(sqlite, bot_id), Subscriptions(sqlite, bot_id)
    people = [api.people.person(f"P{n}") for n in range(PEOPLE)]
    for person in people:
        subscriptions.subscribe(chats.seen(person.id, "private", START).chat_id, None, WISH, START)
    for person in people[:BLOCKED]:
        api.people.blocks(person)
    for enough in (20, 55):
        process = start(api, tmp_path)
        api.log.wait(lambda enough=enough: len(digests(api)) >= enough or None, f"{enough} digests", 30)  # type: ignore[misc]
        process.kill()
        process.wait()
    assert start(api, tmp_path).wait(60) == 0
    arrived = Counter(message.chat_id for message in digests(api))
    reachable = {person.id for person in people[BLOCKED:]}
    assert set(arrived) == reachable, "each reachable chat got its digest, nobody else did"
    repeats = sum(arrived.values()) - len(reachable)
    assert repeats <= 2 * SENDERS and max(arrived.values()) <= 3
    counts = Deliveries(sqlite, bot_id).counts()
    assert counts.failed == BLOCKED and counts.waiting == 0 and counts.uncertain >= repeats


def digests(api: LocalBotApi) -> list[Message]:
    return [message for message in api.log.sent() if message.bot_id]


def start(api: LocalBotApi, home: Path) -> subprocess.Popen[bytes]:
    script = "tests.bot.delivery.dying_bot"
    arguments = [str(home / "test.sqlite"), api.base_url, api.token, DUE.isoformat(), str(SENDERS)]
    return subprocess.Popen([sys.executable, "-m", script, *arguments], cwd=ROOT)
