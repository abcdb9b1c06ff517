"""What in a message is meant for the bot: a command, a question, or nothing. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Message

from bot.render.text import clean

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?![\w@/])[:,]?")


@dataclass(frozen=True, slots=True)
class Command:
    """A command at the very start of a message; `named`: it names this bot, as in /ask@this_bot."""

    name: str
    text: str
    named: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Words for the bot; empty where a message has none (a sticker, a photo without a caption)."""

    text: str


def addressed(message: Message, bot_id: int, username: str) -> Command | Question | None:
    """In private everything is for the bot; in a group a command, a mention, or a reply to the bot.

    What other bots write, what came by way of a bot, commands for other bots and service messages are for nobody.
    """
    as_chat = message.sender_chat is not None
    author = message.from_user
    if message.via_bot is not None or message.is_automatic_forward or (author and author.is_bot and not as_chat):
        return None
    text = message.text or message.caption or ""
    found = _COMMAND.match(text)
    if found:
        name, bot = found.groups()
        if bot and bot.lower() != username.lower():
            return None
        return Command(name.lower(), clean(text[found.end() :]), bool(bot))
    if message.chat.type == "private":
        return Question(clean(text)) if text or message.effective_attachment else None
    mention = re.compile(rf"(?<![\w@/])@{re.escape(username)}(?!\w)", re.IGNORECASE)
    if mention.search(text):
        return Question(" ".join(clean(mention.sub(" ", text)).split()))
    return Question(clean(text)) if text and _replies_to(message, bot_id) else None


def _replies_to(message: Message, bot_id: int) -> bool:
    """Whether it answers a message of the bot; to stand in a topic is no reply to its beginning."""
    before = message.reply_to_message
    if before is None or before.from_user is None or before.forum_topic_created is not None:
        return False
    return before.from_user.id == bot_id
