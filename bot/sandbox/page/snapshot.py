"""What the page shows, as JSON: everything, or what changed after a serial number."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.delivery import sees
from bot.sandbox.nouns import Bot, Chat, Json, Message
from bot.sandbox.page.cast import Cast
from bot.sandbox.page.menus import commands_for
from bot.sandbox.state import State

TYPING_LASTS = timedelta(seconds=6)
DRAFT_LASTS = timedelta(seconds=30)


def snapshot(state: State, bot: Bot, cast: Cast, since: int = 0) -> Json:
    """The chats, and the messages and answers whose serial is above `since`."""
    with state.changed:
        messages = [
            _message(state, bot, chat, message)
            for chat in cast.chats()
            for message in chat.messages.values()
            if message.serial > since
        ]
        answers = [
            {"id": query.id, "serial": query.serial, **(query.answer or {})}
            for query in bot.callback_queries.values()
            if query.serial > since
        ]
        newest = max((item["serial"] for item in [*messages, *answers]), default=since)
        return {
            "serial": newest,
            "now": state.now().isoformat(),
            "bot": {
                "name": bot.user.first_name,
                "username": bot.user.username,
                "description": bot.profile.get(("description", ""), ""),
            },
            "chats": [_chat(state, bot, cast, chat) for chat in cast.chats()],
            "messages": sorted(messages, key=lambda message: message["number"]),
            "answers": answers,
        }


def _chat(state: State, bot: Bot, cast: Cast, chat: Chat) -> Json:
    is_private = chat.type == "private"
    return {
        "id": chat.id,
        "type": "private" if is_private else "group",
        "title": bot.user.first_name if is_private else chat.title,
        "members": len(chat.members),
        "pinned": chat.pinned[-1] if chat.pinned else None,
        "typing": _typing(state, chat),
        "draft": _draft(state, chat),
        "speakers": [
            {
                "role": speaker.role,
                "label": speaker.label,
                "commands": commands_for(bot, chat, speaker.user),
            }
            for speaker in cast.speakers[chat.id]
        ],
    }


def _typing(state: State, chat: Chat) -> bool:
    if chat.action is None:
        return False
    return timedelta(0) <= state.now() - chat.action[1] < TYPING_LASTS


def _draft(state: State, chat: Chat) -> Json | None:
    draft = chat.draft
    if draft is None or not timedelta(0) <= state.now() - draft.at < DRAFT_LASTS:
        return None
    return {"text": draft.text, "entities": list(draft.entities)}


def _message(state: State, bot: Bot, chat: Chat, message: Message) -> Json:
    document: Json = {
        "id": message.id,
        "chat": chat.id,
        "number": message.number,
        "serial": message.serial,
    }
    if message.deleted_by:
        return document | {"deleted": True}
    return document | {
        "date": message.date.isoformat(),
        "sender": _sender(chat, message),
        "mine": message.bot_id is None and not message.service,
        "text": message.text,
        "entities": list(message.entities),
        "keyboard": (message.content.markup or {}).get("inline_keyboard", []),
        "silent": message.silent,
        "protected": message.protected,
        "edited": bool(message.edits),
        "heard": message.bot_id is not None or chat.type == "private" or sees(bot, chat, message),
        "reply": _reply(chat, message),
        "file": _file(message),
        "service": _service(message),
    }


def _sender(chat: Chat, message: Message) -> str:
    if message.sender_chat_id == chat.id:
        return str(chat.title)
    return message.sender.first_name if message.sender else str(chat.title)


def _reply(chat: Chat, message: Message) -> Json | None:
    replied = chat.messages.get(message.reply_to) if message.reply_to else None
    if replied is None or replied.deleted_by:
        return None
    quoted = message.quote or replied.text
    return {"id": replied.id, "sender": _sender(chat, replied), "text": quoted[:160]}


def _file(message: Message) -> Json | None:
    file = message.content.file
    if file is None:
        return None
    return {
        "kind": file.kind,
        "name": file.name,
        "size": len(file.content),
        "width": file.width,
        "height": file.height,
        "address": f"/sandbox/files/{file.path}",
    }


def _service(message: Message) -> str | None:
    """What a service message says, in words."""
    if not message.service:
        return None
    who = message.sender.first_name if message.sender else "Somebody"
    added = message.service.get("new_chat_members")
    if added:
        return f"{who} added {', '.join(user['first_name'] for user in added)}"
    return next(iter(message.service)).replace("_", " ")
