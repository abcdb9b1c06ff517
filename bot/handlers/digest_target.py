"""Which chat a command about the digest is for: the one it stands in, or a channel that an administrator names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import ChatMember
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.nouns import Chat, Incoming
from bot.parts import Parts
from bot.sending.failures import SendFailure

_CHANNEL = re.compile(r"(@[A-Za-z]\w{3,31}|-100\d{5,15})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Target:
    """The chat and topic, the rest of what was written, and whether it is another chat than that of the command."""

    chat: Chat
    thread: int | None
    text: str
    elsewhere: bool = False


async def target_of(parts: Parts, incoming: Incoming) -> Target | str:
    """The target; or why it may not be, as a sentence. In private `@channel` may come first."""
    named = _CHANNEL.match(incoming.text) if incoming.chat.kind == "private" else None
    if named is None:
        return Target(incoming.chat, incoming.thread, incoming.text)
    try:
        channel = await parts.sender.quick(lambda: parts.bot.get_chat(_address(named[1])))
        asker = await parts.sender.quick(lambda: parts.bot.get_chat_member(channel.id, incoming.person or 0))
        own = await parts.sender.quick(lambda: parts.bot.get_chat_member(channel.id, parts.bot_id))
    except (SendFailure, TelegramError):
        return f"The channel {named[1]} cannot be looked at. Make the bot one of its administrators first."
    if channel.type != "channel":
        return f"{named[1]} is not a channel. In a group, write the command in the group itself."
    if not _administers(asker):
        return "Only administrators of the channel can change its digest."
    if not _administers(own) or getattr(own, "can_post_messages", None) is False:
        return "The bot may not post in this channel. Make it an administrator that may post messages."
    chat = await parts.sql(parts.chats.seen, channel.id, "channel", parts.clock.now())
    return Target(chat, None, incoming.text[named.end() :], elsewhere=True)


def _address(named: str) -> str | int:
    return named if named.startswith("@") else int(named)


def _administers(member: ChatMember) -> bool:
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
