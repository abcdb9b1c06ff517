"""What is owed to a chat, and what has become of it. A delivery is a promise; its parts are the messages that keep it.

A part is written down as `sending` before the request goes out and as `sent` with its message id after. One that is
found in `sending` later has an unknown outcome: Telegram has no key by which a repeat could be told from a first try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Connection

from bot.nouns import Telling
from bot.tables.metadata import OwnId, metadata
from bot.tables.subscriptions import subscriptions
from bot.tables.told import messages, record
from retrieval.database import Database, Moment

Outcome = Literal["sent", "uncertain", "failed", "given up", "skipped"]
MOST_UNKNOWN = 2  # sends of one part whose outcome is unknown: the first, and one repeat

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", OwnId, primary_key=True),
    Column("bot_id", BigInteger),
    Column("kind", String),
    Column("key", String),
    Column("chat_id", OwnId),
    Column("thread", BigInteger),
    Column("subscription_id", OwnId),
    Column("topics", Text),
    Column("since", Moment),
    Column("due", Moment),
    Column("first", Boolean),
    Column("missed", Integer),
    Column("skip_quiet", Boolean),
    Column("aloud", Boolean),
    Column("discreet", Boolean),
    Column("state", String),
    Column("not_before", Moment),
    Column("lease_owner", String),
    Column("lease_until", Moment),
    Column("why", Text),
    Column("finished_at", Moment),
)
parts = Table(
    "parts",
    metadata,
    Column("delivery_id", OwnId, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String),
    Column("attempts", Integer),
    Column("unknown", Integer),
    Column("began_at", Moment),
    Column("sent_at", Moment),
    Column("message_id", BigInteger),
    Column("why", Text),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed digest: where it goes, what span it tells, and how often its message was tried."""

    delivery_id: int
    chat_id: int
    thread: int | None
    subscription_id: int
    topics: str
    since: datetime
    due: datetime
    first: bool
    missed: int
    skip_quiet: bool
    aloud: bool
    discreet: bool
    zone: str
    attempts: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How deliveries have ended. `uncertain` counts every send of unknown outcome, repeated or not."""

    sent: int
    uncertain: int
    failed: int
    given_up: int
    waiting: int

    @property
    def words(self) -> str:
        return f"{self.sent} sent, {self.uncertain} uncertain, {self.given_up} given up, {self.failed} failed"


class Deliveries:
    """What one bot owes. Each method is one transaction. Thread-safe."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self.bot_id = bot_id

    def get(self, delivery_id: int) -> Delivery | None:
        with self._database.read() as connection:
            found = loaded(connection, [delivery_id])
        return found[0] if found else None

    def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        """Writes the part down as `sending`; false where it is not to be sent (done, dropped, or another's)."""
        owned = exists().where(
            deliveries.c.delivery_id == delivery_id, deliveries.c.state == "waiting", deliveries.c.lease_owner == owner
        )
        with self._database.write() as connection:
            begun = connection.execute(
                update(parts)
                .where(
                    parts.c.delivery_id == delivery_id,
                    parts.c.number == 1,
                    parts.c.state.in_(("waiting", "uncertain")),
                    parts.c.unknown < MOST_UNKNOWN,
                    owned,
                )
                .values(state="sending", attempts=parts.c.attempts + 1, began_at=now)
            )
        return begun.rowcount == 1

    def sent(self, delivery: Delivery, message_id: int, telling: Telling, now: datetime) -> None:
        """Writes down that the message arrived, what it told, and how far the subscription is covered."""
        with self._database.write() as connection:
            told_id = record(connection, telling, now)
            where = messages.c.chat_id == delivery.chat_id, messages.c.message_id == message_id
            connection.execute(delete(messages).where(*where))
            connection.execute(
                insert(messages).values(
                    chat_id=delivery.chat_id,
                    message_id=message_id,
                    told_id=told_id,
                    person=None,
                    ours=True,
                    sent_at=now,
                )
            )
            _end_part(connection, delivery, "sent", None, message_id=message_id, sent_at=now)
            _end(connection, delivery, "sent", None, now)
            _cover(connection, delivery, told=True)

    def finish(self, delivery: Delivery, outcome: Outcome, why: str | None, now: datetime) -> None:
        """Ends a delivery otherwise. What a reader may have got, or did not want, counts as covered."""
        with self._database.write() as connection:
            _end_part(connection, delivery, outcome, why)
            _end(connection, delivery, outcome, why, now)
            if outcome in ("uncertain", "skipped"):
                _cover(connection, delivery, told=outcome == "uncertain")
            elif outcome == "given up":
                connection.execute(
                    update(subscriptions)
                    .where(subscriptions.c.subscription_id == delivery.subscription_id)
                    .values(missed=subscriptions.c.missed + 1)
                )

    def anew(self, delivery: Delivery) -> None:
        """Makes a part ready to go out once more at once, still claimed: its chat has another id."""
        with self._database.write() as connection:
            connection.execute(
                update(parts)
                .where(parts.c.delivery_id == delivery.delivery_id, parts.c.number == 1, parts.c.state == "sending")
                .values(state="waiting")
            )

    def again(self, delivery: Delivery, at: datetime, why: str, *, unknown: bool) -> None:
        """Puts a delivery back until `at`; `unknown`: the message may have arrived."""
        with self._database.write() as connection:
            connection.execute(
                update(parts)
                .where(parts.c.delivery_id == delivery.delivery_id, parts.c.number == 1)
                .values(
                    state="uncertain" if unknown else "waiting",
                    unknown=parts.c.unknown + (1 if unknown else 0),
                    why=why,
                )
            )
            connection.execute(
                update(deliveries)
                .where(deliveries.c.delivery_id == delivery.delivery_id, deliveries.c.state == "waiting")
                .values(not_before=at, lease_owner=None, lease_until=None, why=why)
            )

    def broke_off(self, delivery: Delivery, at: datetime, why: str) -> None:
        """Puts a delivery back after a fault of our own: a message that was going out may have arrived."""
        going_out = parts.c.state == "sending"
        with self._database.write() as connection:
            connection.execute(
                update(parts)
                .where(parts.c.delivery_id == delivery.delivery_id, parts.c.number == 1)
                .values(
                    state=case((going_out, "uncertain"), else_=parts.c.state),
                    unknown=case((going_out, parts.c.unknown + 1), else_=parts.c.unknown),
                    why=why,
                )
            )
            connection.execute(
                update(deliveries)
                .where(deliveries.c.delivery_id == delivery.delivery_id, deliveries.c.state == "waiting")
                .values(not_before=at, lease_owner=None, lease_until=None, why=why)
            )

    def unclaim(self, delivery_id: int, owner: str) -> None:
        """Gives a lease back, where it is still held."""
        with self._database.write() as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.delivery_id == delivery_id, deliveries.c.lease_owner == owner)
                .values(lease_owner=None, lease_until=None)
            )

    def counts(self) -> Counts:
        with self._database.read() as connection:
            states = {
                state: int(number)
                for state, number in connection.execute(
                    select(deliveries.c.state, func.count())
                    .where(deliveries.c.bot_id == self.bot_id)
                    .group_by(deliveries.c.state)
                )
            }
            unknown = connection.execute(
                select(func.coalesce(func.sum(parts.c.unknown), 0))
                .join(deliveries, deliveries.c.delivery_id == parts.c.delivery_id)
                .where(deliveries.c.bot_id == self.bot_id)
            ).scalar_one()
        found = [states.get(name, 0) for name in ("sent", "failed", "given up", "waiting")]
        return Counts(found[0], int(unknown), found[1], found[2], found[3])

    def troubles(self, limit: int = 5) -> list[tuple[datetime, str, str]]:
        """The last deliveries that did not arrive: when, how they ended, and why."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(deliveries.c.finished_at, deliveries.c.state, deliveries.c.why)
                .where(
                    deliveries.c.bot_id == self.bot_id,
                    deliveries.c.state.in_(("failed", "given up", "uncertain")),
                )
                .order_by(deliveries.c.finished_at.desc(), deliveries.c.delivery_id.desc())
                .limit(limit)
            ).all()
        return [(row.finished_at, row.state, row.why or "") for row in rows]

    def purge(self, before: datetime) -> None:
        """Deletes what ended before a moment."""
        with self._database.write() as connection:
            connection.execute(
                delete(deliveries).where(deliveries.c.bot_id == self.bot_id, deliveries.c.finished_at < before)
            )


def loaded(connection: Connection, delivery_ids: list[int]) -> list[Delivery]:
    """These deliveries with the state of their message, the longest due first."""
    rows = connection.execute(
        select(deliveries, parts.c.attempts, parts.c.unknown, subscriptions.c.zone)
        .join(parts, parts.c.delivery_id == deliveries.c.delivery_id)
        .join(subscriptions, subscriptions.c.subscription_id == deliveries.c.subscription_id)
        .where(deliveries.c.delivery_id.in_(delivery_ids), parts.c.number == 1)
        .order_by(deliveries.c.due, deliveries.c.delivery_id)
    ).all()
    return [_delivery(row) for row in rows]


def move_subscriptions(connection: Connection, chat_id: int, to: int) -> None:
    """Gives a chat's subscriptions, and what is owed to them, to another that it has become one with.

    Where both have one for the same place, the active one stays; of two, the other chat's.
    """
    table = subscriptions.c
    theirs = {row.thread: row for row in connection.execute(select(subscriptions).where(table.chat_id == to)).all()}
    for mine in connection.execute(select(subscriptions).where(table.chat_id == chat_id)).all():
        other = theirs.get(mine.thread)
        if other is not None:
            stays = mine if (mine.state, other.state) == ("active", "paused") else other
            gone = other if stays is mine else mine
            connection.execute(delete(subscriptions).where(table.subscription_id == gone.subscription_id))
    for moved in (subscriptions, deliveries):
        connection.execute(update(moved).where(moved.c.chat_id == chat_id).values(chat_id=to))


def _end_part(connection: Connection, delivery: Delivery, state: str, why: str | None, **values: Any) -> None:
    more = {"unknown": parts.c.unknown + 1} if state == "uncertain" and delivery.unknown < MOST_UNKNOWN else {}
    connection.execute(
        update(parts)
        .where(parts.c.delivery_id == delivery.delivery_id, parts.c.number == 1)
        .values(state=state, why=why, **more, **values)
    )


def _end(connection: Connection, delivery: Delivery, outcome: Outcome, why: str | None, now: datetime) -> None:
    connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery.delivery_id)
        .values(state=outcome, why=why, finished_at=now, lease_owner=None, lease_until=None)
    )


def _cover(connection: Connection, delivery: Delivery, *, told: bool) -> None:
    connection.execute(
        update(subscriptions)
        .where(
            subscriptions.c.subscription_id == delivery.subscription_id,
            subscriptions.c.covered_until < delivery.due,
        )
        .values(covered_until=delivery.due, told=subscriptions.c.told + int(told), missed=0)
    )


def _delivery(row: Row[Any]) -> Delivery:
    value = row._mapping
    fields = {name: value[name] for name in Delivery.__dataclass_fields__}
    return Delivery(**(fields | {"thread": value["thread"] or None}))
