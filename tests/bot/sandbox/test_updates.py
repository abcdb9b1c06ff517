"""What reaches the bot: polls, webhooks, groups and their privacy, buttons, inline queries."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest, Conflict

from bot.sandbox.nouns import User
from bot.sandbox.server import LocalBotApi

pytestmark = pytest.mark.asyncio


@pytest.fixture
def alice(api: LocalBotApi) -> User:
    return api.people.person("Alice", username="alice")


async def texts(bot: Bot) -> list[str]:
    """The texts that wait for the bot, which it then acknowledges."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [str(u.effective_message.text) for u in updates if u.effective_message]


async def test_a_long_poll_wakes_when_something_is_said(api: LocalBotApi, bot: Bot, alice: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.log.wait, lambda: api.bot.polls, "a poll")
    api.people.says(alice, "hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.username == "alice"
    assert await bot.get_updates(offset=update.update_id + 1) == ()
    api.log.fetched(api.bot)


async def test_updates_stay_until_they_are_acknowledged(api: LocalBotApi, bot: Bot, alice: User) -> None:
    for text in "abc":
        api.people.says(alice, text)
    first = await bot.get_updates(limit=2)
    assert [u.message.text for u in first if u.message] == ["a", "b"]
    assert len(await bot.get_updates()) == 3
    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "c"
    assert await bot.get_updates(offset=last.update_id + 1) == ()


async def test_a_second_poller_ends_the_first(api: LocalBotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.log.wait, lambda: api.bot.polls, "a poll")
    await bot.get_updates()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_a_poll_whose_client_went_away_is_no_refusal(api: LocalBotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.log.wait, lambda: api.bot.polls, "a poll")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await bot.get_me()
    await bot.get_updates()
    assert not api.refusals


async def test_allowed_updates_stay_in_force(api: LocalBotApi, bot: Bot, alice: User) -> None:
    await bot.get_updates(allowed_updates=["my_chat_member"])
    api.people.says(alice, "not told")
    api.people.blocks(alice)
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    assert update.my_chat_member.chat.type == "private"


async def test_privacy_mode(api: LocalBotApi, bot: Bot, alice: User) -> None:
    team = api.groups.group("Team", alice)
    await texts(bot)
    said = await bot.send_message(team.id, "I am here")
    for text in (
        "just talking",
        "/ask what",
        "/ask@briefing_bot what",
        "/ask@other_bot what",
        "hey @Briefing_Bot what",
        "say /ask what",
        "mail me@briefing_bot.com",
    ):
        api.people.says(alice, text, team)
    api.people.says(alice, "a reply", team, reply_to=said.message_id)
    heard = ["/ask what", "/ask@briefing_bot what", "hey @Briefing_Bot what", "a reply"]
    assert await texts(bot) == heard
    api.groups.set_bot(team, alice, "administrator")
    await texts(bot)
    api.people.says(alice, "just talking", team)
    assert await texts(bot) == ["just talking"]


async def test_anonymous_administrators_and_channels(api: LocalBotApi, bot: Bot, alice: User) -> None:
    team = api.groups.group("Team", alice)
    other = api.groups.group("News", alice, kind="channel", bot_status=None)
    api.people.says(alice, "/a", team, anonymous=True)
    api.people.says(alice, "/b", team, as_chat=other)
    as_group, as_channel = (await bot.get_updates())[-2:]
    assert as_group.message is not None
    assert as_group.message.sender_chat == as_group.message.chat
    assert as_group.message.from_user is not None
    assert as_group.message.from_user.username == "GroupAnonymousBot"
    assert as_channel.message is not None
    assert as_channel.message.sender_chat is not None
    assert as_channel.message.sender_chat.type == "channel"


async def test_members_and_administrators(api: LocalBotApi, bot: Bot, alice: User) -> None:
    bob = api.people.person("Bob")
    team = api.groups.group("Team", alice, [bob])
    assert [m.user.id for m in await bot.get_chat_administrators(team.id)] == [alice.id]
    assert (await bot.get_chat_member(team.id, bob.id)).status == "member"
    api.groups.set_member(team, bob, "administrator", anonymous=True)
    assert (await bot.get_chat_member(team.id, bob.id)).status == "administrator"
    assert (await bot.get_chat(team.id)).title == "Team"
    assert (await bot.get_chat(alice.id)).first_name == "Alice"
    assert await bot.get_chat_member_count(team.id) == 3
    await bot.leave_chat(team.id)
    assert team.member(api.bot.id).status == "left"


async def test_being_added_and_removed_is_told(api: LocalBotApi, bot: Bot, alice: User) -> None:
    team = api.groups.group("Team", alice)
    api.groups.set_bot(team, alice, "kicked")
    added, service, removed = await bot.get_updates()
    assert added.my_chat_member is not None
    assert added.my_chat_member.old_chat_member.status == "left"
    assert service.message is not None
    assert [u.id for u in service.message.new_chat_members] == [api.bot.id]
    assert removed.my_chat_member is not None
    assert removed.my_chat_member.new_chat_member.status == "kicked"


async def test_buttons(api: LocalBotApi, bot: Bot, alice: User) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="m:1")]])
    await bot.send_message(alice.id, "x", reply_markup=keyboard)
    press = api.people.presses(alice, api.log.sent(alice)[0], "More")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "m:1"
    await bot.answer_callback_query(update.callback_query.id, "Done", show_alert=True)
    answer = await asyncio.to_thread(api.log.answered, press)
    assert answer == {"text": "Done", "show_alert": True, "url": ""}
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
        await bot.answer_callback_query("17")
    with pytest.raises(LookupError):
        api.people.presses(alice, api.log.sent(alice)[0], "Less")


