"""Which bots are told of what people do, and how: privacy mode, membership, edits."""

from __future__ import annotations

import re

from bot.sandbox.markup import utf16_slice
from bot.sandbox.nouns import ADMINISTRATORS, Bot, Chat, Member, Message, User
from bot.sandbox.objects import chat_json, member_json, message_json, user_json
from bot.sandbox.state import State


def sees(bot: Bot, chat: Chat, message: Message) -> bool:
    """Whether a bot is told of a message of a group that it is in (privacy mode, when it is on)."""
    member = chat.member(bot.id)
    if member.status in ("left", "kicked"):
        return False
    if not bot.privacy or member.status in ADMINISTRATORS or message.service or chat.type == "channel":
        return True
    if message.via_bot_id == bot.id or _replies_to(bot, chat, message):
        return True
    command = re.match(r"/\w+(?:@(\w+))?", message.text)
    if command:
        return command[1] is None or _is_name(bot, command[1])
    return any(_mentions(bot, message, entity) for entity in message.entities)


def _replies_to(bot: Bot, chat: Chat, message: Message) -> bool:
    replied = chat.messages.get(message.reply_to) if message.reply_to else None
    return replied is not None and replied.bot_id == bot.id


def _is_name(bot: Bot, name: str) -> bool:
    return name.casefold() == str(bot.user.username).casefold()


def _mentions(bot: Bot, message: Message, entity: dict[str, object]) -> bool:
    if entity["type"] == "text_mention":
        user = entity["user"]
        return isinstance(user, dict) and user["id"] == bot.id
    if entity["type"] != "mention":
        return False
    offset, length = int(str(entity["offset"])), int(str(entity["length"]))
    return _is_name(bot, utf16_slice(message.text, offset, length).removeprefix("@"))


def deliver(state: State, chat: Chat, message: Message, *, edited: bool = False) -> None:
    """Tells the bots of a chat about a person's message."""
    kind = "channel_post" if chat.type == "channel" else "message"
    for bot in _bots_of(state, chat):
        if chat.type == "private" or sees(bot, chat, message):
            payload = message_json(state, chat, message)
            state.queue(bot, f"edited_{kind}" if edited else kind, payload)
    state.notify()


def _bots_of(state: State, chat: Chat) -> list[Bot]:
    if chat.type != "private":
        return list(state.bots.values())
    return [bot for bot in state.bots.values() if bot.private_chats.get(chat.id) is chat]


def tell_of_member(state: State, bot: Bot, chat: Chat, by: User, old: Member, new: Member) -> None:
    """The update that a bot gets when its own standing, or a member's, changes."""
    kind = "my_chat_member" if new.user_id == bot.id else "chat_member"
    if kind == "chat_member" and chat.member(bot.id).status not in ADMINISTRATORS:
        return
    payload = {
        "chat": chat_json(state, chat),
        "from": user_json(by),
        "date": int(state.now().timestamp()),
        "old_chat_member": member_json(state, old),
        "new_chat_member": member_json(state, new),
    }
    state.queue(bot, kind, payload)
    state.notify()
