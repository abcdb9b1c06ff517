"""Chats, updates and what was told, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.delivery.schedule import Schedule
from bot.nouns import Telling
from bot.tables import MIGRATIONS, VERSION_TABLE, updates
from bot.tables import told as told_tables
from bot.tables.chats import Chats, forget_chat
from bot.tables.subscriptions import REMOVED, Subscriptions, Wish
from bot.tables.told import Told
from bot.tables.updates import Updates, lane_of
from retrieval.database import Database
from retrieval.models import Claim
from tests.bot.render.test_answer import citation

NOW = datetime(2031, 3, 10, 12, 0, tzinfo=UTC)
BOT = 7


def message(update_id: int, text: str = "hi", chat: int = 5, person: int = 5) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"text": text, "chat": {"id": chat}, "from": {"id": person}}}


def telling(chat_id: int, **given: Any) -> Telling:
    values: dict[str, Any] = {
        "chat_id": chat_id, "kind": "answer", "outcome": "answer", "engine": "extractive", "question": "How long?",
        "claims": (Claim("It is long.", (1, 2)),), "citations": (citation(1), citation(2)), "as_of": "2031-03-02",
    }  # fmt: skip
    return Telling(**{**values, **given})


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate(MIGRATIONS, VERSION_TABLE)


def test_a_chat_keeps_its_id_when_telegrams_changes(database: Database) -> None:
    chats = Chats(database, BOT)
    group = chats.seen(-5, "group", NOW)
    assert chats.seen(-5, "group", NOW) == group
    moved = chats.migrated(-5, -1005, NOW)
    assert (moved.chat_id, moved.telegram_id, moved.kind) == (group.chat_id, -1005, "supergroup")
    assert chats.migrated(-5, -1005, NOW) == moved
    assert chats.by_telegram(-5) is None
    assert chats.get(group.chat_id) == moved


def test_a_move_that_is_known_late_merges_both_rows(database: Database) -> None:
    chats, told = Chats(database, BOT), Told(database)
    old, new = chats.seen(-5, "group", NOW), chats.seen(-1005, "supergroup", NOW)
    told.sent(old.chat_id, [1], NOW, told_id=told.record(telling(old.chat_id), NOW))
    told.sent(new.chat_id, [1], NOW, told_id=told.record(telling(new.chat_id), NOW))
    merged = chats.migrated(-5, -1005, NOW)
    assert merged.chat_id == old.chat_id
    assert chats.get(new.chat_id) is None
    assert len(told.citations(merged.chat_id, None, 1)) == 2


@pytest.mark.parametrize("subscribed", ["the group", "the supergroup", "both"])
@pytest.mark.parametrize("first", ["the group", "the supergroup"])
def test_a_group_that_moves_keeps_its_subscription(database: Database, subscribed: str, first: str) -> None:
    """Whichever of the two rows is there first, and whichever of them has the subscription."""
    chats, subscriptions = Chats(database, BOT), Subscriptions(database, BOT)
    ids = {"the group": -5, "the supergroup": -1005}
    rows = {name: chats.seen(ids[name], "group", NOW) for name in sorted(ids, key=lambda name: name != first)}
    for name, chat in rows.items():
        if subscribed in (name, "both"):
            subscriptions.subscribe(chat.chat_id, None, Wish(Schedule(time(8, 30), "UTC")), NOW)
    # Telegram may tell that the bot has left the group before it tells why.
    subscriptions.pause(rows["the group"].chat_id, None, REMOVED, whole_chat=True)
    merged = chats.migrated(-5, -1005, NOW)
    assert merged == chats.migrated(-5, -1005, NOW) == chats.by_telegram(-1005)
    assert merged.chat_id == rows[first].chat_id
    (kept,) = subscriptions.of_chat(merged.chat_id)
    assert kept.state == "active" and kept.wish.schedule.at == time(8, 30)


def test_bots_do_not_share_chats(database: Database) -> None:
    mine, other = Chats(database, BOT).seen(5, "private", NOW), Chats(database, 8).seen(5, "private", NOW)
    assert mine.chat_id != other.chat_id
    assert Chats(database, 8).get(mine.chat_id) is None


def test_updates_are_stored_once_and_handled_once(database: Database) -> None:
    inbox = Updates(database, BOT)
    first = inbox.store([message(1), message(2)], NOW)
    assert [one.update_id for one in first] == [1, 2]
    assert [one.update_id for one in inbox.store([message(2), message(3)], NOW)] == [3]
    assert [one.update_id for one in inbox.waiting()] == [1, 2, 3]
    assert inbox.payload(2) == message(2)
    inbox.done(2)
    assert inbox.payload(2) is None
    assert inbox.store([message(2)], NOW) == []
    assert [one.update_id for one in Updates(database, BOT).waiting()] == [1, 3]
    assert Updates(database, 8).waiting() == []


def test_numbers_that_begin_anew_hide_nothing(database: Database) -> None:
    inbox = Updates(database, BOT)
    inbox.store([message(1, "before")], NOW)
    inbox.done(1)
    assert [one.update_id for one in inbox.store([message(1, "after")], NOW)] == [1]
    assert inbox.payload(1) == message(1, "after")


def test_three_failures_park(database: Database) -> None:
    inbox = Updates(database, BOT)
    inbox.store([message(1)], NOW)
    assert [inbox.failed(1) for _ in range(3)] == [False, False, True]
    assert inbox.waiting() == []


def test_any_text_can_be_stored(database: Database) -> None:
    inbox = Updates(database, BOT)
    hostile = message(1, "\x00\ud83d\u202e😀'\"\\")
    inbox.store([hostile], NOW)
    assert inbox.payload(1) == hostile


def test_words_go_when_their_time_is_over(database: Database) -> None:
    inbox = Updates(database, BOT)
    inbox.store([message(1), message(2)], NOW)
    inbox.done(1)
    for _ in range(3):
        inbox.failed(2)
    inbox.purge(NOW + timedelta(hours=25), 24)
    with database.read() as connection:
        rows = connection.execute(updates.updates.select()).all()
    assert [(row.payload, row.person) for row in rows] == [(None, None)] * 2
    inbox.purge(NOW + timedelta(hours=49), 24)
    with database.read() as connection:
        assert connection.execute(updates.updates.select()).all() == []


def test_lanes() -> None:
    assert lane_of(message(1, chat=5)) == lane_of(message(2, chat=5))
    press = {"update_id": 3, "callback_query": {"from": {"id": 1}, "message": {"chat": {"id": 5}}}}
    assert lane_of(press) == lane_of(message(1, chat=5))
    assert lane_of({"update_id": 4, "inline_query": {"from": {"id": 5}}}) == "inline 5"
    assert lane_of({"update_id": 5, "poll": {"id": "x"}}) == "person None"


def test_what_was_told_is_found_by_message_and_by_thread(database: Database) -> None:
    chat, told = Chats(database, BOT).seen(-5, "supergroup", NOW), Told(database)
    one = told.record(telling(chat.chat_id, thread=3), NOW)
    two = told.record(telling(chat.chat_id, citations=(citation(1),)), NOW)
    told.sent(chat.chat_id, [10, 11], NOW, told_id=one)
    told.sent(chat.chat_id, [12], NOW, told_id=two)
    assert len(told.citations(chat.chat_id, None, 11)) == 2
    assert len(told.citations(chat.chat_id, None, None)) == 1
    assert len(told.citations(chat.chat_id, 3, None)) == 2
    assert told.citations(chat.chat_id, 4, None) == []
    found = told.citations(chat.chat_id, 3, None)[0]
    assert (found.number, found.quote, found.told_at) == (1, "The crack is 14 metres long.", NOW)


def test_questions_go_before_answers(database: Database) -> None:
    chat, told = Chats(database, BOT).seen(-5, "supergroup", NOW), Told(database)
    told.sent(chat.chat_id, [10], NOW, told_id=told.record(telling(chat.chat_id, person=9), NOW), person=9)
    told.sent(chat.chat_id, [9], NOW, person=9, ours=False)

    def rows() -> list[tuple[Any, ...]]:
        with database.read() as connection:
            kept = connection.execute(told_tables.told.select()).all()
            return [(row.question, row.person, row.claims) for row in kept]

    told.purge(NOW + timedelta(hours=23), 90, 24)
    assert rows()[0][:2] == ("How long?", 9)
    told.purge(NOW + timedelta(hours=25), 90, 24)
    assert rows() == [(None, None, [{"text": "It is long.", "citations": [1, 2]}])]
    told.purge(NOW + timedelta(days=91), 90, 24)
    assert rows() == []
    with database.read() as connection:
        assert connection.execute(told_tables.messages.select()).all() == []


def test_wiping_a_person_leaves_the_others(database: Database) -> None:
    chats, told = Chats(database, BOT), Told(database)
    chat = chats.seen(-5, "supergroup", NOW)
    for person, message_id in ((1, 10), (2, 20)):
        told.sent(
            chat.chat_id,
            [message_id],
            NOW,
            told_id=told.record(telling(chat.chat_id, person=person), NOW),
            person=person,
        )
        told.sent(chat.chat_id, [message_id - 1], NOW - timedelta(hours=50 - person), person=person, ours=False)
    with database.write() as connection:
        assert told_tables.wipe(connection, chat.chat_id, 1, NOW) == [(10, True)]
    assert len(told.citations(chat.chat_id, None, 20)) == 2
    with database.write() as connection:
        assert [one for one, _ in told_tables.wipe(connection, chat.chat_id, None, NOW)] == [20]
        forget_chat(connection, chat.chat_id)
    assert chats.get(chat.chat_id) is None
    assert chats.seen(-5, "supergroup", NOW).chat_id != chat.chat_id
