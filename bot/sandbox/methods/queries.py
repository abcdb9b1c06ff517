"""Answers to pressed buttons and to inline queries."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import check_inline_keyboard
from bot.sandbox.markup import utf16_length
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.content import LONGEST_TEXT, read_text
from bot.sandbox.nouns import Json, Query

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
CALLBACK_SECONDS = 60.0
INLINE_SECONDS = 30.0
MOST_RESULTS = 50
RESULT_TYPES = frozenset(
    [
        "article",
        "audio",
        "contact",
        "document",
        "game",
        "gif",
        "location",
        "mpeg4_gif",
        "photo",
        "sticker",
        "venue",
        "video",
        "voice",
    ]
)
SPEAKS_BY_ITSELF = RESULT_TYPES - {"article"}


def _open_query(call: Call, queries: dict[str, Query], name: str, seconds: float) -> Query:
    query = queries.get(call.params.text(name))
    if query is None or call.state.monotonic() - query.asked_at > seconds:
        raise bad_request(TOO_OLD)
    return query


def answer_callback_query(call: Call) -> bool:
    query = _open_query(call, call.bot.callback_queries, "callback_query_id", CALLBACK_SECONDS)
    text = call.params.text("text")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.params.text("url")
    if url and not url.startswith(("https://t.me/", "tg://")):
        raise bad_request("URL_INVALID")
    shown = {"text": text, "show_alert": call.params.boolean("show_alert"), "url": url}
    call.state.answer(query, shown)
    return True


def answer_inline_query(call: Call) -> bool:
    query = _open_query(call, call.bot.inline_queries, "inline_query_id", INLINE_SECONDS)
    results = call.params.document("results", list, "inline query results")
    if results is None:
        raise bad_request("can't parse inline query results: results is not specified")
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len(call.params.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    checked = [_result(result) for result in results]
    ids = [result["id"] for result in checked]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    answer = {
        "results": checked,
        "cache_time": call.params.integer("cache_time", 300),
        "is_personal": call.params.boolean("is_personal"),
        "next_offset": call.params.text("next_offset"),
        "button": call.params.document("button", dict, "inline query results button"),
    }
    call.state.answer(query, answer)
    return True


def _result(result: Any) -> Json:
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: object expected")
    kind = result.get("type")
    if kind not in RESULT_TYPES:
        raise bad_request("can't parse inline query result: invalid inline query result type")
    result_id = result.get("id")
    if not isinstance(result_id, str) or not 1 <= len(result_id.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if kind == "article" and not str(result.get("title", "")).strip():
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    if "reply_markup" in result:
        check_inline_keyboard(result["reply_markup"].get("inline_keyboard"))
    content = result.get("input_message_content")
    if content is None:
        if kind not in SPEAKS_BY_ITSELF:
            raise bad_request("can't parse inline query result: Can't find field \"input_message_content\"")
        return dict(result)
    return {**result, "sandbox_content": _message_content(content)}


def _message_content(content: Any) -> Json:
    raw = content.get("message_text") if isinstance(content, dict) else None
    if not isinstance(raw, str):
        raise bad_request("can't parse inline query result: input message content is not specified")
    mode = content.get("parse_mode") or ""
    text, entities = read_text(raw, str(mode), content.get("entities") or [])
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return {"text": text, "entities": entities}
