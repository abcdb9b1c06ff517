"""The command menu that a person sees in a chat: Telegram's order of scopes."""

from __future__ import annotations

from bot.sandbox.nouns import ADMINISTRATORS, Bot, Chat, Json, User


def commands_for(bot: Bot, chat: Chat, user: User) -> list[Json]:
    """The commands of the narrowest scope that has any, in the person's language or in none."""
    for scope in _scopes(chat, user):
        for language in (user.language_code or "", ""):
            commands = bot.commands.get((scope, language))
            if commands:
                return commands
    return []


def _scopes(chat: Chat, user: User) -> list[str]:
    if chat.type == "private":
        return [f"chat:{chat.id}:", "all_private_chats", "default"]
    leads = chat.member(user.id).status in ADMINISTRATORS
    scopes = [
        f"chat_member:{chat.id}:{user.id}",
        f"chat_administrators:{chat.id}:" if leads else "",
        f"chat:{chat.id}:",
        "all_chat_administrators" if leads else "",
        "all_group_chats",
        "default",
    ]
    return [scope for scope in scopes if scope]
