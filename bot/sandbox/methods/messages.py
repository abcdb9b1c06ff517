"""Messages: sent, edited, deleted, pinned, drafted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_markup
from bot.sandbox.markup import utf16_length
from bot.sandbox.methods.access import known_chat, reply_of, thread_of, writable_chat
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.content import LONGEST_TEXT, caption_content, formatted, text_content
from bot.sandbox.nouns import ADMINISTRATORS, Chat, Content, Draft, Json, Message
from bot.sandbox.objects import message_json

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
DELETABLE = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


def post(call: Call, chat: Chat, content: Content) -> Json:
    """Puts what a bot says into a chat, in its topic and as a reply if asked."""
    reply = reply_of(call, chat)
    thread_id = thread_of(call, chat, reply)
    call.spend(chat)
    is_channel = chat.type == "channel"
    message = Message(
        0,
        chat.id,
        call.state.now(),
        content,
        None if is_channel else call.bot.user,
        sender_chat_id=chat.id if is_channel else None,
        bot_id=call.bot.id,
        thread_id=thread_id,
        reply_to=reply.message.id if reply.message else None,
        quote=reply.quote,
        silent=call.params.boolean("disable_notification"),
        protected=call.params.boolean("protect_content"),
    )
    call.state.add_message(chat, call.bot, message)
    chat.draft = chat.action = None
    return message_json(call.state, chat, message)


def send_message(call: Call) -> Json:
    content = text_content(call, read_markup(call.params), too_long="message is too long")
    return post(call, writable_chat(call), content)


def _own_message(call: Call) -> tuple[Chat, Message]:
    if call.params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = writable_chat(call)
    message = chat.messages.get(call.params.integer("message_id"))
    if message is None or message.deleted_by:
        raise bad_request("message to edit not found")
    if message.bot_id != call.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(call: Call, chat: Chat, message: Message, content: Content) -> Json:
    old = message.content
    same_text = (content.text, content.entities) == (old.text, old.entities)
    if same_text and content.markup == old.markup and content.link_preview == old.link_preview:
        raise bad_request(NOT_MODIFIED)
    call.spend(chat)
    call.state.replace_content(message, content)
    return message_json(call.state, chat, message)


def edit_message_text(call: Call) -> Json:
    content = text_content(call, read_markup(call.params, inline_only=True), too_long="MESSAGE_TOO_LONG")
    chat, message = _own_message(call)
    if message.content.file is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(call, chat, message, content)


def edit_message_caption(call: Call) -> Json:
    markup = read_markup(call.params, inline_only=True)
    chat, message = _own_message(call)
    if message.content.file is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(call, chat, message, caption_content(call, markup, message.content.file))


def edit_message_reply_markup(call: Call) -> Json:
    markup = read_markup(call.params, inline_only=True)
    chat, message = _own_message(call)
    return _edit(call, chat, message, replace(message.content, markup=markup))


def _refuse_deletion(call: Call, chat: Chat, message: Message | None) -> None:
    if message is None or message.deleted_by:
        raise bad_request("message to delete not found")
    if call.state.now() - message.date > DELETABLE:
        raise bad_request("message can't be deleted")
    member = chat.member(call.bot.id)
    may_delete_others = chat.type == "private" or (
        member.status in ADMINISTRATORS and member.rights.get("can_delete_messages", True)
    )
    if message.bot_id != call.bot.id and not may_delete_others:
        raise bad_request("message can't be deleted")


def delete_message(call: Call) -> bool:
    chat = known_chat(call)
    message = chat.messages.get(call.params.integer("message_id"))
    _refuse_deletion(call, chat, message)
    if message is not None:
        call.state.delete(message, "bot")
    return True


def delete_messages(call: Call) -> bool:
    """Deletes those of up to 100 messages that can be deleted; what is missing is passed over."""
    chat = known_chat(call)
    ids = call.params.document("message_ids", list, "message identifiers")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    for message_id in ids:
        message = chat.messages.get(int(message_id))
        if message is not None and not message.deleted_by:
            _refuse_deletion(call, chat, message)
            call.state.delete(message, "bot")
    return True


def send_chat_action(call: Call) -> bool:
    action = call.params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(call)
    thread_of(call, chat, reply_of(call, chat), general=True)
    chat.action = (action, call.state.now())
    return True


def send_message_draft(call: Call) -> bool:
    """Shows a part of a message that is still being written, to a person only."""
    draft_id = call.params.integer("draft_id")
    if not draft_id:
        raise bad_request("DRAFT_ID_INVALID")
    text, entities = formatted(call, call.params.text("text"), "parse_mode", "entities")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    chat = writable_chat(call)
    if chat.type != "private":
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    thread_id = thread_of(call, chat, reply_of(call, chat))
    chat.draft = Draft(draft_id, text, tuple(entities), call.state.now(), thread_id)
    return True


def _pin_target(call: Call) -> tuple[Chat, int]:
    chat = writable_chat(call)
    member = chat.member(call.bot.id)
    may_pin = member.status in ADMINISTRATORS and member.rights.get("can_pin_messages", True)
    if chat.type != "private" and not may_pin:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat, call.params.integer("message_id")


def pin_chat_message(call: Call) -> bool:
    chat, message_id = _pin_target(call)
    message = chat.messages.get(message_id)
    if message is None or message.deleted_by:
        raise bad_request("message to pin not found")
    chat.pinned = [*(pinned for pinned in chat.pinned if pinned != message_id), message_id]
    return True


def unpin_chat_message(call: Call) -> bool:
    chat, message_id = _pin_target(call)
    if message_id and message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    if chat.pinned:
        chat.pinned.remove(message_id or chat.pinned[-1])
    return True


def set_message_reaction(call: Call) -> bool:
    chat = writable_chat(call)
    if chat.messages.get(call.params.integer("message_id")) is None:
        raise bad_request("message to react not found")
    call.params.document("reaction", list, "reaction types")
    return True
