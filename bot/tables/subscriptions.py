"""Who gets a digest, when, and where: one subscription for a chat, or for each forum topic of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection

from bot.delivery.schedule import Schedule, last_due, next_due
from bot.tables.metadata import OwnId, metadata
from retrieval.database import Database, Moment

State = Literal["active", "paused"]
REMOVED = "the bot was removed"
NO_THREAD = 0  # stands for "no forum topic", so that a chat's own subscription is unique too

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscription_id", OwnId, primary_key=True),
    Column("bot_id", BigInteger),
    Column("chat_id", OwnId),
    Column("thread", BigInteger),
    Column("topics", Text),
    Column("at", String),
    Column("zone", String),
    Column("weekdays", String),
    Column("skip_quiet", Boolean),
    Column("aloud", Boolean),
    Column("discreet", Boolean),
    Column("state", String),
    Column("paused_why", Text),
    Column("next_due", Moment),
    Column("covered_until", Moment),
    Column("told", Integer),
    Column("missed", Integer),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a chat asks for. No topics: all of them. `discreet`: a neutral first line, and nothing to forward."""

    schedule: Schedule
    topics: tuple[str, ...] = ()
    skip_quiet: bool = False
    aloud: bool = False
    discreet: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A wish as kept, and how far it has been fulfilled.

    `covered_until` is the due moment of the last digest that was delivered: the next span begins there. `told` counts
    those, `missed` the ones since then that were too old to send.
    """

    subscription_id: int
    chat_id: int
    thread: int | None
    wish: Wish
    state: State
    paused_why: str | None
    next_due: datetime
    covered_until: datetime
    told: int
    missed: int


class Subscriptions:
    """The subscriptions of one bot. Thread-safe."""

    def __init__(self, database: Database, bot_id: int) -> None:
        self._database = database
        self.bot_id = bot_id

    def subscribe(self, chat_id: int, thread: int | None, wish: Wish, now: datetime) -> Subscription:
        """Keeps a wish in the place of the former one, and sets it going. May be called twice.

        A new subscription's first span begins at the due moment before now. A changed one goes on where it was.
        """
        with self._database.write() as connection:
            known = _row(connection, self.bot_id, chat_id, thread)
            values = _values(wish) | {
                "state": "active",
                "paused_why": None,
                "next_due": next_due(wish.schedule, now),
            }
            if known is None:
                connection.execute(
                    insert(subscriptions).values(
                        bot_id=self.bot_id,
                        chat_id=chat_id,
                        thread=thread or NO_THREAD,
                        covered_until=last_due(wish.schedule, now),
                        told=0,
                        missed=0,
                        **values,
                    )
                )
            else:
                unchanged = _subscription(known).wish.schedule == wish.schedule and known.state == "active"
                if unchanged:
                    values.pop("next_due")
                connection.execute(
                    update(subscriptions)
                    .where(subscriptions.c.subscription_id == known.subscription_id)
                    .values(**values)
                )
            found = _row(connection, self.bot_id, chat_id, thread)
        assert found is not None
        return _subscription(found)

    def of(self, chat_id: int, thread: int | None) -> Subscription | None:
        with self._database.read() as connection:
            row = _row(connection, self.bot_id, chat_id, thread)
        return _subscription(row) if row else None

    def get(self, subscription_id: int) -> Subscription | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(subscriptions).where(
                    subscriptions.c.subscription_id == subscription_id, subscriptions.c.bot_id == self.bot_id
                )
            ).first()
        return _subscription(row) if row else None

    def of_chat(self, chat_id: int) -> list[Subscription]:
        """All of a chat's, the chat's own before those of its forum topics."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(subscriptions)
                .where(subscriptions.c.chat_id == chat_id, subscriptions.c.bot_id == self.bot_id)
                .order_by(subscriptions.c.thread)
            ).all()
        return [_subscription(row) for row in rows]

    def unsubscribe(self, chat_id: int, thread: int | None) -> bool:
        """Ends a subscription, and with it what is still owed; false where there was none."""
        with self._database.write() as connection:
            row = _row(connection, self.bot_id, chat_id, thread)
            if row is None:
                return False
            connection.execute(delete(subscriptions).where(subscriptions.c.subscription_id == row.subscription_id))
        return True

    def pause(self, chat_id: int, thread: int | None, why: str, *, whole_chat: bool) -> None:
        """Stops a subscription, or all of its chat, until `resume`."""
        where = [subscriptions.c.chat_id == chat_id, subscriptions.c.bot_id == self.bot_id]
        if not whole_chat:
            where.append(subscriptions.c.thread == (thread or NO_THREAD))
        with self._database.write() as connection:
            connection.execute(
                update(subscriptions)
                .where(*where, subscriptions.c.state == "active")
                .values(state="paused", paused_why=why)
            )

    def resume(self, chat_id: int, now: datetime, thread: int | None = None, *, whole_chat: bool = True) -> int:
        """Sets paused subscriptions of a chat going again as they were; how many there were.

        What came due while it was paused is left out: the next digest tells the whole span.
        """
        resumed = 0
        with self._database.write() as connection:
            where = [
                subscriptions.c.chat_id == chat_id,
                subscriptions.c.bot_id == self.bot_id,
                subscriptions.c.state == "paused",
            ]
            if not whole_chat:
                where.append(subscriptions.c.thread == (thread or NO_THREAD))
            for row in connection.execute(select(subscriptions).where(*where)).all():
                schedule = _subscription(row).wish.schedule
                connection.execute(
                    update(subscriptions)
                    .where(subscriptions.c.subscription_id == row.subscription_id)
                    .values(state="active", paused_why=None, next_due=next_due(schedule, now))
                )
                resumed += 1
        return resumed

    def counts(self) -> dict[str, int]:
        """How many there are in each state."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(subscriptions.c.state, func.count().label("number"))
                .where(subscriptions.c.bot_id == self.bot_id)
                .group_by(subscriptions.c.state)
            )
            return {str(row.state): int(row.number) for row in rows}


def due(connection: Connection, bot_id: int, now: datetime, limit: int) -> Iterator[Subscription]:
    """The active subscriptions that have come due, the longest due first."""
    rows = connection.execute(
        select(subscriptions)
        .where(subscriptions.c.bot_id == bot_id, subscriptions.c.state == "active", subscriptions.c.next_due <= now)
        .order_by(subscriptions.c.next_due, subscriptions.c.subscription_id)
        .limit(limit)
    ).all()
    return (_subscription(row) for row in rows)


def ahead(
    connection: Connection, bot_id: int, due_after: datetime, covered_after: datetime, limit: int
) -> Iterator[Subscription]:
    """The subscriptions that a clock ahead of ours has planned: due, or covered, later than can be."""
    rows = connection.execute(
        select(subscriptions)
        .where(
            subscriptions.c.bot_id == bot_id,
            or_(subscriptions.c.next_due > due_after, subscriptions.c.covered_until > covered_after),
        )
        .limit(limit)
    ).all()
    return (_subscription(row) for row in rows)


def resume_returned(connection: Connection, chat_id: int) -> None:
    """Sets going again what was paused since the bot seemed to be out of a chat that had only moved."""
    out = or_(subscriptions.c.paused_why == REMOVED, subscriptions.c.paused_why.startswith("blocked"))
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.chat_id == chat_id, subscriptions.c.state == "paused", out)
        .values(state="active", paused_why=None)
    )


def wipe(connection: Connection, chat_id: int) -> list[int]:
    """Deletes a chat's subscriptions and all that is owed to it."""
    connection.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat_id))
    return []


