"""The things of a Telegram: bots, people, chats, topics, messages, files, updates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
Json = dict[str, Any]

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
TELEGRAM_SERVICE = 777000
ADMINISTRATORS = ("creator", "administrator")


@dataclass(frozen=True)
class User:
    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "en"
    is_bot: bool = False
    deactivated: bool = False


@dataclass
class Member:
    user_id: int
    status: Status
    is_anonymous: bool = False
    rights: dict[str, bool] = field(default_factory=dict)


@dataclass
class Topic:
    thread_id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class File:
    file_id: str
    unique_id: str
    kind: Literal["document", "photo"]
    name: str
    mime_type: str
    content: bytes
    path: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Content:
    """What a message says; an edit replaces it as a whole."""

    text: str = ""
    entities: tuple[Json, ...] = ()
    raw: str | None = None
    parse_mode: str | None = None
    markup: Json | None = None
    file: File | None = None
    link_preview: Json | None = None


@dataclass
class Message:
    """One message of a chat, with its history.

    `number` counts all messages of all chats as they come; `serial` also moves with each edit.
    """

    id: int
    chat_id: int
    date: datetime
    content: Content
    sender: User | None
    sender_chat_id: int | None = None
    bot_id: int | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str | None = None
    silent: bool = False
    protected: bool = False
    service: Json | None = None
    via_bot_id: int | None = None
    is_automatic_forward: bool = False
    edits: list[tuple[datetime, Content]] = field(default_factory=list)
    deleted_by: Literal["bot", "person"] | None = None
    number: int = 0
    serial: int = 0

    @property
    def text(self) -> str:
        """The text or caption that people read."""
        return self.content.text

    @property
    def entities(self) -> tuple[Json, ...]:
        return self.content.entities

    @property
    def raw(self) -> str | None:
        """The text as the bot sent it, markup and all."""
        return self.content.raw

    @property
    def buttons(self) -> list[Json]:
        """The buttons below it, row by row, in one list."""
        rows: list[list[Json]] = (self.content.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True)
class Draft:
    id: int
    text: str
    entities: tuple[Json, ...]
    at: datetime
    thread_id: int | None = None


@dataclass
class Chat:
    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    user_id: int | None = None
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_message_id: int = 0
    migrated_to: int | None = None
    started: bool = False
    blocked: bool = False
    muted_bots: set[int] = field(default_factory=set)
    pinned: list[int] = field(default_factory=list)
    draft: Draft | None = None
    action: tuple[str, datetime] | None = None
    linked_channel: int | None = None

    def member(self, user_id: int) -> Member:
        return self.members.get(user_id) or Member(user_id, "left")


@dataclass(frozen=True)
class Update:
    id: int
    kind: str
    payload: Json

    def json(self) -> Json:
        return {"update_id": self.id, self.kind: self.payload}


@dataclass
class Webhook:
    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_date: datetime | None = None


@dataclass
class Query:
    """An inline query or the press of a button, and what the bot answered."""

    id: str
    user: User
    asked_at: float
    text: str = ""
    answer: Json | None = None
    answered: bool = False
    serial: int = 0


@dataclass
class Bot:
    token: str
    user: User
    privacy: bool = True
    inline: bool = True
    private_chats: dict[int, Chat] = field(default_factory=dict)
    pending: list[Update] = field(default_factory=list)
    history: list[Update] = field(default_factory=list)
    last_update_id: int = 0
    last_message_id: int = 0
    allowed_updates: tuple[str, ...] | None = None
    webhook: Webhook | None = None
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    inline_queries: dict[str, Query] = field(default_factory=dict)
    callback_queries: dict[str, Query] = field(default_factory=dict)
    polls: int = 0

    @property
    def id(self) -> int:
        return self.user.id
