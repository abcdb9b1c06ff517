"""Each local day owes exactly one digest, whatever the clocks of its zone do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.schedule import EVERY_DAY, Schedule, due_on, last_due, next_due, owed
from bot.zones import zone_named

ZONES = sorted(name for name in available_timezones() if "/" in name)
zones = st.sampled_from(ZONES) | st.sampled_from(
    [
        "UTC",
        "UTC+05:45",
        "UTC-09:30",
        "Asia/Yangon",
        "Europe/Berlin",
        "America/Nuuk",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ]
)
minutes = st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "day", "moment"),
    [
        ("Asia/Yangon", time(8, 30), "2025-07-08", "2025-07-08T02:00"),
        ("Europe/Berlin", time(2, 30), "2025-03-30", "2025-03-30T01:00"),  # 02:30 is skipped: 03:00
        ("Europe/Berlin", time(2, 30), "2025-10-26", "2025-10-26T00:30"),  # 02:30 comes twice: its first
        ("Australia/Lord_Howe", time(2, 15), "2025-10-05", "2025-10-04T15:30"),  # half an hour is skipped
        ("America/Nuuk", time(23, 30), "2024-03-30", "2024-03-31T01:00"),  # the gap ends with the day
        ("UTC+05:45", time(0, 0), "2025-01-01", "2024-12-31T18:15"),
    ],
)
def test_comes_at_the_stated_moment(zone: str, hour: time, day: str, moment: str) -> None:
    assert due_on(date.fromisoformat(day), hour, zone_named(zone)) == at(moment)


def test_a_day_that_a_zone_leaves_out_owes_nothing() -> None:
    assert due_on(date(2011, 12, 30), time(8, 30), zone_named("Pacific/Apia")) is None


@settings(deadline=None)
@given(zones, minutes, moments)
def test_every_local_day_owes_one(zone: str, hour: time, start: datetime) -> None:
    schedule = Schedule(hour, zone)
    tz = zone_named(zone)
    first = start.astimezone(tz).date()
    days = [first + timedelta(days=n) for n in range(12)]
    wanted = [m for day in days if (m := due_on(day, hour, tz)) is not None]
    assert wanted == sorted(set(wanted))
    moment, walked = wanted[0] - timedelta(seconds=1), []
    for _ in wanted:
        moment = next_due(schedule, moment)
        walked.append(moment)
    assert walked == wanted
    assert owed(schedule, wanted[0], wanted[-1]) == wanted


@settings(deadline=None)
@given(zones, minutes, moments, st.sets(st.integers(0, 6), min_size=1).map(frozenset))
def test_next_and_last_enclose_any_moment(zone: str, hour: time, moment: datetime, weekdays: frozenset[int]) -> None:
    schedule = Schedule(hour, zone, weekdays)
    before, after = last_due(schedule, moment), next_due(schedule, moment)
    assert before <= moment < after
    assert next_due(schedule, before) == after
    assert last_due(schedule, after) == after
    assert owed(schedule, before + timedelta(microseconds=1), after) == [after]


@settings(deadline=None)
@given(zones, minutes, moments)
def test_the_local_time_is_the_one_asked_for_unless_the_clocks_skip_it(zone: str, hour: time, moment: datetime) -> None:
    due = next_due(Schedule(hour, zone, EVERY_DAY), moment).astimezone(zone_named(zone))
    local = due.replace(tzinfo=None)
    if local.time() != hour:
        asked = datetime.combine(local.date(), hour)
        if asked > local:
            asked -= timedelta(days=1)
        back = asked.replace(tzinfo=zone_named(zone)).astimezone(UTC).astimezone(zone_named(zone))
        assert back.replace(tzinfo=None) != asked
    assert due.fold == 0 or local.time() != hour
