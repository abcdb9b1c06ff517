"""Time zones as people write them: an IANA name, a city, or an offset from UTC.

A zone is kept under one name: IANA's own spelling (`Atlantic/Azores`) or a fixed offset (`UTC+06:30`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from retrieval.names import Name, Names
from retrieval.words import fold

_OFFSET = re.compile(r"(?:(?:utc|gmt)\s*)?([+\-\u2212])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_FARTHEST = timedelta(hours=14)
_RULES = ("Etc", "SystemV", "US")  # areas whose names are rules, not places
_SMALLEST_AREA = 10  # areas with fewer names are old ones for a country's parts ("East")


class UnknownZone(ValueError):
    """Nothing that people write for a zone; `near` are the nearest names."""

    def __init__(self, written: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(f"{written!r} is no time zone")
        self.written = written
        self.near = near


def find_zone(written: str, names: Names | None = None) -> str:
    """The zone that is meant, under its one name. Raises UnknownZone.

    Tried in this order: UTC, an offset, an IANA name in any case, a place of the story that states its zone, the last
    part of an IANA name ("Buenos Aires").
    """
    text = " ".join(written.split())
    if not text or len(text) > 60:
        raise UnknownZone(text[:60])
    if text.casefold() in ("utc", "gmt", "z"):
        return "UTC"
    offset = _OFFSET.fullmatch(text)
    if offset:
        return _offset_name(text, *offset.groups())
    key = _key(text)
    by_name = _by_name()
    if key in by_name:
        return by_name[key]
    place = names.named(text) if names is not None else None
    if place is not None and place.zone:
        return place.zone
    cities = _by_city()
    if key in cities:
        return cities[key]
    known = {**cities, **{_key(name.preferred): name.zone or "" for name in _zoned(names)}}
    near = get_close_matches(key, list(known), n=3, cutoff=0.75)
    raise UnknownZone(text, tuple(dict.fromkeys(known[found] for found in near)))


@lru_cache(maxsize=1_024)
def zone_named(name: str) -> tzinfo:
    """The zone of a kept name. Raises UnknownZone where the zone data no longer has it."""
    if name == "UTC":
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        return timezone(_offset(*offset.groups()), name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(name) from None


def example_zone(names: Names, default: str) -> str:
    """The zone that examples show: that of the story's first place that states one."""
    return next((name.zone for name in names.all if name.zone), default)


def _zoned(names: Names | None) -> Iterable[Name]:
    return (name for name in names.all if name.zone) if names is not None else ()


def _offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return size if sign == "+" else -size


def _offset_name(text: str, sign: str, hours: str, minutes: str | None) -> str:
    offset = _offset(sign, hours, minutes)
    if abs(offset) > _FARTHEST:
        raise UnknownZone(text)
    if not offset:
        return "UTC"
    size = int(abs(offset).total_seconds()) // 60
    return f"UTC{'+' if offset > timedelta(0) else '-'}{size // 60:02d}:{size % 60:02d}"


def _key(text: str) -> str:
    return " ".join(fold(text.replace("_", " ")).split())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {_key(name): name for name in sorted(available_timezones())}


@lru_cache(maxsize=1)
def _by_city() -> dict[str, str]:
    names = sorted(name for name in available_timezones() if "/" in name)
    sizes = Counter(name.partition("/")[0] for name in names)
    cities: dict[str, str] = {}
    for name in names:
        area, _, _ = name.partition("/")
        if area not in _RULES and sizes[area] >= _SMALLEST_AREA:
            cities.setdefault(_key(name.rpartition("/")[2]), name)
    return cities
