"""Dates and moments on the command line. A moment without a zone is in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click


class MomentType(click.ParamType[datetime]):
    """A moment such as `2025-07-08T09:30+06:30`, or a date: its first moment, with `whole_day` the end of that day."""

    name = "iso"

    def __init__(self, *, whole_day: bool = False) -> None:
        self._whole_day = whole_day

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        moment = read_moment(str(value), whole_day=self._whole_day)
        if moment is None:
            self.fail(
                f"{value!r} is neither a date such as 2025-07-08 nor a moment such as 2025-07-08T09:30Z", param, ctx
            )
        return moment


def read_moment(value: str, *, whole_day: bool) -> datetime | None:
    """The moment that a text names, aware and in UTC; None where it names none."""
    try:
        if len(value) == len("2025-07-08"):
            day = datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
            return day + timedelta(days=1) if whole_day else day
        if "T" not in value and " " not in value:
            return None
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


NOW = click.option(
    "--now", type=MomentType(whole_day=True), metavar="ISO", help="As if it were then; a date counts to its end."
)
