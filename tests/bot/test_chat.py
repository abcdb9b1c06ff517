"""The running bot in private chats, groups and inline, over a strict local Bot API: it refuses nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox import faults
from bot.sandbox.markup import parse_html, utf16_length
from bot.sandbox.nouns import User
from bot.sandbox.server import LocalBotApi
from retrieval.clock import MovableClock
from retrieval.models import Answer
from retrieval.service import Retrieval
from tests.bot.conftest import Conversation

pytestmark = pytest.mark.asyncio
QUESTION = "How long was the crack in the Larkspur dam when it was found?"


@pytest_asyncio.fixture(autouse=True)
async def nothing_refused(local: LocalBotApi) -> AsyncIterator[None]:
    yield
    assert local.refusals == []


@pytest.fixture
def ann(local: LocalBotApi) -> User:
    return local.people.person("Ann")


@pytest.fixture
def bob(local: LocalBotApi) -> User:
    return local.people.person("Bob")


async def test_a_question_is_answered_with_links_evidence_and_passages(bot: Conversation, ann: User) -> None:
    answer = await bot.one(ann, QUESTION)
    assert "14 metres" in answer.text
    links = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
    assert links
    assert all(re.match(r"https?://", url) for url in links)
    assert re.search(r"\d origins? · newest \d", answer.text)
    assert "summary" in answer.text
    assert any(entity["type"] == "expandable_blockquote" for entity in answer.entities)
    assert bot.api.log.requests("sendChatAction") == 1


async def test_commands_of_everyday(bot: Conversation, ann: User) -> None:
    assert "Just write a question" in (await bot.one(ann, "/start")).text
    assert "/wipe" in (await bot.one(ann, "/help")).text
    assert "/ask What" in (await bot.one(ann, "/ask")).text
    assert "no such command" in (await bot.one(ann, "/nonsense")).text
    assert "14 metres" in (await bot.one(ann, f"/ask@briefing_bot {QUESTION}")).text
    menus = bot.api.bot.commands
    assert {scope for scope, _ in menus} == {"all_private_chats", "all_group_chats"}
    assert {"ask", "help", "sources", "cite", "wipe"} <= {
        entry["command"] for entry in menus[("all_private_chats", "")]
    }


async def test_cite_gives_the_citation_in_full(bot: Conversation, ann: User) -> None:
    assert "no answer with citations" in (await bot.one(ann, "/cite 1")).text
    answer = await bot.one(ann, QUESTION)
    cited = await bot.one(ann, "/cite 1")
    assert "https://news.example/" in cited.text
    assert "Quote: “" in cited.text
    assert [entity["type"] for entity in cited.entities if entity["type"] == "code"]
    assert "/cite 1" in (await bot.one(ann, "/cite 77")).text
    await bot.one(ann, "Who leads the repair?")
    assert (await bot.one(ann, "/cite 1", reply_to=answer)).text == cited.text


async def test_sources_page_by_page(bot: Conversation, ann: User) -> None:
    assert re.match(r"\d+ sources? from \d+ publishers?", (await bot.one(ann, "/sources")).text)


@pytest.mark.parametrize(
    "words",
    [
        "<b>bold</b> & <script>alert(1)</script> &amp; </blockquote>",
        "\u202eright to left\u202c \u200f\u2067x\u2069",
        "😀" * 2_048,
        "👨‍👩‍👧‍👦" * 500,
        "a\x00b\x00c",
        "x" * 4_000,
        "word " * 800,
        "*_`[link](https://a.example)`_*",
        "မြန်မာ ဗန်းမော် 缅甸 八莫",
        "((((((((((\"'\\ OR 1=1; --",
        "NEAR(a b) AND NOT *",
        "/",
        "//",
        "?",
        "🏳️‍🌈",
    ],
)
async def test_whatever_is_typed_gets_an_ordinary_answer(bot: Conversation, ann: User, words: str) -> None:
    for message in await bot.ask(ann, words):
        read, _ = parse_html(message.raw or "")
        assert 0 < utf16_length(read) <= 4_096
        assert "Traceback" not in message.text
        assert "Sorry" not in message.text


async def test_messages_without_words_get_an_answer_too(bot: Conversation, ann: User) -> None:
    answer = await bot.one(ann, "", document=("a.pdf", b"%PDF-1.4"))
    assert "Only words" in answer.text


async def test_a_lone_surrogate_in_an_update_is_answered(bot: Conversation, ann: User) -> None:
    # Telegram's JSON cannot hold one, a broken relay's can.
    template = (await bot.one(ann, "/help")) and bot.api.bot.history[-1].json()
    template["update_id"] += 1
    template["message"].update(message_id=990, text="Who \ud83d leads the repair?", entities=[])
    await bot.application._inbox.take([template])
    await asyncio.to_thread(bot.api.log.count, 2, ann)


async def test_what_the_library_does_not_hold_is_said(bot: Conversation, ann: User) -> None:
    text = (await bot.one(ann, "Who won the chess championship in Paris in 1924?")).text
    assert "does not hold the answer" in text or "Not an answer" in text


async def test_a_group_is_answered_only_when_the_bot_is_meant(bot: Conversation, ann: User, bob: User) -> None:
    bot.api.bot.privacy = False
    group = bot.api.groups.group("Team", ann, [bob], forum=True)
    topic = bot.api.groups.topic(group, "News", ann)
    for words in (QUESTION, "please /ask something", f"/ask@other_bot {QUESTION}", "/unknown"):
        bot.api.people.says(bob, words, chat=group, thread=topic)
    for words in (f"@Briefing_Bot {QUESTION}", f"/ask {QUESTION}"):
        asked = bot.api.people.says(bob, words, chat=group, thread=topic)
        answer = (await asyncio.to_thread(bot.api.log.after, asked))[0]
        assert "14 metres" in answer.text
        assert (answer.thread_id, answer.reply_to) == (topic.thread_id, asked.id)
    asked = bot.api.people.says(bob, "Who leads the repair?", chat=group, thread=topic, reply_to=answer)
    follow_up = (await asyncio.to_thread(bot.api.log.after, asked))[0]
    assert follow_up.reply_to == asked.id
    assert len(bot.api.log.sent(group)) == 3


async def test_whoever_writes_as_the_group_is_answered(bot: Conversation, ann: User) -> None:
    group = bot.api.groups.group("Team", ann, [])
    answer = await bot.one(ann, f"/ask {QUESTION}", chat=group, anonymous=True)
    assert "14 metres" in answer.text


async def test_edits_and_channel_posts_are_left_alone(bot: Conversation, ann: User) -> None:
    asked = bot.api.people.says(ann, QUESTION)
    await asyncio.to_thread(bot.api.log.after, asked)
    bot.api.people.edits(asked, "Who leads the repair?")
    channel = bot.api.groups.group("Channel", ann, [], kind="channel", bot_status="administrator")
    bot.api.people.says(ann, f"/ask {QUESTION}", chat=channel)
    await bot.one(ann, "/help")
    assert len(bot.api.log.sent()) == 2


async def test_inline_gives_a_cited_article(bot: Conversation, ann: User) -> None:
    assert (await bot.inline(ann, ""))["results"] == []
    answer = await bot.inline(ann, QUESTION)
    (result,) = answer["results"]
    content = result["input_message_content"]
    assert content["parse_mode"] == "HTML"
    read, entities = parse_html(content["message_text"])
    assert "14 metres" in read
    assert any(entity["type"] == "text_link" for entity in entities)
    assert answer["cache_time"] <= 30


async def test_the_access_list(start_bot: Callable[..., Any], local: LocalBotApi, ann: User, bob: User) -> None:
    bot = await start_bot(BRIEFING_ALLOWED_CHATS=str(ann.id))
    refused = await bot.one(bob, QUESTION)
    assert str(bob.id) in refused.text
    bot.api.people.says(bob, QUESTION)
    assert (await bot.inline(bob, QUESTION))["results"] == []
    assert "14 metres" in (await bot.one(ann, QUESTION)).text
    assert len(bot.api.log.sent(bob)) == 1


async def test_the_rate_limit_is_told_once(start_bot: Callable[..., Any], ann: User, bob: User) -> None:
    bot = await start_bot(BRIEFING_RATE_LIMIT="2")
    for _ in range(2):
        assert "14 metres" in (await bot.one(ann, QUESTION)).text
    assert re.search(r"wait \d+ seconds", (await bot.one(ann, QUESTION)).text)
    bot.api.people.says(ann, QUESTION)
    assert "/wipe" in (await bot.one(ann, "/help")).text
    assert "14 metres" in (await bot.one(bob, QUESTION)).text
    assert len(bot.api.log.sent(ann)) == 4


async def test_wiping_a_private_chat(bot: Conversation, ann: User, bob: User) -> None:
    answer = await bot.one(ann, QUESTION)
    kept = await bot.one(bob, QUESTION)
    asked = await bot.one(ann, "/wipe")
    await bot.press(ann, asked, "Cancel")
    assert answer.deleted_by is None
    asked = await bot.one(ann, "/wipe")
    await bot.press(ann, asked, "Delete everything kept here")
    await asyncio.to_thread(bot.api.log.edited, asked)
    assert asked.text.startswith("Done")
    assert answer.deleted_by == "bot"
    assert kept.deleted_by is None
    with bot.application.parts.database.read() as connection:
        told = connection.exec_driver_sql("SELECT count(*) FROM told").scalar_one()
        words = connection.exec_driver_sql("SELECT count(*) FROM updates WHERE payload LIKE '%crack%'").scalar_one()
    assert (told, words) == (1, 0)
    assert "no answer with citations" in (await bot.one(ann, "/cite 1")).text


async def test_wiping_in_a_group(bot: Conversation, ann: User, bob: User) -> None:
    group = bot.api.groups.group("Team", ann, [bob])
    anns, bobs = [await bot.one(who, f"/ask {QUESTION}", chat=group) for who in (ann, bob)]
    asked = await bot.one(bob, "/wipe", chat=group)
    assert "Only administrators" in (await bot.press(bob, asked, "Delete everything kept here"))["text"]
    assert "Only who sent" in (await bot.press(ann, asked, "Delete what I asked"))["text"]
    await bot.press(bob, asked, "Delete what I asked")
    assert (anns.deleted_by, bobs.deleted_by) == (None, "bot")
    asked = await bot.one(ann, "/wipe", chat=group)
    await bot.press(ann, asked, "Delete everything kept here")
    assert anns.deleted_by == "bot"


async def test_a_group_that_moves_keeps_its_chat(bot: Conversation, ann: User) -> None:
    parts = bot.application.parts
    group = bot.api.groups.group("Team", ann, [], kind="group")
    await bot.one(ann, f"/ask {QUESTION}", chat=group)
    before = parts.chats.by_telegram(group.id)
    new = bot.api.groups.migrate(group, ann)
    await bot.one(ann, f"/ask {QUESTION}", chat=new)
    after = parts.chats.by_telegram(new.id)
    assert before is not None and after is not None
    assert (after.chat_id, after.kind) == (before.chat_id, "supergroup")


async def test_an_answer_survives_the_troubles_of_sending(start_bot: Callable[..., Any], ann: User) -> None:
    bot = await start_bot()
    bot.application.parts.sleep = lambda seconds: asyncio.sleep(0)
    for fault in (faults.error(502), faults.error(500), faults.reset()):
        bot.api.fail_next("sendMessage", fault)
    assert "14 metres" in (await bot.one(ann, QUESTION)).text


async def test_a_fault_is_apologised_for_once_and_not_shown(
    start_bot: Callable[..., Any], retrieval: Retrieval, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        """The tiny story, where one question meets a fault of the machine."""

        def __getattr__(self, name: str) -> Any:
            return getattr(retrieval, name)

        def ask(self, question: str, now: datetime) -> Answer:
            if "fault" in question:
                raise OSError("disk full at /secret/path")
            return retrieval.ask(question, now)

    bot = await start_bot(asks=Broken())
    apology = await bot.one(ann, "a fault, please")
    assert "Sorry" in apology.text
    assert "secret" not in apology.text
    assert "14 metres" in (await bot.one(ann, QUESTION)).text
    assert len(bot.api.log.sent(ann)) == 2
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_a_blocked_chat_is_no_fault(
    start_bot: Callable[..., Any], retrieval: Retrieval, local: LocalBotApi, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    class Blocking:
        """The tiny story; while it thinks, the asker blocks the bot."""

        def __getattr__(self, name: str) -> Any:
            return getattr(retrieval, name)

        def ask(self, question: str, now: datetime) -> Answer:
            local.people.blocks(ann)
            return retrieval.ask(question, now)

    bot = await start_bot(asks=Blocking())
    local.people.says(ann, QUESTION)
    await asyncio.to_thread(local.log.wait, lambda: [r for r in local.refusals if r.method == "sendMessage"], "a 403")
    local.people.unblocks(ann)
    assert "/wipe" in (await bot.one(ann, "/help")).text
    assert len(local.log.sent(ann)) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    local.state.refusals.clear()


async def test_an_answer_as_of_another_day(start_bot: Callable[..., Any], ann: User) -> None:
    clock = MovableClock(datetime.fromisoformat("2031-03-04T12:00:00+00:00"))
    bot = await start_bot(clock=clock)
    assert "As of" not in (await bot.one(ann, QUESTION)).text
    clock.advance(timedelta(days=60))
    assert (await bot.one(ann, QUESTION)).text.startswith("As of ")
