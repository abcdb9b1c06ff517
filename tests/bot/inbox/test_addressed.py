"""What in a message is meant for the bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Chat, Message, Sticker, User

from bot.inbox.addressed import Command, Question, addressed

BOT = User(7, "Briefing", True, username="briefing_bot")
ANN = User(1, "Ann", False)


def said(text: str | None, kind: str = "private", **given: Any) -> Command | Question | None:
    values: dict[str, Any] = {"from_user": ANN, "text": text, **given}
    message = Message(1, datetime(2031, 1, 1, tzinfo=UTC), Chat(5 if kind == "private" else -5, kind), **values)
    return addressed(message, BOT.id, "briefing_bot")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("/ask", "ask", ""),
        ("/ask  who?", "ask", "who?"),
        ("/ASK@Briefing_Bot who?", "ask", "who?"),
        ("/ask\nwho?", "ask", "who?"),
        ("/ask: who?", "ask", "who?"),
        ("/cite 1", "cite", "1"),
    ],
)
@pytest.mark.parametrize("kind", ["private", "supergroup"])
def test_commands(kind: str, text: str, name: str, rest: str) -> None:
    found = said(text, kind)
    assert isinstance(found, Command)
    assert (found.name, found.text) == (name, rest)


@pytest.mark.parametrize("kind", ["private", "group"])
def test_a_command_for_another_bot_is_for_nobody(kind: str) -> None:
    assert said("/ask@other_bot who?", kind) is None
    assert said("/ask@briefing_bot2 who?", kind) is None


def test_a_command_within_a_sentence_is_none() -> None:
    assert said("please /ask who?") == Question("please /ask who?")
    assert said("/usr/bin is a folder") == Question("/usr/bin is a folder")
    assert said("please /ask who?", "group") is None


def test_in_a_group_a_mention_or_a_reply() -> None:
    assert said("who is it?", "group") is None
    assert said("@Briefing_bot who is it?", "supergroup") == Question("who is it?")
    assert said("who is it, @briefing_bot?", "supergroup") == Question("who is it, ?")
    assert said("mail x@briefing_bot or @briefing_bot2", "group") is None
    before = Message(2, datetime(2031, 1, 1, tzinfo=UTC), Chat(-5, "group"), from_user=BOT, text="An answer")
    other = Message(2, datetime(2031, 1, 1, tzinfo=UTC), Chat(-5, "group"), from_user=ANN, text="Words")
    assert said("and since?", "group", reply_to_message=before) == Question("and since?")
    assert said("and since?", "group", reply_to_message=other) is None


def test_what_bots_write_or_pass_on_is_for_nobody() -> None:
    assert said("/ask who?", from_user=User(9, "Other", True)) is None
    assert said("who?", via_bot=BOT) is None
    assert said("/ask who?", "supergroup", is_automatic_forward=True) is None


def test_whoever_writes_as_the_group_is_heard() -> None:
    group = Chat(-5, "supergroup")
    anonymous = User(1087968824, "Group", True)
    assert said("/ask who?", "supergroup", from_user=anonymous, sender_chat=group) == Command("ask", "who?", False)


def test_messages_without_text() -> None:
    sticker = Sticker("f", "u", 1, 1, False, False, "regular")
    assert said(None, sticker=sticker) == Question("")
    assert said(None, caption="who is it?", sticker=sticker) == Question("who is it?")
    assert said(None, "group", sticker=sticker) is None
    assert said(None, group_chat_created=True) is None


def test_hostile_text_is_cleaned() -> None:
    assert said("/ask \u202ewho\u0000 \ud83d?") == Command("ask", "who \ufffd?", False)
    assert said("   \u200b \n ") == Question("")
