"""Messages by python-telegram-bot, over HTTP: what is taken, and what is refused in which words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.sandbox.nouns import User
from bot.sandbox.pictures import picture_size
from bot.sandbox.server import LocalBotApi

pytestmark = pytest.mark.asyncio

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
    "ffff3f0005fe02fea135a0d50000000049454e44ae426082"
)


@pytest.fixture
def alice(api: LocalBotApi) -> User:
    return api.people.person("Alice", username="alice")


async def words(sending: Any) -> str:
    with pytest.raises(BadRequest) as refused:
        await sending
    return refused.value.message


async def test_a_message_is_kept_as_it_is_shown(api: LocalBotApi, bot: Bot, alice: User) -> None:
    keyboard = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton("More", callback_data="more:1")],
            [InlineKeyboardButton("Copy", copy_text=CopyTextButton("words"))],
            [InlineKeyboardButton("Open", url="https://example.org")],
        ]
    )
    sent = await bot.send_message(
        alice.id,
        " <b>Hi</b> 😀 &amp; <a href='https://example.org'>there</a> ",
        parse_mode="HTML",
        reply_markup=keyboard,
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    (kept,) = api.log.sent(alice)
    assert sent.text == kept.text == "Hi 😀 & there"
    assert [e["type"] for e in kept.entities] == ["bold", "text_link"]
    assert kept.silent
    assert kept.protected
    assert [button["text"] for button in kept.buttons] == ["More", "Copy", "Open"]
    assert sent.link_preview_options is not None
    assert not api.refusals


async def test_texts_that_are_refused(api: LocalBotApi, bot: Bot, alice: User) -> None:
    async def send(text: str, **options: Any) -> None:
        await bot.send_message(alice.id, text, **options)

    assert await words(send(" \n ")) == "Message text is empty"
    assert await words(send("<b></b>", parse_mode="HTML")) == "Message text is empty"
    assert await words(send("😀" * 2049)) == "Message is too long"
    assert await words(send("<p>x</p>", parse_mode="HTML")) == (
        'Can\'t parse entities: unsupported start tag "p" at byte offset 0'
    )
    await send("<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    entity = MessageEntity(MessageEntity.BOLD, 2, 5)
    assert "ends after the end" in await words(send("abc", entities=[entity]))
    assert [refusal.code for refusal in api.refusals] == [400] * 5


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "x", "callback_data": "y" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "က" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "y"}, "BUTTON_TEXT_INVALID"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "url": "http://localhost"}, "is invalid: Wrong HTTP URL"),
        ({"callback_data": "y"}, 'Can\'t find field "text"'),
        ("x", "Object expected"),
    ],
)
async def test_buttons_that_are_refused(api: LocalBotApi, alice: User, button: Any, description: str) -> None:
    body = {"chat_id": alice.id, "text": "x", "reply_markup": {"inline_keyboard": [[button]]}}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{api.base_url}{api.token}/sendMessage", json=body)
    assert answer.status_code == 400
    assert description in answer.json()["description"]


async def test_where_a_bot_may_not_write(api: LocalBotApi, bot: Bot, alice: User) -> None:
    stranger = api.people.person("Stranger", started=False)
    group = api.groups.group("Team", alice, kind="group")
    team = api.groups.group("Team", alice, forum=True)
    topic = api.groups.topic(team, "News", alice)

    async def send(chat_id: int, **options: Any) -> None:
        await bot.send_message(chat_id, "x", **options)

    assert await words(send(424242)) == "Chat not found"
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await send(stranger.id)
    api.people.blocks(alice)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await send(alice.id)
    assert await words(send(team.id, message_thread_id=77)) == "Message thread not found"
    api.groups.close_topic(team, topic, alice)
    assert await words(send(team.id, message_thread_id=topic.thread_id)) == "Topic_closed"
    api.groups.set_bot(team, alice, "administrator")
    await send(team.id, message_thread_id=topic.thread_id)
    api.groups.delete_topic(team, topic)
    assert await words(send(team.id, message_thread_id=topic.thread_id)) == "Message thread not found"
    api.groups.mute_bot(team)
    assert "not enough rights" in (await words(send(team.id))).lower()
    api.groups.set_bot(team, alice, "kicked")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await send(team.id)
    new = api.groups.migrate(group, alice)
    with pytest.raises(Exception, match="migrated to supergroup") as moved:
        await send(group.id)
    assert getattr(moved.value, "new_chat_id", None) == new.id
    await send(new.id)


async def test_replies(api: LocalBotApi, bot: Bot, alice: User) -> None:
    asked = api.people.says(alice, "one two")

    async def reply(message_id: int, **options: Any) -> Any:
        to = ReplyParameters(message_id, **options)
        return await bot.send_message(alice.id, "x", reply_parameters=to)

    sent = await reply(asked.id, quote="two")
    assert sent.reply_to_message.text == "one two"
    assert sent.quote.text == "two"
    assert await words(reply(99)) == "Message to be replied not found"
    assert await words(reply(asked.id, quote="three")) == "Quote_text_invalid"
    assert (await reply(99, allow_sending_without_reply=True)).reply_to_message is None


async def test_a_reply_in_a_topic_stays_in_it(api: LocalBotApi, bot: Bot, alice: User) -> None:
    team = api.groups.group("Team", alice, forum=True)
    topic = api.groups.topic(team, "News", alice)
    asked = api.people.says(alice, "/ask x", team, thread=topic)
    sent = await bot.send_message(team.id, "x", reply_parameters=ReplyParameters(asked.id))
    assert sent.message_thread_id == topic.thread_id
    update = (await bot.get_updates(timeout=5))[-1]
    assert update.message is not None
    assert update.message.is_topic_message
    first = update.message.reply_to_message
    assert first is not None
    assert first.forum_topic_created is not None


async def test_edits_and_deletions(api: LocalBotApi, bot: Bot, alice: User) -> None:
    sent = await bot.send_message(alice.id, "one")
    await bot.edit_message_text("two", alice.id, sent.message_id)
    same = bot.edit_message_text("two", alice.id, sent.message_id)
    assert (await words(same)).startswith("Message is not modified: specified new message content")
    long = bot.edit_message_text("x" * 4097, alice.id, sent.message_id)
    assert await words(long) == "Message_too_long"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="b")]])
    await bot.edit_message_reply_markup(alice.id, sent.message_id, reply_markup=keyboard)
    (kept,) = api.log.sent(alice)
    assert [content.text for _, content in kept.edits] == ["one", "two"]
    theirs = api.people.says(alice, "mine")
    assert await words(bot.edit_message_text("x", alice.id, theirs.id)) == "Message can't be edited"
    await bot.delete_message(alice.id, sent.message_id)
    assert kept.deleted_by == "bot"
    gone = bot.delete_message(alice.id, sent.message_id)
    assert await words(gone) == "Message to delete not found"
    assert await words(bot.edit_message_text("x", alice.id, 1)) == "Message to edit not found"
    assert await bot.delete_messages(alice.id, [theirs.id, 999])


async def test_files_go_there_and_back(api: LocalBotApi, bot: Bot, alice: User) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--x\r\n\r\n"
    sent = await bot.send_document(alice.id, content, filename="../../etc/a.csv", caption="<b>x</b>", parse_mode="HTML")
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    assert file.file_path is not None
    assert ".." not in file.file_path.removeprefix(api.url)
    assert bytes(await file.download_as_bytearray()) == content
    photo = await bot.send_photo(alice.id, PNG, caption="c")
    assert [(size.width, size.height) for size in photo.photo] == [(1, 1)]
    await bot.send_document(alice.id, sent.document.file_id)
    assert await words(bot.send_photo(alice.id, b"no picture")) == "Image_process_failed"
    assert await words(bot.send_document(alice.id, b"")) == "File must be non-empty"
    long = bot.send_photo(alice.id, PNG, caption="x" * 1025)
    assert await words(long) == "Message caption is too long"


async def test_picture_sizes_of_no_picture() -> None:
    assert picture_size(PNG[:10]) is None
    assert picture_size(b"\xff\xd8\xff") is None


async def test_drafts_actions_and_pins(api: LocalBotApi, bot: Bot, alice: User) -> None:
    private = api.people.private(alice)
    await bot.send_chat_action(alice.id, "typing")
    assert private.action is not None
    await bot.send_message_draft(alice.id, 7, "so f<b>ar</b>", parse_mode="HTML")
    assert private.draft is not None
    assert private.draft.text == "so far"
    sent = await bot.send_message(alice.id, "so far, so good", reply_markup=ForceReply())
    assert private.draft is None
    assert private.action is None
    assert await bot.pin_chat_message(alice.id, sent.message_id)
    assert private.pinned == [sent.message_id]
    team = api.groups.group("Team", alice)
    assert await words(bot.send_message_draft(team.id, 7, "x")) == "Textdraft_peer_invalid"
    assert "not enough rights" in (await words(bot.pin_chat_message(team.id, 1))).lower()


async def test_flood_limits_over_http(client: Callable[..., Bot]) -> None:
    with LocalBotApi() as api:
        bob = api.people.person("Bob")
        async with client(api) as bot:
            for _ in range(3):
                await bot.send_message(bob.id, "x")
            with pytest.raises(RetryAfter):
                await bot.send_message(bob.id, "x")
        assert api.refusals[0].parameters == {"retry_after": 1}


async def test_wrong_tokens_and_methods(api: LocalBotApi, bot: Bot) -> None:
    stranger = Bot("123:abc", base_url=api.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    with pytest.raises(Exception, match="not found in Bot API"):
        await bot.do_api_request("sendNothing")


async def test_strings_that_are_no_utf8(api: LocalBotApi, alice: User) -> None:
    url = f"{api.base_url}{api.token}/sendMessage"
    async with httpx.AsyncClient(trust_env=False) as http:
        lone = f'{{"chat_id": {alice.id}, "text": "a\\ud83d"}}'
        as_json = await http.post(url, content=lone, headers={"content-type": "application/json"})
        as_form = await http.post(
            url,
            content=f"chat_id={alice.id}&text=%ff",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        nul = await http.post(url, json={"chat_id": alice.id, "text": "a\0b"})
    for answer in (as_json, as_form):
        assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"
    assert nul.json()["result"]["text"] == "a b"


async def test_many_at_once_are_all_kept(api: LocalBotApi, bot: Bot, alice: User) -> None:
    await asyncio.gather(*(bot.send_message(alice.id, f"{n}") for n in range(60)))
    kept = await asyncio.to_thread(api.log.count, 60, alice)
    assert len({message.id for message in kept}) == 60
