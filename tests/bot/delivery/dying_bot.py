"""A bot's delivery half as a process of its own, for tests that kill it: database, Bot API address, token, moment."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import telegram
from telegram.request import HTTPXRequest

from bot.sending.sender import Sender
from bot.tables.chats import Chats
from retrieval.clock import MovableClock
from retrieval.database import Database
from retrieval.library import Library
from tests.bot.delivery.conftest import Stories, deliverer_of


async def main(path: str, base_url: str, token: str, moment: str, senders: str) -> None:
    database = Database(f"sqlite:///{path}")
    request = HTTPXRequest(32, httpx_kwargs={"trust_env": False})
    async with telegram.Bot(token, base_url=base_url, request=request) as bot:
        chats = Chats(database, bot.id)
        sender = Sender(bot, int(senders), every=0.01, chat_every=0.0)
        clock = MovableClock(datetime.fromisoformat(moment))
        deliverer = deliverer_of(database, sender, chats, clock, Stories(Library(database)))
        await deliverer.start()
        while True:
            await deliverer.tick()
            await deliverer.settle()
            if deliverer.deliveries.counts().waiting == 0:
                break
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
