"""Which sources are new in a span. Pure.

A live span asks when the library came to know a source (`known_at`). A preview of a past span, one that ended before
`now`, asks for the date that the source itself bears, since everything bundled came in at once. What has no date is
never new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from retrieval.dates import stated
from retrieval.models import Source


def topics_of(topic: str | None) -> tuple[str, ...]:
    """`one,two` as two topics; null or empty is every topic."""
    return tuple(sorted({part.strip() for part in (topic or "").split(",") if part.strip()}))


def about(sources: Iterable[Source], topic: str | None) -> list[Source]:
    """The sources that belong to one of the topics."""
    wanted = set(topics_of(topic))
    return [source for source in sources if not wanted or wanted.intersection(source.topics)]


def new_sources(sources: Sequence[Source], since: datetime, until: datetime, now: datetime) -> list[Source]:
    """The dated, live reports that are new in `[since, until)`, oldest first."""
    reports = [s for s in sources if s.state == "live" and s.kind != "dataset" and s.published is not None]
    if until < now:
        found = _dated_in(reports, since, until)
    else:
        found = [s for s in reports if s.known_at is not None and since <= s.known_at < until and _not_later(s, until)]
    return sorted(found, key=lambda s: (stated(s.published or "").last, s.source_id))


def undated_arrivals(sources: Iterable[Source], since: datetime, until: datetime) -> int:
    """How many sources without a date came in during a live span: counted, and not told as news."""
    return sum(
        s.state == "live" and s.published is None and s.known_at is not None and since <= s.known_at < until
        for s in sources
    )


def _dated_in(reports: Sequence[Source], since: datetime, until: datetime) -> list[Source]:
    """Those whose date falls in the span. A coarser date counts where the report that it retells is dated in it."""
    first, last = since.date(), (until - timedelta(microseconds=1)).date()
    inside: list[Source] = []
    coarse: list[Source] = []
    for source in reports:
        span = stated(source.published or "")
        if first <= span.first and span.last <= last:
            inside.append(source)
        elif span.grain != "day" and span.first <= last and first <= span.last:
            coarse.append(source)
    origins = {source.origin for source in inside}
    return inside + [source for source in coarse if source.origin in origins]


def _not_later(source: Source, until: datetime) -> bool:
    # East of Greenwich the date is ahead by a day at most.
    return stated(source.published or "").first <= (until + timedelta(hours=14)).date()
