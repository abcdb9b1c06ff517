"""A local Telegram over real HTTP, and python-telegram-bot as its client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.limits import UNLIMITED
from bot.sandbox.server import LocalBotApi


@pytest.fixture
def api() -> Iterator[LocalBotApi]:
    with LocalBotApi(limits=UNLIMITED) as local:
        yield local


@pytest.fixture
def client() -> Callable[..., Bot]:
    """Makes a bot whose token and address are those of a local Telegram."""

    def make(api: LocalBotApi, read_timeout: float = 10.0) -> Bot:
        plain = {"trust_env": False}
        request = HTTPXRequest(64, read_timeout=read_timeout, httpx_kwargs=plain)
        return Bot(
            api.token,
            base_url=api.base_url,
            base_file_url=api.base_file_url,
            request=request,
            get_updates_request=HTTPXRequest(httpx_kwargs=plain),
        )

    return make


@pytest_asyncio.fixture
async def bot(api: LocalBotApi, client: Callable[..., Bot]) -> AsyncIterator[Bot]:
    async with client(api) as started:
        yield started
