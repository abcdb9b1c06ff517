"""From due subscriptions to claimed deliveries. The database decides; whoever ticks only asks.

Several processes may tick at once: a due digest has a unique key, and a delivery is claimed with a lease in one
statement (`FOR UPDATE SKIP LOCKED` on PostgreSQL; SQLite lets one writer in at a time). Leases run out, so that what a
dead process held is taken over; a process that starts gives back what its own predecessor held.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, exists, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.delivery.schedule import last_due, next_due, owed
from bot.tables.deliveries import Delivery, deliveries, loaded, parts
from bot.tables.subscriptions import NO_THREAD, Subscription, ahead, due, joined, subscriptions
from bot.zones import UnknownZone
from retrieval.database import Database

LEASE = timedelta(seconds=60)
BATCH = 500
STOPPED = "stopped while it was being sent"
TOO_OLD = "it could not be sent while it was news"
REPLACED = "the next one came due first, and tells its span too"
TURNED_BACK = "the clock was turned back to before it was due"
_LONGEST_GAP = timedelta(days=8)  # a weekly digest, and room for a clock change
_UNSURE = timedelta(hours=1)  # what clocks may differ by without anybody having turned one back
_LONGEST_WAIT = timedelta(days=1)  # that Telegram or a backoff asks for


def open_due(database: Database, bot_id: int, now: datetime, max_age: timedelta) -> int:
    """Makes one delivery for each subscription that has come due; how many subscriptions were looked at.

    What came due several times (the bot was down) comes once, with its span widened; what is older than `max_age` is
    skipped, and the next one says so. Ends what has waited longer than that.
    """
    with database.write() as connection:
        _give_up_old(connection, bot_id, now - max_age, now)
        found = list(due(connection, bot_id, now, BATCH))
        plans = []
        for subscription in found:
            try:
                plans.append(_plan(subscription, now, max_age))
            except UnknownZone as gone:
                # The zone data changed: this one waits for another zone, the others go on.
                _pause(connection, subscription, str(gone))
        if plans:
            _carry_out(connection, bot_id, plans, now)
    return len(found)


class _Plan:
    """What becomes of a due subscription: the due moment to deliver, if any, and how many digests were left out."""

    def __init__(self, subscription: Subscription, moment: datetime | None, missed: int, following: datetime) -> None:
        self.subscription = subscription
        self.moment = moment
        self.missed = missed
        self.following = following
        self.key = f"digest:{subscription.subscription_id}:{moment.isoformat() if moment else ''}"


def turn_back(database: Database, bot_id: int, now: datetime) -> int:
    """Plans anew what was planned by a clock that ran ahead of `now`; how many subscriptions that were.

    A clock that was wrong, or is moved in the sandbox, must leave no chat without a digest. What waits and is of a time
    that has not come is dropped: it comes due again.
    """
    table, later = deliveries.c, now + _UNSURE
    with database.write() as connection:
        _free_what_waits(connection, bot_id, now)
        found = list(ahead(connection, bot_id, now + _LONGEST_GAP, later, BATCH))
        for subscription in found:
            mine = table.subscription_id == subscription.subscription_id, table.due > now
            # Its key is free again, for the digest that comes due at that moment once more.
            key = literal("clock ahead ") + cast(table.delivery_id, String)
            connection.execute(update(deliveries).where(*mine).values(key=key))
            _plan_anew(connection, subscription, now)
    return len(found)


def _plan_anew(connection: Connection, subscription: Subscription, now: datetime) -> None:
    schedule = subscription.wish.schedule
    try:
        following, before = next_due(schedule, now), last_due(schedule, now)
    except UnknownZone as gone:
        _pause(connection, subscription, str(gone))
        following = before = now
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.subscription_id == subscription.subscription_id)
        .values(next_due=following, covered_until=min(subscription.covered_until, before))
    )


def _free_what_waits(connection: Connection, bot_id: int, now: datetime) -> None:
    table = deliveries.c
    waiting = table.bot_id == bot_id, table.state == "waiting"
    connection.execute(
        update(deliveries)
        .where(*waiting, table.due > now + _UNSURE)
        .values(state="skipped", why=TURNED_BACK, finished_at=now, lease_owner=None, lease_until=None)
    )
    connection.execute(
        update(deliveries).where(*waiting, table.not_before > now + _LONGEST_WAIT).values(not_before=now)
    )
    connection.execute(
        update(deliveries).where(*waiting, table.lease_until > now + _UNSURE).values(lease_owner=None, lease_until=None)
    )


def _plan(subscription: Subscription, now: datetime, max_age: timedelta) -> _Plan:
    schedule = subscription.wish.schedule
    moments = owed(schedule, subscription.next_due, now) or [subscription.next_due]
    last = moments[-1]
    following = next_due(schedule, now)
    if now - last > max_age:
        return _Plan(subscription, None, subscription.missed + len(moments), following)
    return _Plan(subscription, last, subscription.missed + len(moments) - 1, following)


def _pause(connection: Connection, subscription: Subscription, why: str) -> None:
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.subscription_id == subscription.subscription_id)
        .values(state="paused", paused_why=why)
    )


def _carry_out(connection: Connection, bot_id: int, plans: list[_Plan], now: datetime) -> None:
    opened = [plan for plan in plans if plan.moment is not None]
    if opened:
        begins = _replace_waiting(connection, [plan.subscription.subscription_id for plan in opened], now)
        rows = [row for plan in opened if (row := _row(bot_id, plan, begins)) is not None]
        if rows:
            _insert_new(connection, rows)
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.subscription_id == bindparam("which"))
        .values(next_due=bindparam("following"), missed=bindparam("left_out")),
        [
            {"which": plan.subscription.subscription_id, "following": plan.following, "left_out": plan.missed}
            for plan in plans
        ],
    )


def _replace_waiting(connection: Connection, subscription_ids: list[int], now: datetime) -> dict[int, datetime]:
    """Drops what still waits for these subscriptions and has not gone out; where one is going out, its due moment."""
    mine = deliveries.c.subscription_id.in_(subscription_ids), deliveries.c.state == "waiting"
    gone_out = exists().where(
        parts.c.delivery_id == deliveries.c.delivery_id, parts.c.state.in_(("sending", "uncertain"))
    )
    connection.execute(
        update(deliveries)
        .where(*mine, ~gone_out)
        .values(state="skipped", why=REPLACED, finished_at=now, lease_owner=None, lease_until=None)
    )
    rows = connection.execute(select(deliveries.c.subscription_id, deliveries.c.due).where(*mine)).all()
    return {row.subscription_id: row.due for row in sorted(rows, key=lambda row: row.due)}


def _row(bot_id: int, plan: _Plan, begins: dict[int, datetime]) -> dict[str, Any] | None:
    subscription, wish = plan.subscription, plan.subscription.wish
    since = begins.get(subscription.subscription_id, subscription.covered_until)
    if plan.moment is None or since >= plan.moment:
        return None
    return {
        "bot_id": bot_id,
        "kind": "digest",
        "key": plan.key,
        "chat_id": subscription.chat_id,
        "thread": subscription.thread or NO_THREAD,
        "subscription_id": subscription.subscription_id,
        "topics": joined(wish.topics),
        "since": since,
        "due": plan.moment,
        "first": subscription.told == 0,
        "missed": plan.missed,
        "skip_quiet": wish.skip_quiet,
        "aloud": wish.aloud,
        "discreet": wish.discreet,
        "state": "waiting",
        "not_before": plan.moment,
    }


def _insert_new(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Each with its part; one whose key is there already is left as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(deliveries).on_conflict_do_nothing(index_elements=["key"]), rows)
    keys = [row["key"] for row in rows]
    without_part = ~exists().where(parts.c.delivery_id == deliveries.c.delivery_id)
    connection.execute(
        insert(parts).from_select(
            ["delivery_id", "number", "state", "attempts", "unknown"],
            select(deliveries.c.delivery_id, literal(1), literal("waiting"), literal(0), literal(0)).where(
                deliveries.c.key.in_(keys), without_part
            ),
        )
    )


def _give_up_old(connection: Connection, bot_id: int, before: datetime, now: datetime) -> None:
    rows = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.bot_id == bot_id,
            deliveries.c.state == "waiting",
            deliveries.c.due < before,
            or_(deliveries.c.lease_owner.is_(None), deliveries.c.lease_until < now),
        )
        .values(state="given up", why=TOO_OLD, finished_at=now, lease_owner=None, lease_until=None)
        .returning(deliveries.c.subscription_id)
    ).all()
    for row in rows:
        connection.execute(
            update(subscriptions)
            .where(subscriptions.c.subscription_id == row.subscription_id)
            .values(missed=subscriptions.c.missed + 1)
        )


def claim(database: Database, bot_id: int, owner: str, now: datetime, limit: int) -> list[Delivery]:
    """Takes up to `limit` waiting deliveries, the longest due first, and holds them until `now + LEASE`.

    What the owner holds already is not given out twice. A message found in `sending` was being sent when its process
    stopped: it is marked uncertain.
    """
    free = or_(
        deliveries.c.lease_owner.is_(None), (deliveries.c.lease_until < now) & (deliveries.c.lease_owner != owner)
    )
    waiting = (
        select(deliveries.c.delivery_id)
        .where(deliveries.c.bot_id == bot_id, deliveries.c.state == "waiting", deliveries.c.not_before <= now, free)
        .order_by(deliveries.c.due, deliveries.c.delivery_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with _row_locking(database) as connection:
        claimed = connection.execute(
            update(deliveries)
            .where(deliveries.c.delivery_id.in_(waiting.scalar_subquery()), free)
            .values(lease_owner=owner, lease_until=now + LEASE)
            .returning(deliveries.c.delivery_id)
        )
        ids = [row.delivery_id for row in claimed]
        if not ids:
            return []
        connection.execute(
            update(parts)
            .where(parts.c.delivery_id.in_(ids), parts.c.state == "sending")
            .values(state="uncertain", unknown=parts.c.unknown + 1, why=STOPPED)
        )
        return loaded(connection, ids)


def renew(database: Database, owner: str, now: datetime) -> None:
    """Holds on to what the owner has claimed."""
    with _row_locking(database) as connection:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.lease_owner == owner, deliveries.c.state == "waiting")
            .values(lease_until=now + LEASE)
        )


def release(database: Database, machine: str) -> None:
    """Gives back what former processes of this machine and home held: of those only one lives at a time."""
    with _row_locking(database) as connection:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.lease_owner.startswith(f"{machine}/", autoescape=True))
            .values(lease_owner=None, lease_until=None)
        )


@contextmanager
def _row_locking(database: Database) -> Iterator[Connection]:
    """A transaction that locks rows where the database can, and the whole of it where it cannot."""
    if database.is_sqlite:
        with database.write() as connection:
            yield connection
    else:
        with database.engine.begin() as connection:
            yield connection
