"""The database decides what is due and who sends it, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.claim import LEASE, claim, open_due, release, turn_back
from bot.delivery.schedule import Schedule
from bot.nouns import Telling
from bot.tables.chats import Chats
from bot.tables.deliveries import Deliveries, Delivery
from bot.tables.subscriptions import Subscriptions
from bot.tables.subscriptions import subscriptions as table
from retrieval.database import Database

from .conftest import DUE, START, WISH

BOT = 7
DAY = timedelta(days=1)
MAX_AGE = timedelta(hours=20)


def subscribed(database: Database, count: int) -> Subscriptions:
    chats, subscriptions = Chats(database, BOT), Subscriptions(database, BOT)
    for number in range(1, count + 1):
        chat = chats.seen(number, "private", START)
        subscriptions.subscribe(chat.chat_id, None, WISH, START)
    return subscriptions


def told(delivery: Delivery) -> Telling:
    return Telling(delivery.chat_id, "digest", "digest", "extractive", (), ())


def test_each_is_claimed_once_however_many_claim(database: Database) -> None:
    subscribed(database, 60)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: open_due(database, BOT, DUE, MAX_AGE), range(6)))
        claimed = list(pool.map(lambda n: claim(database, BOT, f"m{n}/r", DUE, 25), range(6)))
    ids = [delivery.delivery_id for batch in claimed for delivery in batch]
    assert len(ids) == len(set(ids)) == 60
    assert {d.since for batch in claimed for d in batch} == {DUE - DAY}


def test_is_not_due_before_its_moment(database: Database) -> None:
    subscribed(database, 1)
    assert open_due(database, BOT, DUE - timedelta(seconds=1), MAX_AGE) == 0
    assert claim(database, BOT, "m/r", DUE, 5) == []
    assert open_due(database, BOT, DUE, MAX_AGE) == 1
    assert open_due(database, BOT, DUE, MAX_AGE) == 0


def test_a_lease_runs_out_and_a_restart_takes_its_own_back(database: Database) -> None:
    subscribed(database, 1)
    open_due(database, BOT, DUE, MAX_AGE)
    assert len(claim(database, BOT, "one/a", DUE, 5)) == 1
    assert claim(database, BOT, "two/a", DUE, 5) == []
    release(database, "on")
    assert claim(database, BOT, "two/a", DUE, 5) == []
    release(database, "one")
    assert len(claim(database, BOT, "one/b", DUE, 5)) == 1
    later = DUE + LEASE + timedelta(seconds=1)
    assert claim(database, BOT, "one/b", later, 5) == []  # its own, still at work
    assert len(claim(database, BOT, "two/a", later, 5)) == 1


def test_what_was_being_sent_is_uncertain_and_repeated_once(database: Database) -> None:
    subscribed(database, 1)
    kept = Deliveries(database, BOT)
    open_due(database, BOT, DUE, MAX_AGE)
    for run, unknown in (("a", 0), ("b", 1)):
        (delivery,) = claim(database, BOT, f"m/{run}", DUE, 5)
        assert delivery.unknown == unknown
        assert kept.begin(delivery.delivery_id, f"m/{run}", DUE)
        assert not kept.begin(delivery.delivery_id, f"m/{run}", DUE)
        release(database, "m")
    (delivery,) = claim(database, BOT, "m/c", DUE, 5)
    assert delivery.unknown == 2
    assert not kept.begin(delivery.delivery_id, "m/c", DUE)
    kept.finish(delivery, "uncertain", "twice", DUE)
    assert kept.counts().uncertain == 2


def test_only_the_holder_of_the_lease_begins(database: Database) -> None:
    subscribed(database, 1)
    kept = Deliveries(database, BOT)
    open_due(database, BOT, DUE, MAX_AGE)
    (delivery,) = claim(database, BOT, "m/a", DUE, 5)
    assert not kept.begin(delivery.delivery_id, "other/a", DUE)
    Subscriptions(database, BOT).unsubscribe(delivery.chat_id, None)
    assert not kept.begin(delivery.delivery_id, "m/a", DUE)


def test_the_span_runs_from_the_last_delivered_moment(database: Database) -> None:
    subscriptions = subscribed(database, 1)
    kept = Deliveries(database, BOT)
    open_due(database, BOT, DUE, MAX_AGE)
    (first,) = claim(database, BOT, "m/a", DUE, 5)
    assert first.first
    kept.begin(first.delivery_id, "m/a", DUE)
    kept.sent(first, 11, told(first), DUE)
    open_due(database, BOT, DUE + DAY, MAX_AGE)
    (second,) = claim(database, BOT, "m/a", DUE + DAY, 5)
    assert (second.since, second.due, second.first, second.missed) == (DUE, DUE + DAY, False, 0)
    kept.finish(second, "failed", "no", DUE + DAY)
    open_due(database, BOT, DUE + 2 * DAY, MAX_AGE)
    (third,) = claim(database, BOT, "m/a", DUE + 2 * DAY, 5)
    assert (third.since, third.due) == (DUE, DUE + 2 * DAY)
    assert subscriptions.of_chat(first.chat_id)[0].told == 1


@pytest.mark.parametrize(
    ("hours", "delivered", "missed"),
    [(1, True, 0), (19, True, 0), (21, False, 1), (25, True, 1), (24 * 5 + 2, True, 5)],
)
def test_downtime(database: Database, hours: int, delivered: bool, missed: int) -> None:
    """A missed digest comes once, with its span widened, up to a limit; older ones are counted."""
    subscriptions = subscribed(database, 1)
    now = DUE + timedelta(hours=hours)
    open_due(database, BOT, now, MAX_AGE)
    claimed = claim(database, BOT, "m/a", now, 5)
    assert len(claimed) == delivered
    (kept,) = subscriptions.of_chat(1)
    assert now < kept.next_due <= now + DAY and kept.missed == missed
    if delivered:
        assert claimed[0].since == DUE - DAY and claimed[0].missed == missed


def test_a_later_digest_takes_the_place_of_one_that_still_waits(database: Database) -> None:
    subscribed(database, 1)
    kept = Deliveries(database, BOT)
    open_due(database, BOT, DUE, timedelta(days=3))
    (first,) = claim(database, BOT, "m/a", DUE, 5)
    kept.again(first, DUE + timedelta(hours=30), "network", unknown=False)
    open_due(database, BOT, DUE + DAY, timedelta(days=3))
    now = DUE + timedelta(hours=31)
    (second,) = claim(database, BOT, "m/a", now, 5)
    assert (second.since, second.due) == (DUE - DAY, DUE + DAY)


def test_a_changed_time_owes_nothing_twice(database: Database) -> None:
    subscriptions = subscribed(database, 1)
    later = replace(WISH, schedule=Schedule(WISH.schedule.at.replace(hour=9), WISH.schedule.zone))
    open_due(database, BOT, DUE, MAX_AGE)
    subscriptions.subscribe(1, None, later, DUE)
    assert subscriptions.of_chat(1)[0].next_due == DUE + timedelta(hours=1)
    again = subscriptions.subscribe(1, None, later, DUE)
    assert again == subscriptions.of_chat(1)[0]


def test_a_zone_that_is_gone_pauses_one_and_delays_nobody(database: Database) -> None:
    subscriptions = subscribed(database, 2)
    with database.write() as connection:
        connection.execute(update(table).where(table.c.chat_id == 1).values(zone="Atlantis/City"))
    open_due(database, BOT, DUE, MAX_AGE)
    assert [delivery.chat_id for delivery in claim(database, BOT, "m/a", DUE, 5)] == [2]
    assert subscriptions.of_chat(1)[0].state == "paused"


def test_pausing_and_resuming_keeps_the_wish(database: Database) -> None:
    subscriptions = subscribed(database, 1)
    subscriptions.pause(1, None, "blocked", whole_chat=True)
    assert open_due(database, BOT, DUE, MAX_AGE) == 0
    assert subscriptions.resume(1, DUE + timedelta(hours=1)) == 1
    assert subscriptions.resume(1, DUE + timedelta(hours=1)) == 0
    (kept,) = subscriptions.of_chat(1)
    assert kept.wish == WISH and kept.next_due == DUE + DAY and kept.covered_until == DUE - DAY


def test_a_clock_turned_back_leaves_nobody_without_a_digest(database: Database) -> None:
    """What a clock a year ahead has planned, delivered, and still holds: all of it is planned anew."""
    subscriptions = subscribed(database, 1)
    kept, year = Deliveries(database, BOT), timedelta(days=364)
    open_due(database, BOT, DUE + year, MAX_AGE)
    (ahead,) = claim(database, BOT, "m/a", DUE + year, 5)
    kept.begin(ahead.delivery_id, "m/a", DUE + year)
    kept.sent(ahead, 11, told(ahead), DUE + year)
    open_due(database, BOT, DUE + year + DAY, MAX_AGE)
    claim(database, BOT, "other/a", DUE + year + DAY, 5)
    assert turn_back(database, BOT, START) == 1
    (planned,) = subscriptions.of_chat(1)
    assert (planned.next_due, planned.covered_until) == (DUE, DUE - DAY)
    assert turn_back(database, BOT, START) == 0
    open_due(database, BOT, DUE, MAX_AGE)
    (delivery,) = claim(database, BOT, "m/a", DUE, 5)
    assert (delivery.since, delivery.due) == (DUE - DAY, DUE)
    kept.sent(delivery, 12, told(delivery), DUE)
    # The same day once more, as in the sandbox: its digest comes once more.
    assert turn_back(database, BOT, START - DAY) == 1
    open_due(database, BOT, DUE, MAX_AGE)
    assert [again.due for again in claim(database, BOT, "m/a", DUE, 5)] == [DUE]


def test_a_wait_set_by_a_clock_ahead_does_not_block(database: Database) -> None:
    subscribed(database, 1)
    open_due(database, BOT, DUE, MAX_AGE)
    (delivery,) = claim(database, BOT, "other/a", DUE + timedelta(days=30), 5)
    assert turn_back(database, BOT, DUE) == 0
    (delivery,) = claim(database, BOT, "m/a", DUE, 5)
    Deliveries(database, BOT).again(delivery, DUE + timedelta(days=30), "network", unknown=False)
    turn_back(database, BOT, DUE + timedelta(minutes=1))
    assert len(claim(database, BOT, "m/a", DUE + timedelta(minutes=1), 5)) == 1