def _row(connection: Connection, bot_id: int, chat_id: int, thread: int | None) -> Row[Any] | None:
    return connection.execute(
        select(subscriptions).where(
            subscriptions.c.bot_id == bot_id,
            subscriptions.c.chat_id == chat_id,
            subscriptions.c.thread == (thread or NO_THREAD),
        )
    ).first()


def _values(wish: Wish) -> dict[str, object]:
    return {
        "topics": joined(wish.topics),
        "at": wish.schedule.at.strftime("%H:%M"),
        "zone": wish.schedule.zone,
        "weekdays": "".join(str(day) for day in sorted(wish.schedule.weekdays)),
        "skip_quiet": wish.skip_quiet,
        "aloud": wish.aloud,
        "discreet": wish.discreet,
    }


def joined(topics: Sequence[str]) -> str:
    """Topics in the one form in which they are kept and compared: `one,two`, empty for all."""
    return ",".join(sorted(set(topics)))


def _subscription(row: Row[Any]) -> Subscription:
    schedule = Schedule(time.fromisoformat(row.at), row.zone, frozenset(int(day) for day in row.weekdays))
    return Subscription(
        subscription_id=row.subscription_id,
        chat_id=row.chat_id,
        thread=row.thread or None,
        wish=Wish(
            schedule=schedule,
            topics=tuple(topic for topic in row.topics.split(",") if topic),
            skip_quiet=row.skip_quiet,
            aloud=row.aloud,
            discreet=row.discreet,
        ),
        state=cast(State, row.state),
        paused_why=row.paused_why,
        next_due=row.next_due,
        covered_until=row.covered_until,
        told=row.told,
        missed=row.missed,
    )
