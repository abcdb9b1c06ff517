"""The keyboard under a subscription: each button sets one thing, at once, and the message shows what is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from telegram import InlineKeyboardMarkup

from bot.delivery.schedule import EVERY_DAY
from bot.nouns import Pressed
from bot.parts import Parts
from bot.render.html import code, html, plain
from bot.render.subscription import (
    days_keyboard,
    hours_keyboard,
    main_keyboard,
    minutes_keyboard,
    only_administrators,
    subscription_text,
    topics_keyboard,
    zones_keyboard,
)
from bot.tables.subscriptions import Subscription, Subscriptions, Wish
from bot.zones import zone_named

_GONE = "This button has no use any more."
_WORK_DAYS = frozenset(range(5))


class Panel:
    """Changes subscriptions by the press of a button."""

    def __init__(
        self, parts: Parts, subscriptions: Subscriptions, titles: Mapping[str, str], zones: Sequence[str]
    ) -> None:
        self._parts = parts
        self._subscriptions = subscriptions
        self._titles = titles
        self._zones = zones

    async def change(self, kept: Subscription, **values: Any) -> Subscription:
        """The subscription with another wish; a paused one stays paused."""
        return await self._keep(kept, replace(kept.wish, **values))

    async def pressed(self, parts: Parts, press: Pressed) -> str | None:
        if not await parts.is_administrator(press):
            return only_administrators()
        kept = await parts.sql(self._subscriptions.of, press.chat.chat_id, press.thread)
        if kept is None:
            return "There is no digest here any more. /subscribe begins one."
        name, _, rest = press.data.partition(":")
        if name == "end":
            await parts.sql(self._subscriptions.unsubscribe, press.chat.chat_id, press.thread)
            await self._edit(press, html([plain("The digest has ended. ", code("/subscribe"), " begins it again.")])[0])
            return None
        try:
            wish, keyboard = self._set(name, rest, kept.wish)
        except (ValueError, IndexError):
            return _GONE
        if wish != kept.wish:
            kept = await self._keep(kept, wish)
        await self._edit(press, subscription_text(kept, self._titles), keyboard)
        return None

    def _set(self, name: str, rest: str, wish: Wish) -> tuple[Wish, InlineKeyboardMarkup | None]:
        """The wish after a button, and the keyboard to show next. Raises ValueError for a button that is not ours."""
        match name:
            case "p":
                return wish, self._page(rest, wish)
            case "done":
                return wish, None
            case "t":
                wish = replace(wish, topics=self._topics(rest, wish.topics))
                return wish, topics_keyboard(wish, self._titles)
            case "h":
                return wish, minutes_keyboard(time(int(rest)).hour)
            case "m":
                hour, minute = rest.split(":")
                wish = replace(wish, schedule=replace(wish.schedule, at=time(int(hour), int(minute))))
                return wish, main_keyboard(wish)
            case "z":
                zone_named(rest)
                wish = replace(wish, schedule=replace(wish.schedule, zone=rest))
                return wish, main_keyboard(wish)
            case "d":
                wish = replace(wish, schedule=replace(wish.schedule, weekdays=_days(rest, wish.schedule.weekdays)))
                return wish, days_keyboard(wish)
            case "s":
                wish = _manner(rest, wish)
                return wish, main_keyboard(wish)
        raise ValueError(name)

    def _page(self, name: str, wish: Wish) -> InlineKeyboardMarkup:
        match name:
            case "topics":
                return topics_keyboard(wish, self._titles)
            case "hours":
                return hours_keyboard()
            case "zones":
                return zones_keyboard(wish, self._zones)
            case "days":
                return days_keyboard(wish)
        return main_keyboard(wish)

    def _topics(self, rest: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
        if rest == "all":
            return ()
        place, on = rest.split(":")
        topic = list(self._titles)[int(place)]
        kept = [one for one in chosen if one != topic]
        return tuple([*kept, topic] if on == "1" else kept)

    async def _keep(self, kept: Subscription, wish: Wish) -> Subscription:
        parts = self._parts
        changed = await parts.sql(self._subscriptions.subscribe, kept.chat_id, kept.thread, wish, parts.clock.now())
        if kept.state == "paused":
            why = kept.paused_why or ""
            await parts.sql(self._subscriptions.pause, kept.chat_id, kept.thread, why, whole_chat=False)
            return await parts.sql(self._subscriptions.of, kept.chat_id, kept.thread) or changed
        return changed

    async def _edit(self, press: Pressed, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await self._parts.sender.edit(press.chat.telegram_id, press.message_id, text, keyboard)


def _days(rest: str, chosen: frozenset[int]) -> frozenset[int]:
    """The last day cannot be taken away: a digest on no day is none."""
    if rest == "all":
        return EVERY_DAY
    if rest == "work":
        return _WORK_DAYS
    day, on = rest.split(":")
    if not 0 <= int(day) <= 6:
        raise ValueError(rest)
    return (chosen | {int(day)}) if on == "1" else (chosen - {int(day)} or chosen)


def _manner(rest: str, wish: Wish) -> Wish:
    name, on = rest.split(":")
    match name:
        case "quiet":
            return replace(wish, skip_quiet=on == "1")
        case "aloud":
            return replace(wish, aloud=on == "1")
        case "discreet":
            return replace(wish, discreet=on == "1")
    raise ValueError(name)
