"""When a source could be known. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from retrieval.dates import end_of
from retrieval.models import Source

BULK = timedelta(days=3)  # a source whose date is older than this when it is first seen came in bulk


def known_at(published: str | None, first_seen: datetime, *, bulk: bool) -> datetime | None:
    """When the library could know a source: when it was first seen, or the end of its date where that is long before.

    What is undated and came in bulk was never new: null.
    """
    if published is None:
        return None if bulk else first_seen
    end = end_of(published)
    return end if end < first_seen - BULK else first_seen


def existed(source: Source, now: datetime) -> bool:
    """Whether the library could hold the source at `now`. What is undated counts from the end of what it is about."""
    if source.known_at is not None:
        return source.known_at <= now
    return source.first_seen <= now or (source.about is not None and end_of(source.about) <= now)
