"""The button under a digest, and the digest that it stands for: 64 bytes that need no table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.render.digest import View
from retrieval.briefing.compose import Digest

PREFIX = "dig"
MOST_BYTES = 64


def more_keyboard(digest: Digest, view: View, more: int) -> InlineKeyboardMarkup | None:
    """`4 smaller items`; nothing where there are none, or where the topics' names are too long for a button."""
    if more <= 0:
        return None
    data = _data(digest, view)
    if len(data.encode()) > MOST_BYTES:
        return None
    label = "1 smaller item" if more == 1 else f"{more} smaller items"
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


def _data(digest: Digest, view: View) -> str:
    known = sorted(view.titles)
    topics = sum(1 << known.index(topic) for topic in (digest.topic or "").split(",") if topic in known)
    flags = f"{int(view.first)}{int(view.discreet)}{view.missed}"
    return f"{PREFIX}:m:{topics:x}:{int(digest.since.timestamp())}:{int(digest.until.timestamp())}:{flags}"


def read_more(data: str, view: View) -> tuple[str, datetime, datetime, View] | None:
    """Topics, span and view of a pressed button (without its prefix); null where it is none of ours."""
    try:
        kind, topics, since, until, flags = data.split(":")
        if kind != "m":
            return None
        mask = int(topics, 16)
        seen = replace(view, first=flags[0] == "1", discreet=flags[1] == "1", missed=int(flags[2:]))
        span = datetime.fromtimestamp(int(since), UTC), datetime.fromtimestamp(int(until), UTC)
    except (ValueError, IndexError, OverflowError, OSError):
        return None
    known: Sequence[str] = sorted(view.titles)
    if span[0] >= span[1] or mask >> len(known):
        return None
    return ",".join(topic for place, topic in enumerate(known) if mask >> place & 1), span[0], span[1], seen
