"""Where a bot may write: the chat, the topic, and the message that it replies to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.methods.call import Call
from bot.sandbox.nouns import ADMINISTRATORS, Chat, Message

GENERAL_TOPIC = 1


@dataclass(frozen=True)
class ReplyTo:
    message: Message | None = None
    quote: str | None = None


def known_chat(call: Call) -> Chat:
    """The chat that a request names, if the bot may look at it."""
    chat = call.state.find_chat(call.bot, call.params.chat_id())
    if chat.migrated_to is not None:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.type == "private":
        return chat
    status = chat.member(call.bot.id).status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def writable_chat(call: Call, what: str = "text messages") -> Chat:
    """The chat that a request names, if the bot may write to it."""
    chat = known_chat(call)
    if chat.type == "private":
        _refuse_private(call, chat)
    elif chat.type == "channel" and chat.member(call.bot.id).status not in ADMINISTRATORS:
        raise bad_request("need administrator rights in the channel chat")
    elif call.bot.id in chat.muted_bots:
        raise bad_request(f"not enough rights to send {what} to the chat")
    return chat


def _refuse_private(call: Call, chat: Chat) -> None:
    user = call.state.users[chat.id]
    if user.deactivated:
        raise forbidden("user is deactivated")
    if user.is_bot:
        raise forbidden("bots can't send messages to bots")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")


def thread_of(call: Call, chat: Chat, reply: ReplyTo, *, general: bool = False) -> int | None:
    """The topic that a message goes to: the one asked for, else that of the message replied to.

    `general`: the id of the topic "General" may be named, as only chat actions may.
    """
    asked = call.params.integer("message_thread_id")
    if asked and not (general and asked == GENERAL_TOPIC and chat.is_forum):
        topic = chat.topics.get(asked)
        if topic is None or topic.deleted or asked == GENERAL_TOPIC:
            raise bad_request("message thread not found")
    thread_id = asked or (reply.message.thread_id if reply.message else None)
    topic = chat.topics.get(thread_id or GENERAL_TOPIC)
    if topic is not None and topic.closed and not _manages_topics(call, chat):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def _manages_topics(call: Call, chat: Chat) -> bool:
    member = chat.member(call.bot.id)
    return member.status in ADMINISTRATORS and member.rights.get("can_manage_topics", True)


def reply_of(call: Call, chat: Chat) -> ReplyTo:
    """The message that is replied to, in this chat; refuses a missing one unless told not to."""
    asked = call.params.document("reply_parameters", dict, "reply parameters")
    if asked is None:
        legacy = call.params.integer("reply_to_message_id")
        if not legacy:
            return ReplyTo()
        asked = {
            "message_id": legacy,
            "allow_sending_without_reply": call.params.boolean("allow_sending_without_reply"),
        }
    message_id = _message_id(asked)
    target = asked.get("chat_id")
    if target is not None and str(target) != str(chat.id):
        raise bad_request("replies to other chats are not part of this sandbox")
    message = chat.messages.get(message_id)
    if message is None or message.deleted_by:
        if asked.get("allow_sending_without_reply") is True:
            return ReplyTo()
        raise bad_request("message to be replied not found")
    return ReplyTo(message, _quote(asked, message))


def _message_id(asked: dict[str, Any]) -> int:
    message_id = asked.get("message_id")
    if isinstance(message_id, bool) or not isinstance(message_id, int):
        raise bad_request('can\'t parse reply parameters: Field "message_id" must be a Number')
    return message_id


def _quote(asked: dict[str, Any], message: Message) -> str | None:
    quote = asked.get("quote")
    if not quote:
        return None
    if not isinstance(quote, str) or quote not in message.content.text or len(quote) > 1024:
        raise bad_request("QUOTE_TEXT_INVALID")
    return quote
