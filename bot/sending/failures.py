"""Why a request to Telegram came to nothing, in the few kinds that decide what to do about it."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Literal

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBDeprecationWarning

# PTB warns at each 429 that the seconds may become a timedelta; both are taken here.
warnings.filterwarnings("ignore", message=".*`retry_after` will be of type", category=PTBDeprecationWarning)

Kind = Literal["blocked", "migrated", "flooded", "rejected", "topic_closed", "unknown_outcome", "network", "server"]

_TOPIC = ("topic_closed", "topic_deleted", "topic_id_invalid", "message thread not found", "topic is closed")
_GONE = (
    "chat not found",
    "group chat was deactivated",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "peer_id_invalid",
    "user_is_blocked",
    "bot was kicked",
    "bot is not a member",
    "channel_private",
)
# Raised before anything was written, so Telegram cannot have acted on it.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class SendFailure(Exception):
    """A request that did not do what it should.

    - `blocked`: this chat does not take messages from the bot (blocked, kicked, gone, no right to write)
    - `migrated`: the group has become a supergroup; `new_id` is its Telegram id
    - `flooded`: Telegram says to wait `retry_after` seconds with this chat
    - `topic_closed`: the forum topic is closed or deleted
    - `rejected`: Telegram refuses the request itself, and will again
    - `unknown_outcome`: it was written, and no answer came: the message may have been sent
    - `network`: it never reached Telegram
    - `server`: Telegram (or what stands before it) has a fault of its own
    """

    def __init__(
        self, kind: Kind, description: str, *, retry_after: float | None = None, new_id: int | None = None
    ) -> None:
        super().__init__(f"{kind}: {description}")
        self.kind: Kind = kind
        self.description = description
        self.retry_after = retry_after
        self.new_id = new_id


def failure_of(error: TelegramError) -> SendFailure:
    """The kind of an error of python-telegram-bot."""
    text = error.message
    said = text.lower()
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return SendFailure("flooded", text, retry_after=wait.total_seconds() if isinstance(wait, timedelta) else wait)
    if isinstance(error, ChatMigrated):
        return SendFailure("migrated", text, new_id=error.new_chat_id)
    if isinstance(error, BadRequest):
        if any(words in said for words in _TOPIC):
            return SendFailure("topic_closed", text)
        return SendFailure("blocked" if any(words in said for words in _GONE) else "rejected", text)
    if isinstance(error, Forbidden):
        return SendFailure("blocked", text)
    if isinstance(error, (InvalidToken, Conflict)):
        # Of the bot, not of this chat: nothing of it belongs into a log that shows the token.
        return SendFailure("server", "Telegram does not accept the bot's token")
    if isinstance(error, NetworkError):
        return _of_network(error)
    return SendFailure("server", text)


def _of_network(error: NetworkError) -> SendFailure:
    cause = error.__cause__
    if isinstance(cause, _NEVER_SENT):
        return SendFailure("network", type(cause).__name__)
    if isinstance(cause, httpx.HTTPError):
        return SendFailure("unknown_outcome", type(cause).__name__)
    if "(413)" in error.message or "request entity too large" in error.message.lower():
        return SendFailure("rejected", error.message)
    # PTB puts the body of an answer that is no JSON into its message; the status is enough.
    return SendFailure("server", error.message.split(". Parsing the server response")[0])
