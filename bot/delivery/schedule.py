"""When a subscription's next digest is due. Pure: the moment is handed in.

Each local day of the schedule owes exactly one digest. A time that a clock change skips comes at the first valid minute
after it; one that comes twice, at its first; a day that a zone leaves out altogether owes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.zones import zone_named

EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A local time on some weekdays (Monday is 0) in a zone, as `bot.zones` names it."""

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY


def next_due(schedule: Schedule, after: datetime) -> datetime:
    """The first due moment later than `after`, in UTC."""
    zone = zone_named(schedule.zone)
    first = after.astimezone(zone).date() - 2 * _DAY
    moments = _moments(schedule, zone, first, first + 12 * _DAY)
    return next(moment for moment in moments if moment > after)


def last_due(schedule: Schedule, until: datetime) -> datetime:
    """The last due moment that is not later than `until`, in UTC."""
    zone = zone_named(schedule.zone)
    last = until.astimezone(zone).date() + 2 * _DAY
    moments = list(_moments(schedule, zone, last - 12 * _DAY, last))
    return max(moment for moment in moments if moment <= until)


def owed(schedule: Schedule, since: datetime, until: datetime) -> list[datetime]:
    """The due moments in `[since, until]`, oldest first."""
    zone = zone_named(schedule.zone)
    first, last = since.astimezone(zone).date() - 2 * _DAY, until.astimezone(zone).date() + 2 * _DAY
    return [moment for moment in _moments(schedule, zone, first, last) if since <= moment <= until]


def due_on(day: date, at: time, zone: tzinfo) -> datetime | None:
    """The moment at which `at` comes on a local day, in UTC; null where the zone has no such day."""
    if _first_valid(datetime.combine(day, time(0)), zone).date() != day:
        return None
    local = _first_valid(datetime.combine(day, at), zone)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _moments(schedule: Schedule, zone: tzinfo, first: date, last: date) -> Iterator[datetime]:
    day = first
    while day <= last:
        if day.weekday() in schedule.weekdays:
            moment = due_on(day, schedule.at, zone)
            if moment is not None:
                yield moment
        day += _DAY


def _first_valid(local: datetime, zone: tzinfo) -> datetime:
    """The first minute from `local` on that the clocks of the zone show; its first coming, where it comes twice."""
    while local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        local += _MINUTE
    return local
