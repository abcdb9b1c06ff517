"""Digests in the chat: subscribing, changing, asking for one now; and the job that delivers them."""

from __future__ import annotations

import hashlib
import secrets
import socket
from datetime import timedelta

from telegram.error import BadRequest

from bot.delivery.buttons import PREFIX as MORE_PREFIX
from bot.delivery.buttons import more_keyboard, read_more
from bot.delivery.composing import Composer
from bot.delivery.schedule import Schedule
from bot.delivery.send import Deliverer
from bot.delivery.wish import BadWish, read_wish
from bot.handlers.digest_settings import Panel
from bot.handlers.digest_target import Target, target_of
from bot.nouns import Chat, Incoming, Pressed, Telling
from bot.parts import Parts
from bot.render.digest import View, digest_message, digest_rest
from bot.render.html import code, html, plain
from bot.render.subscription import (
    PREFIX,
    main_keyboard,
    next_text,
    next_words,
    no_subscription,
    only_administrators,
    refused,
    subscription_text,
)
from bot.tables.subscriptions import REMOVED, Subscription, Subscriptions, Wish, joined, wipe
from bot.zones import example_zone, zone_named
from retrieval.clock import MovableClock

DAYS = 7  # that /digest covers where none are named
MOST_DAYS = 366
_TICK = 1.0
_A_DAY_ON = timedelta(hours=26)  # a clock that is moved on by a day, in the sandbox, is no day of downtime


def register(parts: Parts) -> None:
    conversation = Conversation(parts)
    parts.command("subscribe", conversation.subscribe, "Get a digest every day")
    parts.command("unsubscribe", conversation.unsubscribe, "End the digest")
    parts.command("settings", conversation.settings, "Change the digest")
    parts.command("digest", conversation.digest, "What changed: /digest TOPIC DAYS")
    parts.command("next", conversation.next, "When the next digest comes")
    parts.command("quiet", conversation.quiet, "A neutral first line, nothing to forward: /quiet or /quiet off")
    parts.button(PREFIX, conversation.panel.pressed)
    parts.button(MORE_PREFIX, conversation.more)
    parts.returned(conversation.returned)
    parts.left(conversation.left)
    parts.wiper(wipe)
    deliverer = deliverer_of(parts, conversation.composer)
    parts.starting(deliverer.start)
    parts.stopping(deliverer.stop)
    parts.job(deliverer.tick, seconds=_TICK, name="deliver")

    async def purge() -> None:
        before = parts.clock.now() - timedelta(days=parts.settings.retention_days)
        await parts.sql(deliverer.deliveries.purge, before)

    parts.job(purge, seconds=3_600, name="purge deliveries")


def deliverer_of(parts: Parts, composer: Composer) -> Deliverer:
    """The deliverer of this process: what it claims it holds under the name of this machine and home."""
    place = f"{socket.gethostname()} {parts.settings.home.absolute()}"
    max_age = parts.settings.digest_max_age
    if isinstance(parts.clock, MovableClock):
        max_age = max(max_age, _A_DAY_ON)
    machine = hashlib.sha256(place.encode()).hexdigest()[:16]
    return Deliverer(
        database=parts.database,
        sender=parts.sender,
        chats=parts.chats,
        composer=composer,
        clock=parts.clock,
        sql=parts.sql,
        owner=f"{machine}/{secrets.token_hex(8)}",
        max_age=max_age,
    )


