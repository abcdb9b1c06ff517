"""Everything that the local Telegram knows, in memory, behind one lock.

Threads that read or change it hold `state.changed` (a re-entrant condition); whoever changes it
calls `state.notify()`, which wakes the threads that wait on it and the listeners (asyncio loops).
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal

from bot.sandbox.errors import bad_request
from bot.sandbox.nouns import (
    ANONYMOUS_ADMIN,
    CHANNEL_BOT,
    TELEGRAM_SERVICE,
    Bot,
    Chat,
    Content,
    File,
    Json,
    Message,
    Query,
    Update,
    User,
)
from retrieval.clock import Clock, SystemClock

# Telegram sends these only to bots that ask for them by name.
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT_UPDATES = 100_000


@dataclass(frozen=True)
class Refusal:
    """One request that was refused, as a test wants to read it."""

    method: str
    chat_id: int | str | None
    code: int
    description: str
    parameters: Json = field(default_factory=dict)


class State:
    """One Telegram. `monotonic` measures durations: flood limits and the age of queries."""

    def __init__(self, clock: Clock | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.clock: Clock = clock or SystemClock()
        self.monotonic = monotonic
        self.changed = threading.Condition(threading.RLock())
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.sent: list[Message] = []
        self.refusals: list[Refusal] = []
        self.requests: list[tuple[str, int | str | None]] = []
        self.version = 0
        self._listeners: list[Callable[[], None]] = []
        self._serials = count(1)
        self._query_ids = count(4_400_000_000_000_000_001)
        for user in (
            User(ANONYMOUS_ADMIN, "Group", username="GroupAnonymousBot", is_bot=True),
            User(CHANNEL_BOT, "Channel", username="Channel_Bot", is_bot=True),
            User(TELEGRAM_SERVICE, "Telegram"),
        ):
            self.users[user.id] = user

    def now(self) -> datetime:
        return self.clock.now()

    def notify(self) -> None:
        """Says that something changed."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()
            for listener in list(self._listeners):
                listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change, from any thread; the result ends that."""
        with self.changed:
            self._listeners.append(listener)

        def stop() -> None:
            with self.changed:
                self._listeners.remove(listener)

        return stop

    def add_bot(self, token: str, username: str, name: str, *, privacy: bool = True, inline: bool = True) -> Bot:
        user = User(int(token.split(":", 1)[0]), name, username=username, is_bot=True)
        bot = Bot(token, user, privacy=privacy, inline=inline)
        with self.changed:
            self.bots[token] = bot
            self.users[user.id] = user
        return bot

    def bot_by_id(self, bot_id: int) -> Bot | None:
        return next((bot for bot in self.bots.values() if bot.id == bot_id), None)

    def private_chat(self, bot: Bot, user: User) -> Chat:
        """The chat of a person with a bot; made when it does not exist yet."""
        chat = bot.private_chats.get(user.id)
        if chat is None:
            chat = Chat(user.id, "private", username=user.username, user_id=user.id)
            bot.private_chats[user.id] = chat
        return chat

    def find_chat(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat by its id or by @username, as this bot sees it; refuses an unknown one."""
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").casefold()
            for chat in self.chats.values():
                if chat.username and chat.username.casefold() == name:
                    return chat
            raise bad_request("chat not found")
        known = self.chats.get(chat_id) or bot.private_chats.get(chat_id)
        if known is not None:
            return known
        if chat_id in self.users:
            return self.private_chat(bot, self.users[chat_id])
        raise bad_request("chat not found")

    def add_message(self, chat: Chat, bot: Bot | None, message: Message) -> Message:
        """Numbers a message and puts it into its chat."""
        message.id = self._next_message_id(chat, bot)
        message.number = message.serial = next(self._serials)
        chat.messages[message.id] = message
        if message.bot_id is not None:
            self.sent.append(message)
        return message

    def _next_message_id(self, chat: Chat, bot: Bot | None) -> int:
        # Private chats share the counter of the account; groups and channels count for themselves.
        if chat.type != "private" or bot is None:
            chat.last_message_id += 1
            return chat.last_message_id
        bot.last_message_id += 1
        return bot.last_message_id

    def replace_content(self, message: Message, content: Content) -> None:
        message.edits.append((self.now(), message.content))
        message.content = content
        message.serial = next(self._serials)

    def delete(self, message: Message, by: Literal["bot", "person"]) -> None:
        message.deleted_by = by
        message.serial = next(self._serials)

    def answer(self, query: Query, answer: Json) -> None:
        query.answer, query.answered, query.serial = answer, True, next(self._serials)

    def queue(self, bot: Bot, kind: str, payload: Json) -> Update | None:
        """Hands an update to a bot, unless it has asked not to be told of this kind."""
        allowed = bot.allowed_updates
        if kind not in allowed if allowed else kind in ONLY_WHEN_ASKED:
            return None
        bot.last_update_id += 1
        update = Update(bot.last_update_id, kind, payload)
        bot.pending.append(update)
        bot.history.append(update)
        if len(bot.history) > KEPT_UPDATES:
            del bot.history[: KEPT_UPDATES // 2]
        return update

    def next_query_id(self) -> str:
        return str(next(self._query_ids))

    def add_file(self, file: File) -> File:
        self.files[file.file_id] = file
        return file

    def new_file_id(self, kind: str, content: bytes) -> tuple[str, str, int]:
        """A file id, a unique id and a running number for new content."""
        number = len(self.files) + 1
        unique = hashlib.sha256(content).hexdigest()[:16]
        prefix = "AgAC" if kind == "photo" else "BQAC"
        return f"{prefix}{unique}{number:08d}", f"AQAD{unique}", number

    def refuse(self, refusal: Refusal) -> None:
        with self.changed:
            self.refusals.append(refusal)
            self.notify()
