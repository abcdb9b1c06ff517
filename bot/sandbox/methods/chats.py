"""Chats and their members, as a bot may ask about them."""

from __future__ import annotations

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.access import known_chat
from bot.sandbox.methods.call import Call
from bot.sandbox.nouns import Json, Member
from bot.sandbox.objects import administrators, full_chat_json, member_json


def get_chat(call: Call) -> Json:
    return full_chat_json(call.state, known_chat(call))


def get_chat_member(call: Call) -> Json:
    chat = known_chat(call)
    user_id = call.params.integer("user_id")
    if user_id not in call.state.users:
        raise bad_request("invalid user_id specified")
    if chat.type == "private":
        if user_id not in (chat.id, call.bot.id):
            raise bad_request("member not found")
        return member_json(call.state, Member(user_id, "member"))
    return member_json(call.state, chat.member(user_id))


def get_chat_administrators(call: Call) -> list[Json]:
    """The administrators, other bots left out."""
    chat = known_chat(call)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(call.state, member)
        for member in administrators(chat)
        if member.user_id == call.bot.id or not call.state.users[member.user_id].is_bot
    ]


def get_chat_member_count(call: Call) -> int:
    chat = known_chat(call)
    if chat.type == "private":
        return 2
    return sum(1 for m in chat.members.values() if m.status not in ("left", "kicked"))


def leave_chat(call: Call) -> bool:
    chat = known_chat(call)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[call.bot.id] = Member(call.bot.id, "left")
    return True