class Conversation:
    """The commands and buttons of the digest. What they change is in the database; here is nothing to lose."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._digests = parts.retrieval
        self._titles = parts.titles
        self._subscriptions = Subscriptions(parts.database, parts.bot_id)
        self._example = example_zone(self._digests.names, parts.settings.timezone)
        self.composer = Composer(self._digests, parts.think, parts.settings.stale_days)
        self.panel = Panel(parts, self._subscriptions, self._titles, self._zones())

    async def subscribe(self, parts: Parts, incoming: Incoming) -> None:
        """With a line, what the line says; without, what the settings of the bot start with, and a keyboard."""
        target = await self._target(incoming, change=True)
        if target is None:
            return
        known = await parts.sql(self._subscriptions.of, target.chat.chat_id, target.thread)
        wish = known.wish if known else self._first_wish()
        if target.text:
            try:
                wish = read_wish(target.text, wish, self._titles, self._digests.names)
            except BadWish as wrong:
                await parts.reply(incoming, [refused(str(wrong), self._example)])
                return
        now = parts.clock.now()
        kept = await parts.sql(self._subscriptions.subscribe, target.chat.chat_id, target.thread, wish, now)
        await self._show(incoming, target, kept)

    async def unsubscribe(self, parts: Parts, incoming: Incoming) -> None:
        target = await self._target(incoming, change=True)
        if target is None:
            return
        ended = await parts.sql(self._subscriptions.unsubscribe, target.chat.chat_id, target.thread)
        text = html([plain("The digest has ended. ", code("/subscribe"), " begins it again.")])[0]
        await parts.reply(incoming, [text if ended else no_subscription(self._example)])

    async def settings(self, parts: Parts, incoming: Incoming) -> None:
        """What is set; whoever may change it gets the keyboard."""
        target = await self._target(incoming, change=False)
        if target is None:
            return
        kept = await parts.sql(self._subscriptions.of, target.chat.chat_id, target.thread)
        if kept is None:
            await parts.reply(incoming, [no_subscription(self._example)])
        else:
            await self._show(incoming, target, kept)

    async def next(self, parts: Parts, incoming: Incoming) -> None:
        target = await self._target(incoming, change=False)
        if target is None:
            return
        kept = await parts.sql(self._subscriptions.of, target.chat.chat_id, target.thread)
        await parts.reply(incoming, [next_text(kept) if kept else no_subscription(self._example)])

    async def quiet(self, parts: Parts, incoming: Incoming) -> None:
        """`/quiet` or `/quiet on` makes digests discreet, `/quiet off` ends it."""
        target = await self._target(incoming, change=True)
        if target is None:
            return
        kept = await parts.sql(self._subscriptions.of, target.chat.chat_id, target.thread)
        word = target.text.casefold()
        if kept is None:
            await parts.reply(incoming, [no_subscription(self._example)])
        elif word not in ("", "on", "off"):
            await parts.reply(incoming, html([plain("Write ", code("/quiet"), " or ", code("/quiet off"), ".")]))
        else:
            kept = await self.panel.change(kept, discreet=word != "off")
            await self._show(incoming, target, kept)

    async def digest(self, parts: Parts, incoming: Incoming) -> None:
        """`/digest`, `/digest TOPIC`, `/digest TOPIC DAYS`: what changed up to now."""
        try:
            topics, days = self._asked(incoming.text)
        except BadWish as wrong:
            await parts.reply(incoming, html([plain(str(wrong))]))
            return
        admission = parts.rate.admit(incoming.person or incoming.chat.telegram_id, parts.monotonic())
        if not admission.granted:
            if admission.tell:
                await parts.reply(incoming, html([plain(f"Please wait {admission.wait} seconds.")]))
            return
        until = parts.clock.now().replace(microsecond=0)
        kept = await parts.sql(self._subscriptions.of, incoming.chat.chat_id, incoming.thread)
        view = self._view(kept)
        digest = await self.composer.digest(topics, until - timedelta(days=days), until)
        rendered = digest_message(digest, view)
        telling = Telling(
            chat_id=incoming.chat.chat_id,
            kind="digest",
            outcome="digest",
            engine="extractive",
            claims=rendered.claims,
            citations=rendered.citations,
            as_of=digest.latest,
            thread=incoming.thread,
            person=incoming.person if incoming.chat.is_group else None,
        )
        told_id = await parts.sql(parts.told.record, telling, parts.clock.now())
        keyboard = more_keyboard(digest, view, rendered.more)
        await parts.reply(incoming, [rendered.text], keyboard=keyboard, told_id=told_id, protected=view.discreet)

    async def more(self, parts: Parts, press: Pressed) -> str | None:
        """The button under a digest: the items that its message left out."""
        kept = await parts.sql(self._subscriptions.of, press.chat.chat_id, press.thread)
        asked = read_more(press.data, self._view(kept))
        if asked is None:
            return "This button has no use any more."
        topics, since, until, view = asked
        if until > parts.clock.now():
            return "This button has no use any more."
        if not parts.rate.admit(press.person, parts.monotonic()).granted:
            return "Please wait a minute."
        if press.chat.kind == "channel" and not await self._first_press(press):
            return "It is below already."
        digest = await self.composer.digest(topics, since, until)
        await parts.reply(press, digest_rest(digest, view), protected=view.discreet)
        return None

    async def _first_press(self, press: Pressed) -> bool:
        """Takes the button away; false where it was gone. All who read a channel may press, and one telling is enough."""

        async def take_away() -> bool:
            try:
                await self._parts.bot.edit_message_reply_markup(press.chat.telegram_id, press.message_id)
            except BadRequest as gone:
                if "not modified" in gone.message.lower():
                    return False
                raise
            return True

        return await self._parts.sender.call(press.chat.telegram_id, take_away)

    async def returned(self, chat: Chat) -> str | None:
        """The chat is back: its digests go on as they were."""
        parts = self._parts
        if not await parts.sql(self._subscriptions.resume, chat.chat_id, parts.clock.now()):
            return None
        kept = await parts.sql(self._subscriptions.of_chat, chat.chat_id)
        following = min(kept, key=lambda subscription: subscription.next_due)
        return html([plain("Your digest goes on. Next: ", code(next_words(following)))])[0]

    async def left(self, chat: Chat) -> None:
        await self._parts.sql(self._subscriptions.pause, chat.chat_id, None, REMOVED, whole_chat=True)

    async def _target(self, incoming: Incoming, *, change: bool) -> Target | None:
        """Where the command is for; None after a refusal, which has been told."""
        target = await target_of(self._parts, incoming)
        if isinstance(target, str):
            await self._parts.reply(incoming, html([plain(target)]))
            return None
        if change and not target.elsewhere and not await self._parts.is_administrator(incoming):
            await self._parts.reply(incoming, html([plain(only_administrators())]))
            return None
        return target

    async def _show(self, incoming: Incoming, target: Target, kept: Subscription) -> None:
        text = subscription_text(kept, self._titles)
        keyboard = None if target.elsewhere else main_keyboard(kept.wish)
        await self._parts.reply(incoming, [text], keyboard=keyboard)

    def _asked(self, text: str) -> tuple[str, int]:
        topics: list[str] = []
        days = DAYS
        for word in text.replace(",", " ").split():
            if word.casefold() in self._titles:
                topics.append(word.casefold())
            elif word.isdecimal() and 1 <= int(word) <= MOST_DAYS:
                days = int(word)
            else:
                known = "; ".join(f"{topic} ({title})" for topic, title in self._titles.items()) or "none"
                raise BadWish(
                    f"“{word[:40]}” is neither a topic nor a number of days up to {MOST_DAYS}. Topics: {known}."
                )
        return joined(topics), days

    def _view(self, kept: Subscription | None) -> View:
        return View(
            titles=self._titles,
            zone=zone_named(kept.wish.schedule.zone if kept else self._parts.settings.timezone),
            discreet=kept.wish.discreet if kept else False,
            stale_days=self._parts.settings.stale_days,
        )

    def _first_wish(self) -> Wish:
        settings = self._parts.settings
        return Wish(Schedule(settings.digest_time, settings.timezone))

    def _zones(self) -> list[str]:
        """The zones that the keyboard offers: the bot's own, the story's, UTC."""
        of_places = [name.zone for name in self._digests.names.all if name.zone]
        often = sorted(set(of_places), key=lambda zone: (-of_places.count(zone), zone))
        return list(dict.fromkeys([self._parts.settings.timezone, *often[:5], "UTC"]))
