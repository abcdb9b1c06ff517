"""What /status tells an operator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.render.dates import shown
from bot.render.html import bold, html, plain
from bot.render.text import one_line
from bot.tables.deliveries import Counts


@dataclass(frozen=True, slots=True)
class Status:
    """`troubles`: when a delivery ended, how, and why. `newest`: the newest source's date."""

    deliveries: Counts
    troubles: Sequence[tuple[datetime, str, str]]
    active: int
    paused: int
    sources: int
    newest: str | None
    refreshed: datetime | None


def status_text(status: Status) -> list[str]:
    waiting = f", {status.deliveries.waiting} waiting" if status.deliveries.waiting else ""
    refreshed = _moment(status.refreshed) if status.refreshed else "not yet"
    blocks = [
        plain(bold("Status")),
        plain(f"deliveries: {status.deliveries.words}{waiting}"),
        plain(f"subscriptions: {status.active} active, {status.paused} paused"),
        plain(f"sources: {status.sources}, newest {shown(status.newest) if status.newest else 'undated'}"),
        plain(f"last refresh: {refreshed}"),
    ]
    if status.troubles:
        blocks.append(plain(bold("Latest troubles"), gap=True))
        blocks.extend(plain(f"{_moment(at)}: {state}: {one_line(why)}") for at, state, why in status.troubles)
    return html(blocks)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
