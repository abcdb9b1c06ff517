"""Keyboards: their shape, and what Telegram refuses in a button."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.links import checked_link
from bot.sandbox.nouns import Json
from bot.sandbox.params import Params

MOST_BUTTONS = 100
ACTIONS = (
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "web_app",
    "login_url",
    "callback_game",
    "pay",
)
STYLES = ("danger", "success", "primary")


def read_markup(params: Params, *, inline_only: bool = False) -> Json | None:
    """The `reply_markup` of a request, checked; None when there is none."""
    markup = params.document("reply_markup", dict, "reply keyboard markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return {"inline_keyboard": check_inline_keyboard(markup["inline_keyboard"])}
    if inline_only:
        raise bad_request("object expected as inline keyboard markup")
    if "keyboard" in markup:
        return {**markup, "keyboard": _reply_keyboard(markup["keyboard"])}
    if "remove_keyboard" in markup or "force_reply" in markup:
        return dict(markup)
    raise bad_request("object expected as reply markup")


def check_inline_keyboard(rows: Any) -> list[list[Json]]:
    """The rows of an inline keyboard; refuses what Telegram refuses. Empty rows vanish."""
    checked = [[_inline_button(button) for button in row] for row in _rows(rows)]
    if sum(len(row) for row in checked) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return [row for row in checked if row]


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request("can't parse keyboard: Field must be of type Array")
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse keyboard: rows must be of type Array")
    return rows


def _text(button: Any, what: str) -> str:
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {what}: Object expected")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    return text


def _inline_button(button: Any) -> Json:
    _text(button, "inline keyboard button")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if button.get("style", "primary") not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    check = _CHECKS.get(actions[0])
    if check is not None:
        return {**button, **check(button[actions[0]])}
    return dict(button)


def _callback_data(data: Any) -> Json:
    if not isinstance(data, str):
        raise bad_request('can\'t parse inline keyboard button: Field "callback_data" is no String')
    if not 1 <= len(data.encode("utf-8")) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    return {}


def _url(url: Any) -> Json:
    checked = checked_link(url) if isinstance(url, str) else None
    if checked is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return {"url": checked}


def _copy_text(copied: Any) -> Json:
    text = copied.get("text") if isinstance(copied, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {}


_CHECKS = {"callback_data": _callback_data, "url": _url, "copy_text": _copy_text}


def _reply_keyboard(rows: Any) -> list[list[Json]]:
    checked = []
    for row in _rows(rows):
        buttons = [{"text": b} if isinstance(b, str) else b for b in row]
        for button in buttons:
            _text(button, "keyboard button")
        checked.append(buttons)
    if sum(len(row) for row in checked) > 300:
        raise bad_request("reply markup is too long")
    return checked
