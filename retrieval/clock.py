"""The one place that asks for the time. Everything else is handed a clock, or a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """The machine's clock, moved by a fixed amount: the sandbox's, and `--now`'s.

    It goes on ticking from where it was set, so that durations stay true.
    """

    def __init__(self, moment: datetime | None = None) -> None:
        self._shift = timedelta(0)
        if moment is not None:
            self.set(moment)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def set(self, moment: datetime) -> None:
        """Makes `moment` (aware) the present."""
        self._shift = moment.astimezone(UTC) - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Moves the present on by `by`, which may be negative."""
        self._shift += by
