"""From an update to the feature that handles it: access, moves of a chat, commands, questions, buttons."""

from __future__ import annotations

import logging
from contextlib import suppress

from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberUpdated,
    InlineQuery,
    InlineQueryResultsButton,
    Message,
    Update,
)
from telegram.constants import ChatMemberStatus

from bot.inbox.addressed import Command, addressed
from bot.nouns import ChatKind, Incoming, Pressed
from bot.parts import Parts
from bot.render.html import code, html, plain
from bot.sending.failures import SendFailure
from bot.sending.sender import Outgoing

log = logging.getLogger(__name__)

_KINDS: dict[str, ChatKind] = {"private": "private", "group": "group", "supergroup": "supergroup"}
_WITH_BUTTONS: dict[str, ChatKind] = {**_KINDS, "channel": "channel"}  # a channel has nobody who writes to the bot
_REFUSED_AGAIN_AFTER = 3_600.0
APOLOGY = html([plain("Sorry, something went wrong here, and your message could not be answered. Please try again.")])


class Dispatcher:
    """Finds who handles an update. What is raised goes to the inbox, which tries again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._refused: dict[int, float] = {}

    async def handle(self, update: Update) -> None:
        if update.message is not None:
            await self._message(update.message)
        elif update.callback_query is not None:
            await self._button(update.callback_query)
        elif update.inline_query is not None:
            await self._inline(update.inline_query)
        elif update.my_chat_member is not None:
            await self._membership(update.my_chat_member)

    async def apologise(self, update: Update) -> None:
        """Says sorry, once, for an update that could not be handled. Nothing of the fault itself is shown."""
        message = update.message
        if message is None or message.chat.type not in _KINDS:
            return
        if addressed(message, self._parts.bot_id, self._parts.username) is not None:
            answers = None if message.chat.type == "private" else message.message_id
            await self._parts.sender.send(Outgoing(message.chat.id, APOLOGY[0], thread_of(message), answers))

    async def _message(self, message: Message) -> None:
        parts = self._parts
        now = parts.clock.now()
        if message.migrate_to_chat_id is not None:
            await parts.sql(parts.chats.migrated, message.chat.id, message.migrate_to_chat_id, now)
            return
        if message.migrate_from_chat_id is not None:
            await parts.sql(parts.chats.migrated, message.migrate_from_chat_id, message.chat.id, now)
            return
        kind = _KINDS.get(message.chat.type)
        found = addressed(message, parts.bot_id, parts.username) if kind is not None else None
        if kind is None or found is None:
            return
        person = message.from_user.id if message.from_user and message.sender_chat is None else None
        name = found.name if isinstance(found, Command) else None
        entry = parts.commands.get(name) if name else None
        if entry is not None and entry.operators and not parts.is_operator(person):
            entry = None
        if entry is None and isinstance(found, Command) and kind != "private" and not found.named:
            return
        if not parts.may_use(message.chat.id, person):
            await self._refuse(message)
            return
        chat = await parts.sql(parts.chats.seen, message.chat.id, kind, now)
        asker = person if chat.is_group else None
        await parts.sql(parts.told.sent, chat.chat_id, [message.message_id], now, person=asker, ours=False)
        incoming = Incoming(message, chat, person, thread_of(message), name, found.text)
        if entry is not None:
            if (entry.where == "private" and chat.is_group) or (entry.where == "group" and not chat.is_group):
                where = "a private chat with the bot" if entry.where == "private" else "a group"
                await parts.reply(incoming, html([plain(code(f"/{entry.name}"), f" works in {where}.")]))
            else:
                await entry.handler(parts, incoming)
        elif name is not None:
            await parts.reply(incoming, html([plain("There is no such command here; ", code("/help"), " lists them.")]))
        elif parts.on_question is not None:
            await parts.on_question(parts, incoming)

    async def _refuse(self, message: Message) -> None:
        """Tells a chat that is not on the access list so, once an hour, with the id that its operator needs."""
        now = self._parts.monotonic()
        last = self._refused.get(message.chat.id)
        if last is not None and now - last < _REFUSED_AGAIN_AFTER:
            return
        if len(self._refused) > 10_000:
            self._refused.clear()
        self._refused[message.chat.id] = now
        text = html(
            [
                plain(
                    "This bot serves only chats that its operator has named. The id of this chat is ",
                    code(str(message.chat.id)),
                    ".",
                )
            ]
        )
        await self._parts.sender.send(Outgoing(message.chat.id, text[0], thread_of(message)))

    async def _button(self, query: CallbackQuery) -> None:
        parts = self._parts
        shown: str | None = None
        try:
            shown = await self._pressed(query)
        finally:
            with suppress(SendFailure):  # too old by now: nobody waits for it
                await parts.sender.quick(
                    lambda: parts.bot.answer_callback_query(query.id, text=(shown or "")[:200] or None)
                )

    async def _pressed(self, query: CallbackQuery) -> str | None:
        parts = self._parts
        prefix, _, data = (query.data or "").partition(":")
        handler = parts.buttons.get(prefix)
        message = query.message
        if handler is None or message is None or message.chat.type not in _WITH_BUTTONS:
            return "This button has no use any more."
        if not parts.may_use(message.chat.id, query.from_user.id):
            return "This bot serves only chats that its operator has named."
        kind = _WITH_BUTTONS[message.chat.type]
        chat = await parts.sql(parts.chats.seen, message.chat.id, kind, parts.clock.now())
        thread = thread_of(message) if isinstance(message, Message) else None
        return await handler(parts, Pressed(query, chat, query.from_user.id, thread, message.message_id, data))

    async def _inline(self, query: InlineQuery) -> None:
        parts = self._parts
        if not parts.may_use(query.from_user.id, query.from_user.id):
            button = InlineQueryResultsButton("Only for chats that its operator has named", start_parameter="help")
            with suppress(SendFailure):
                await parts.sender.quick(
                    lambda: parts.bot.answer_inline_query(query.id, [], cache_time=60, is_personal=True, button=button)
                )
        elif parts.on_inline is not None:
            await parts.on_inline(parts, query)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        parts = self._parts
        kind = _WITH_BUTTONS.get(change.chat.type)
        before, after = _is_in(change.old_chat_member), _is_in(change.new_chat_member)
        if kind is None or before == after or not parts.may_use(change.chat.id, change.from_user.id):
            return
        if after:
            chat = await parts.sql(parts.chats.seen, change.chat.id, kind, parts.clock.now())
            for returned in parts.on_returned:
                await returned(chat)
            return
        known = await parts.sql(parts.chats.by_telegram, change.chat.id)
        if known is not None:
            for left in parts.on_left:
                await left(known)


def thread_of(message: Message) -> int | None:
    """The forum topic that a message stands in; none in the general one."""
    return message.message_thread_id if message.is_topic_message else None


def _is_in(member: ChatMember) -> bool:
    if member.status == ChatMemberStatus.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status not in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
