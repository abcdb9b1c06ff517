"""How the local Telegram's things look in JSON, as the Bot API documents them."""

from __future__ import annotations

from bot.sandbox.nouns import ADMINISTRATORS, Bot, Chat, File, Json, Member, Message, User
from bot.sandbox.state import State

ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)
MEMBER_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
)


def user_json(user: User) -> Json:
    document: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    optional = {
        "last_name": user.last_name,
        "username": user.username,
        "language_code": None if user.is_bot else user.language_code,
    }
    return document | {name: value for name, value in optional.items() if value is not None}


def me_json(bot: Bot) -> Json:
    return user_json(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": bot.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(state: State, chat: Chat) -> Json:
    document: Json = {"id": chat.id, "type": chat.type}
    if chat.type == "private":
        user = state.users[chat.id]
        names = {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "username": user.username,
        }
        return document | {name: value for name, value in names.items() if value is not None}
    document["title"] = chat.title
    if chat.username:
        document["username"] = chat.username
    if chat.is_forum:
        document["is_forum"] = True
    if chat.type == "group":
        document["all_members_are_administrators"] = False
    return document


def member_json(state: State, member: Member) -> Json:
    document: Json = {"user": user_json(state.users[member.user_id]), "status": member.status}
    if member.status == "creator":
        document["is_anonymous"] = member.is_anonymous
    elif member.status == "administrator":
        document |= {name: member.rights.get(name, True) for name in ADMINISTRATOR_RIGHTS}
        document |= {"can_be_edited": False, "is_anonymous": member.is_anonymous}
    elif member.status == "restricted":
        document |= {name: member.rights.get(name, False) for name in MEMBER_RIGHTS}
        document |= {"is_member": True, "until_date": 0}
    elif member.status == "kicked":
        document["until_date"] = 0
    return document


def file_json(file: File) -> Json:
    document = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
    }
    if file.kind == "photo":
        return {"photo": [document | {"width": file.width, "height": file.height}]}
    return {"document": document | {"file_name": file.name, "mime_type": file.mime_type}}


def message_json(state: State, chat: Chat, message: Message, *, with_reply: bool = True) -> Json:
    """A message as an update or an answer carries it; a reply holds its message, but not deeper."""
    document: Json = {
        "message_id": message.id,
        "date": int(message.date.timestamp()),
        "chat": chat_json(state, chat),
    }
    if message.sender is not None:
        document["from"] = user_json(message.sender)
    if message.sender_chat_id is not None:
        sender_chat = state.chats.get(message.sender_chat_id, chat)
        document["sender_chat"] = chat_json(state, sender_chat)
    if message.thread_id is not None:
        document |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if with_reply:
        document |= _reply(state, chat, message)
    if message.protected:
        document["has_protected_content"] = True
    if message.via_bot_id is not None:
        document["via_bot"] = user_json(state.users[message.via_bot_id])
    if message.is_automatic_forward:
        document["is_automatic_forward"] = True
    if message.edits:
        document["edit_date"] = int(state.now().timestamp())
    return document | (message.service or {}) | _content(state, message)


def _reply(state: State, chat: Chat, message: Message) -> Json:
    replied = chat.messages.get(message.reply_to) if message.reply_to else None
    if replied is None and message.thread_id and message.id != message.thread_id:
        # In a topic each message that replies to none replies to the topic's first.
        replied = chat.messages.get(message.thread_id)
    if replied is None or replied.deleted_by:
        return {}
    document: Json = {"reply_to_message": message_json(state, chat, replied, with_reply=False)}
    if message.quote:
        document["quote"] = {"text": message.quote, "position": 0, "is_manual": True}
    return document


def _content(state: State, message: Message) -> Json:
    content, document = message.content, Json()
    entities = [_entity(state, entity) for entity in content.entities]
    if content.file is not None:
        document |= file_json(content.file)
        if content.text:
            document["caption"] = content.text
        if entities:
            document["caption_entities"] = entities
    elif content.text:
        document["text"] = content.text
        if entities:
            document["entities"] = entities
    if content.markup and "inline_keyboard" in content.markup:
        document["reply_markup"] = content.markup
    if content.link_preview:
        document["link_preview_options"] = content.link_preview
    return document


def _entity(state: State, entity: Json) -> Json:
    if entity["type"] != "text_mention":
        return entity
    return {**entity, "user": user_json(state.users[entity["user"]["id"]])}


def full_chat_json(state: State, chat: Chat) -> Json:
    document = chat_json(state, chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.type in ("group", "supergroup"):
        document["permissions"] = dict.fromkeys(MEMBER_RIGHTS[:-1], True)
    if chat.linked_channel is not None:
        document["linked_chat_id"] = chat.linked_channel
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        document["pinned_message"] = message_json(state, chat, pinned)
    return document


def administrators(chat: Chat) -> list[Member]:
    return [member for member in chat.members.values() if member.status in ADMINISTRATORS]
