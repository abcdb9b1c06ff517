"""The methods of the Bot API that this server knows, by name in any case. getUpdates waits: see `server`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.methods import chats, files, messages, profile, queries, updates
from bot.sandbox.methods.call import Call

Method = Callable[[Call], Any]

_METHODS: tuple[Method, ...] = (
    profile.get_me,
    profile.set_my_commands,
    profile.get_my_commands,
    profile.delete_my_commands,
    profile.set_my_description,
    profile.get_my_description,
    profile.set_my_short_description,
    profile.get_my_short_description,
    profile.set_my_name,
    profile.get_my_name,
    profile.set_chat_menu_button,
    profile.get_chat_menu_button,
    updates.set_webhook,
    updates.delete_webhook,
    updates.get_webhook_info,
    messages.send_message,
    messages.edit_message_text,
    messages.edit_message_caption,
    messages.edit_message_reply_markup,
    messages.delete_message,
    messages.delete_messages,
    messages.send_chat_action,
    messages.send_message_draft,
    messages.pin_chat_message,
    messages.unpin_chat_message,
    messages.set_message_reaction,
    files.send_document,
    files.send_photo,
    files.get_file,
    queries.answer_callback_query,
    queries.answer_inline_query,
    chats.get_chat,
    chats.get_chat_member,
    chats.get_chat_administrators,
    chats.get_chat_member_count,
    chats.leave_chat,
)

METHODS: dict[str, Method] = {m.__name__.replace("_", ""): m for m in _METHODS}
