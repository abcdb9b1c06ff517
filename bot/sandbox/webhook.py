"""Delivers updates to the bots that have set a webhook, in order, again until they are taken."""

from __future__ import annotations

import asyncio
import logging

import httpx

from bot.sandbox.nouns import Bot, Update, Webhook
from bot.sandbox.state import State
from bot.sandbox.wakeup import Changes

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
TIMEOUT = 60.0

logger = logging.getLogger(__name__)


async def deliver_to_webhooks(state: State, changes: Changes) -> None:
    """Runs until cancelled: one delivery at a time for each bot."""
    senders: dict[str, asyncio.Task[None]] = {}
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
        try:
            while True:
                change = changes.next()
                for token, bot in list(state.bots.items()):
                    idle = token not in senders or senders[token].done()
                    if idle and bot.webhook is not None and bot.pending:
                        senders[token] = asyncio.create_task(_drain(state, bot, client))
                await changes.wait(change, None)
        finally:
            for task in senders.values():
                task.cancel()


async def _drain(state: State, bot: Bot, client: httpx.AsyncClient) -> None:
    pause = FIRST_PAUSE
    while bot.webhook is not None and bot.pending:
        hook, update = bot.webhook, bot.pending[0]
        error = await _post(client, hook, update)
        with state.changed:
            if error is None:
                bot.pending[:] = [waiting for waiting in bot.pending if waiting.id != update.id]
                pause = FIRST_PAUSE
            else:
                hook.last_error, hook.last_error_date = error, state.now()
            state.notify()
        if error is not None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def _post(client: httpx.AsyncClient, hook: Webhook, update: Update) -> str | None:
    """Sends one update; gives what went wrong."""
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        response = await client.post(hook.url, json=update.json(), headers=headers)
    except httpx.HTTPError as fault:
        logger.debug("webhook: %s", type(fault).__name__)
        return f"Connection failed: {type(fault).__name__}"
    if not response.is_success:
        return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
    return None
