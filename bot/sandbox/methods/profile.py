"""What a bot says about itself: name, descriptions, commands, menu."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.call import Call
from bot.sandbox.nouns import Json
from bot.sandbox.objects import me_json

SCOPES = frozenset(
    [
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    ]
)


def get_me(call: Call) -> Json:
    return me_json(call.bot)


def _scope(call: Call) -> str:
    scope = call.params.document("scope", dict, "bot command scope") or {"type": "default"}
    kind = scope.get("type")
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if not kind.startswith("chat"):
        return str(kind)
    if "chat_id" not in scope:
        raise bad_request("can't parse BotCommandScope: chat_id is empty")
    call.state.find_chat(call.bot, scope["chat_id"])
    return f"{kind}:{scope['chat_id']}:{scope.get('user_id', '')}"


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("expected an Array of BotCommand")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not re.fullmatch(r"/?[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description.strip()}


def set_my_commands(call: Call) -> bool:
    commands = call.params.document("commands", list, "bot commands")
    if commands is None:
        raise bad_request("can't parse commands: Array expected")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    key = (_scope(call), call.params.text("language_code"))
    call.bot.commands[key] = [_command(command) for command in commands]
    return True


def get_my_commands(call: Call) -> list[Json]:
    return call.bot.commands.get((_scope(call), call.params.text("language_code")), [])


def delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop((_scope(call), call.params.text("language_code")), None)
    return True


def _set(call: Call, name: str, longest: int) -> bool:
    value = call.params.text(name)
    if len(value) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    call.bot.profile[(name, call.params.text("language_code"))] = value
    return True


def _get(call: Call, name: str, default: str = "") -> Json:
    stored = call.bot.profile
    value = stored.get((name, call.params.text("language_code")), stored.get((name, ""), default))
    return {name: value}


def set_my_description(call: Call) -> bool:
    return _set(call, "description", 512)


def get_my_description(call: Call) -> Json:
    return _get(call, "description")


def set_my_short_description(call: Call) -> bool:
    return _set(call, "short_description", 120)


def get_my_short_description(call: Call) -> Json:
    return _get(call, "short_description")


def set_my_name(call: Call) -> bool:
    return _set(call, "name", 64)


def get_my_name(call: Call) -> Json:
    return _get(call, "name", call.bot.user.first_name)


def set_chat_menu_button(call: Call) -> bool:
    button = call.params.document("menu_button", dict, "menu button") or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse menu button: invalid type")
    call.bot.menu_buttons[call.params.integer("chat_id") or None] = button
    return True


def get_chat_menu_button(call: Call) -> Json:
    default = call.bot.menu_buttons.get(None, {"type": "commands"})
    return call.bot.menu_buttons.get(call.params.integer("chat_id") or None, default)
