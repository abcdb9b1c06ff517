"""Dates as people read them. Pure."""

from __future__ import annotations

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(value: str) -> str:
    """`2025-07-08` as `8 Jul 2025`, `2025-07` as `Jul 2025`, a year as it is."""
    parts = value.split("-")
    if len(parts) == 1:
        return value
    month = _MONTHS[int(parts[1]) - 1]
    return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])} {month} {parts[0]}"


def dated(published: str | None, about: str | None) -> str:
    """A source's date: of publication, else "about" when its text places itself, else "undated"."""
    if published:
        return shown(published)
    return f"about {about}" if about else "undated"