async def test_inline_queries(api: LocalBotApi, bot: Bot, alice: User) -> None:
    query = api.people.asks_inline(alice, "how many")
    said = InputTextMessageContent("<b>Many</b>", parse_mode="HTML")
    await bot.answer_inline_query(query.id, [InlineQueryResultArticle("1", "Many", said)])
    assert (await asyncio.to_thread(api.log.answered, query))["results"][0]["title"] == "Many"
    sent = api.people.chooses(query, "1", api.people.private(alice))
    assert sent.text == "Many"

    async def refused(results: list[Any]) -> str:
        with pytest.raises(BadRequest) as error:
            await bot.answer_inline_query(query.id, results, current_offset=None)
        return error.value.message

    article = InlineQueryResultArticle("1", "x", said)
    bad = InlineQueryResultArticle("2", "x", InputTextMessageContent("<p>", parse_mode="HTML"))
    assert await refused([article] * 51) == "Results_too_much"
    assert await refused([article, article]) == "Result_id_duplicate"
    assert await refused([InlineQueryResultArticle("x" * 65, "x", said)]) == "Result_id_invalid"
    assert "can't parse entities" in (await refused([bad])).lower()


async def test_profile(api: LocalBotApi, bot: Bot) -> None:
    commands = [BotCommand("ask", "Ask a question")]
    await bot.set_my_commands(commands, BotCommandScopeAllGroupChats())
    assert await bot.get_my_commands() == ()
    assert list(await bot.get_my_commands(BotCommandScopeAllGroupChats())) == commands
    await bot.delete_my_commands(BotCommandScopeAllGroupChats())
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Ask", "x")])
    await bot.set_my_description("d")
    await bot.set_my_short_description("s")
    assert (await bot.get_my_description()).description == "d"
    assert api.bot.profile[("short_description", "")] == "s"


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[str | None, dict[str, Any]]], list[int]]]:
    """A web server that takes updates: its address, what came, and the statuses to give first."""
    came: list[tuple[str | None, dict[str, Any]]] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = statuses.pop(0) if statuses else 200
            if status == 200:
                secret = self.headers.get("X-Telegram-Bot-Api-Secret-Token")
                came.append((secret, json.loads(body)))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", came, statuses
    server.shutdown()
    server.server_close()
    thread.join()


async def test_webhooks(
    api: LocalBotApi,
    bot: Bot,
    alice: User,
    hook: tuple[str, list[tuple[str | None, dict[str, Any]]], list[int]],
) -> None:
    url, came, statuses = hook
    statuses += [500, 503]
    await bot.set_webhook(url, secret_token="s3cret")
    for text in "ab":
        api.people.says(alice, text)
    await asyncio.to_thread(api.log.fetched, api.bot)
    assert [secret for secret, _ in came] == ["s3cret", "s3cret"]
    updates = [Update.de_json(document, bot) for _, document in came]
    assert [u.message.text for u in updates if u.message] == ["a", "b"]
    info = await bot.get_webhook_info()
    assert info.url == url
    assert "503" in str(info.last_error_message)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    await bot.get_updates()
    with pytest.raises(BadRequest, match="an https url must be provided"):
        await bot.set_webhook("http://example.org/hook")
