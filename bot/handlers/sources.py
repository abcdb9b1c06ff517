"""/sources: what is in the library, page by page."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.nouns import Incoming, Pressed
from bot.parts import Parts
from bot.render.sources import listed, pages, sources_page

_PREFIX = "sources"


def register(parts: Parts) -> None:
    parts.command("sources", sources, "What the library holds, newest first")
    parts.button(_PREFIX, turn)


async def sources(parts: Parts, incoming: Incoming) -> None:
    rows = listed(await parts.think(parts.retrieval.sources, parts.clock.now()))
    await parts.reply(incoming, [sources_page(rows, 0)], keyboard=_keyboard(0, pages(rows)))


async def turn(parts: Parts, press: Pressed) -> str | None:
    """Shows another page in the same message."""
    rows = listed(await parts.think(parts.retrieval.sources, parts.clock.now()))
    if not press.data.isdecimal():
        return None
    page = min(int(press.data[:6]), pages(rows) - 1)
    await parts.sender.edit(
        press.chat.telegram_id, press.message_id, sources_page(rows, page), _keyboard(page, pages(rows))
    )
    return None


def _keyboard(page: int, count: int) -> InlineKeyboardMarkup | None:
    turns = [("← Newer", page - 1), ("Older →", page + 1)]
    buttons = [InlineKeyboardButton(text, callback_data=f"{_PREFIX}:{to}") for text, to in turns if 0 <= to < count]
    return InlineKeyboardMarkup([buttons]) if buttons else None
