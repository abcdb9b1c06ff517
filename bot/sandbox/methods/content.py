"""What a message is to say: text and caption read from a request, cleaned and measured."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.markup import MarkupError, arrange, parse_html, utf16_length
from bot.sandbox.methods.call import Call
from bot.sandbox.nouns import Content, File, Json
from bot.sandbox.texts import clean, detect

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
ENTITY_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)


def text_content(call: Call, markup: Json | None, *, too_long: str) -> Content:
    """The text of a message, at most 4,096 UTF-16 units once its markup is read."""
    raw = call.params.text("text")
    if not raw:
        raise bad_request("message text is empty")
    text, entities = formatted(call, raw, "parse_mode", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request(too_long)
    mode = call.params.text("parse_mode") or None
    preview = call.params.document("link_preview_options", dict, "link preview options")
    return Content(text, tuple(entities), raw, mode, markup, link_preview=preview)


def caption_content(call: Call, markup: Json | None, file: File | None) -> Content:
    """The caption of a file, at most 1,024 UTF-16 units once its markup is read."""
    raw = call.params.text("caption")
    text, entities = formatted(call, raw, "parse_mode", "caption_entities")
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    mode = call.params.text("parse_mode") or None
    return Content(text, tuple(entities), raw or None, mode, markup, file)


def formatted(call: Call, raw: str, mode_name: str, entities_name: str) -> tuple[str, list[Json]]:
    """Text and entities of what a request says, with those that Telegram finds by itself."""
    given = call.params.document(entities_name, list, "message entities")
    text, entities = read_text(raw, call.params.text(mode_name), given or [])
    known = [e for e in entities if e["type"] != "text_mention" or _is_known(call, e)]
    return text, detect(text, known)


def read_text(raw: str, mode: str, given: list[Any]) -> tuple[str, list[Json]]:
    """Text and entities, cleaned; refuses what Telegram cannot parse."""
    if not mode:
        return clean(raw, arrange([_checked_entity(e, raw) for e in given])[:MOST_ENTITIES])
    if mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    try:
        text, entities = parse_html(raw)
    except MarkupError as fault:
        raise bad_request(f"can't parse entities: {fault}") from None
    return clean(text, entities[:MOST_ENTITIES])


def _is_known(call: Call, mention: Json) -> bool:
    return mention["user"]["id"] in call.state.users


def _checked_entity(entity: Any, text: str) -> Json:
    if not isinstance(entity, dict) or entity.get("type") not in ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: unsupported type")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1:
        raise bad_request("can't parse MessageEntity: invalid offset or length")
    if offset + length > utf16_length(text):
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} "
            f"ends after the end of the text at UTF-16 offset {utf16_length(text)}"
        )
    return dict(entity)
