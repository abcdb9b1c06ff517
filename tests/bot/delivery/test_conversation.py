"""Subscribing and asking in the chat of a running bot, and the digest that comes of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.render.status import Status, status_text
from bot.sandbox.nouns import Message
from bot.sandbox.server import LocalBotApi
from bot.tables.deliveries import Counts, Deliveries
from bot.tables.subscriptions import Subscription, Subscriptions
from retrieval.clock import MovableClock
from tests.bot.conftest import Conversation

NOW = datetime(2031, 3, 9, 6, 0, tzinfo=UTC)
Start = Callable[..., Any]


def kept_of(bot: Conversation, telegram_id: int, thread: int | None = None) -> Subscription | None:
    parts = bot.application.parts
    chat = parts.chats.by_telegram(telegram_id)
    assert chat is not None
    return Subscriptions(parts.database, parts.bot_id).of(chat.chat_id, thread)


async def test_one_line_subscribes_and_next_tells_the_local_moment(start_bot: Start, local: LocalBotApi) -> None:
    bot: Conversation = await start_bot(clock=MovableClock(NOW))
    ann = local.people.person("Ann")
    said = await bot.one(ann, "/subscribe 08:30 Asia/Yangon mon-fri people")
    assert "Mon–Fri at 08:30 Asia/Yangon, on The people below" in said.text
    assert (await bot.one(ann, "/next")).text == "Next: 2031-03-10 08:30 Asia/Yangon"
    await bot.one(ann, "/subscribe 07:15 new york")
    assert (await bot.one(ann, "/next")).text == "Next: 2031-03-10 07:15 America/New_York"
    kept = kept_of(bot, ann.id)
    assert kept is not None and kept.wish.topics == ("people",) and kept.wish.schedule.weekdays == frozenset(range(5))


@pytest.mark.parametrize(
    "line", ["25:00 Asia/Yangon", "morning", "08:60", "08:30 Atlantis", "08:30 UTC mon-xyz", "8", "08:30 UTC UTC"]
)
async def test_an_error_shows_an_example_and_changes_nothing(bot: Conversation, local: LocalBotApi, line: str) -> None:
    ann = local.people.person("Ann")
    said = await bot.one(ann, f"/subscribe {line}")
    assert "/subscribe 08:30 " in said.text and "Nothing was changed" in said.text
    assert kept_of(bot, ann.id) is None


async def test_the_keyboard_sets_what_it_shows(bot: Conversation, local: LocalBotApi) -> None:
    ann = local.people.person("Ann")
    panel = await bot.one(ann, "/subscribe")
    for button in ("Topics", "The dam", "Back", "Time", "06", "06:40", "Weekdays", "Mon–Fri", "Sat", "Back"):
        await bot.press(ann, panel, button)
    await bot.press(ann, panel, "Skip quiet days")
    await bot.press(ann, panel, "With a sound")
    kept = kept_of(bot, ann.id)
    assert kept is not None
    wish = kept.wish
    assert wish.topics == ("dam",) and f"{wish.schedule.at:%H:%M}" == "06:40"
    assert wish.schedule.weekdays == frozenset(range(6)) and wish.skip_quiet and wish.aloud
    await bot.press(ann, panel, "Unsubscribe")
    assert kept_of(bot, ann.id) is None
    assert "no digest here" in (await bot.one(ann, "/next")).text


async def test_only_administrators_change_a_groups_digest(bot: Conversation, local: LocalBotApi) -> None:
    ann, ben = local.people.person("Ann"), local.people.person("Ben")
    group = local.groups.group("Team", ann, [ben], kind="supergroup", forum=True)
    topic = local.groups.topic(group, "Dam", ann)
    refused = await bot.one(ben, "/subscribe@briefing_bot 08:30 UTC", chat=group)
    assert "administrators" in refused.text and kept_of(bot, group.id) is None
    await bot.one(ann, "/subscribe@briefing_bot 08:30 UTC", chat=group)
    await bot.one(ann, "/subscribe@briefing_bot 09:30 UTC dam", chat=group, thread=topic)
    panel = await bot.one(ann, "/settings@briefing_bot", chat=group, anonymous=True)
    shown = await bot.press(ben, panel, "Unsubscribe")
    assert "administrators" in shown["text"].lower()
    own, of_topic = kept_of(bot, group.id), kept_of(bot, group.id, topic.thread_id)
    assert own is not None and f"{own.wish.schedule.at:%H:%M}" == "08:30"
    assert of_topic is not None and of_topic.wish.topics == ("dam",)


async def test_a_digest_comes_when_it_is_due_and_the_button_shows_the_rest(
    start_bot: Start, local: LocalBotApi
) -> None:
    clock = MovableClock(NOW)
    bot: Conversation = await start_bot(clock=clock)
    ann = local.people.person("Ann")
    said = await bot.one(ann, "/subscribe 06:30 UTC")
    clock.set(NOW + timedelta(minutes=30))
    digest = (await asyncio.to_thread(local.log.after, said, 1))[0]
    assert "Where things stand" in digest.text and digest.silent
    asked = await bot.one(ann, "/digest 30")
    assert "30 days" in asked.text and len(asked.text) <= 1_800
    assert not local.refusals


async def test_a_digest_on_demand_says_how_old_the_story_is(bot: Conversation, local: LocalBotApi) -> None:
    ann = local.people.person("Ann")
    text = (await bot.one(ann, "/digest dam 3")).text
    assert "Nothing new came in" in text
    wrong = (await bot.one(ann, "/digest moon")).text
    assert "dam (The dam); people (The people below)" in wrong


async def test_blocked_and_back_again(start_bot: Start, local: LocalBotApi) -> None:
    clock = MovableClock(NOW)
    bot: Conversation = await start_bot(clock=clock)
    ann = local.people.person("Ann")
    await bot.one(ann, "/subscribe 06:30 UTC")
    local.people.blocks(ann)
    await _until(lambda: _state(bot, ann.id) == "paused")
    local.people.unblocks(ann)
    await _until(lambda: _state(bot, ann.id) == "active")
    local.people.blocks(ann)
    await _until(lambda: _state(bot, ann.id) == "paused")
    local.people.unblocks(ann)
    said: list[Message] = await bot.ask(ann, "/start", 1)
    assert said and _state(bot, ann.id) == "active"


async def test_quiet_makes_the_first_line_neutral(bot: Conversation, local: LocalBotApi) -> None:
    ann = local.people.person("Ann")
    assert "no digest here" in (await bot.one(ann, "/quiet")).text
    await bot.one(ann, "/subscribe 06:30 UTC")
    assert "first line is neutral" in (await bot.one(ann, "/quiet")).text
    digest = await bot.one(ann, "/digest")
    assert digest.text.splitlines()[0] == "Your update is here." and digest.protected
    assert "first line is neutral" not in (await bot.one(ann, "/quiet off")).text


async def test_a_channel_is_subscribed_by_its_administrator(bot: Conversation, local: LocalBotApi) -> None:
    ann, ben = local.people.person("Ann"), local.people.person("Ben")
    channel = local.groups.group("News", ann, kind="channel", username="newschannel", bot_status="administrator")
    assert "administrators" in (await bot.one(ben, "/subscribe @newschannel 08:30 UTC")).text
    assert "08:30 UTC" in (await bot.one(ann, "/subscribe @newschannel 08:30 UTC")).text
    assert kept_of(bot, channel.id) is not None


async def test_the_button_in_a_channel_shows_the_rest_once(start_bot: Start, local: LocalBotApi) -> None:
    clock = MovableClock(NOW)
    bot: Conversation = await start_bot(clock=clock)
    ann = local.people.person("Ann")
    channel = local.groups.group("News", ann, kind="channel", username="newschannel", bot_status="administrator")
    await bot.one(ann, "/subscribe @newschannel 06:30 UTC")
    posted = local.people.says(ann, "/digest 30", chat=channel)  # of no meaning there
    clock.set(NOW + timedelta(minutes=30))
    digest = (await asyncio.to_thread(local.log.after, posted, 1))[0]
    data = f"dig:m:0:{NOW.timestamp() - 30 * 86_400:.0f}:{NOW.timestamp():.0f}:000"
    button = InlineKeyboardMarkup([[InlineKeyboardButton("4 smaller items", callback_data=data)]])
    await bot.application.parts.bot.edit_message_reply_markup(channel.id, digest.id, reply_markup=button)
    await bot.press(ann, digest, "4 smaller items")
    assert len(local.log.sent(channel)) == 2 and not digest.content.markup
    assert not local.refusals


async def test_a_clock_turned_back_does_not_silence_the_digest(start_bot: Start, local: LocalBotApi) -> None:
    clock = MovableClock(NOW + timedelta(days=300))
    bot: Conversation = await start_bot(clock=clock)
    ann = local.people.person("Ann")
    said = await bot.one(ann, "/subscribe 06:30 UTC")
    clock.set(NOW)
    await _until(lambda: (kept := kept_of(bot, ann.id)) is not None and kept.next_due == NOW + timedelta(minutes=30))
    clock.set(NOW + timedelta(minutes=30))
    digest = (await asyncio.to_thread(local.log.after, said, 1))[0]
    assert "9 Mar 2031" in digest.text


async def test_status_is_for_operators(start_bot: Start, local: LocalBotApi) -> None:
    ann, ben = local.people.person("Ann"), local.people.person("Ben")
    bot: Conversation = await start_bot(clock=MovableClock(NOW), BRIEFING_ADMINS=str(ann.id))
    await bot.one(ben, "/subscribe 08:30 UTC")
    deliveries = Deliveries(bot.application.parts.database, bot.application.parts.bot_id)
    text = (await bot.one(ann, "/status")).text
    assert f"deliveries: {deliveries.counts().words}" in text
    assert "subscriptions: 1 active, 0 paused" in text
    assert re.search(r"sources: \d+, newest \d+ \w+ 2031", text) and "last refresh: " in text
    assert "no such command" in (await bot.one(ben, "/status")).text
    assert "/status" in (await bot.one(ann, "/help")).text
    assert "/status" not in (await bot.one(ben, "/help")).text
    assert all(entry["command"] != "status" for menu in local.bot.commands.values() for entry in menu)


def test_status_tells_the_latest_troubles() -> None:
    counts = Counts(sent=3, uncertain=1, failed=0, given_up=2, waiting=4)
    (text,) = status_text(Status(counts, [(NOW, "given up", "server: <502>")], 5, 1, 0, None, None))
    assert "deliveries: 3 sent, 1 uncertain, 2 given up" in text and "4 waiting" in text
    assert "2031-03-09 06:00 UTC: given up: server: &lt;502&gt;" in text and "last refresh: not yet" in text


async def test_wipe_deletes_the_subscription(bot: Conversation, local: LocalBotApi) -> None:
    ann = local.people.person("Ann")
    await bot.one(ann, "/subscribe 06:30 UTC")
    asked = await bot.one(ann, "/wipe")
    await bot.press(ann, asked, "Delete everything kept here")
    assert "no digest here" in (await bot.one(ann, "/next")).text


def _state(bot: Conversation, telegram_id: int) -> str | None:
    kept = kept_of(bot, telegram_id)
    return kept.state if kept else None


async def _until(holds: Callable[[], bool]) -> None:
    """Lets the bot work until something holds; a deadline, not a pause."""
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(holds):
            pass
