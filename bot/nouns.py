"""The nouns of the bot. Values only: nothing here reads, writes or sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from telegram import CallbackQuery, Message

from retrieval.models import Citation, Claim

ChatKind = Literal["private", "group", "supergroup", "channel"]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat: `chat_id` is ours and stays, `telegram_id` is Telegram's and may change."""

    chat_id: int
    telegram_id: int
    kind: ChatKind

    @property
    def is_group(self) -> bool:
        return self.kind in ("group", "supergroup")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that is addressed to the bot.

    `person`: Telegram's id of who wrote it, None for whoever writes as a group or channel. `thread`: the forum topic.
    `text`: what follows the command, or the question; clean.
    """

    message: Message
    chat: Chat
    person: int | None
    thread: int | None
    command: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """The press of a button under a message of the bot. `data`: what follows the prefix."""

    query: CallbackQuery
    chat: Chat
    person: int
    thread: int | None
    message_id: int
    data: str


@dataclass(frozen=True, slots=True)
class Telling:
    """An answer or a digest, as it is about to be told. `person`: Telegram's id of who asked, where someone did."""

    chat_id: int
    kind: Literal["answer", "digest"]
    outcome: Literal["answer", "nearest", "missing", "digest"]
    engine: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    as_of: str | None = None
    thread: int | None = None
    person: int | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class ToldCitation:
    """A citation as it was told, whatever has become of its source since."""

    number: int
    source_id: str
    kind: str
    quote: str
    title: str
    publisher: str
    standing: str
    url: str
    published: str | None
    about: str | None
    told_at: datetime
