"""A digest: what changed in a span, in the order in which it is told.

    compose(library, names, topic, since, until, now, *, looked=None, unreachable=()) -> Digest
    retrieval.briefing.document.digest_json(digest) -> dict      the document of `digest --json`

`topic` is one topic, several joined by commas, or null for all. The span is half-open. Where `until` is `now` (for a
delivery hand its due moment as both) a source is new when the library came to know it; where `until` lies before `now`
(a preview) it is new by its own date. `looked` is how many feeds could be read, `unreachable` those that could not.
Every sentence is an exact cut that the verifier lets pass. The same span at the same library gives the same digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from retrieval.briefing import reads
from retrieval.briefing.changed_figures import STANDINGS, Change, Figure, changes, conflicts
from retrieval.briefing.disputes import Dispute, disputes, figure_disputes
from retrieval.briefing.news import about, new_sources, topics_of, undated_arrivals
from retrieval.briefing.stories import Rarity, Report, cluster, rarity, story_id
from retrieval.briefing.telling import Cut, tell
from retrieval.dates import stated
from retrieval.evidence import count, independent, newest
from retrieval.known import existed
from retrieval.library import Library
from retrieval.models import Citation, Claim, Disagreement, Draft, Evidence, Source
from retrieval.names import Names
from retrieval.verify.verifier import verify

TOLD = 3  # stories that one message tells
BEFORE = 12  # reports before the span, from which the first digest says where things stand


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a story, an exact quote of its first citation."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Reports of one event. `published` is the newest report's date, `origins` counts reports that retell no other."""

    story_id: str
    title: str
    published: str
    publishers: tuple[str, ...]
    origins: int
    evidence: Evidence
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure's value in one period, and the words of the row that states it."""

    period: str
    value: float
    source_id: str
    quote: str
    value_to: str = ""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that changed. Without `previous` its report states the change itself, against `change_basis`."""

    dataset: str
    series: str
    basis: str
    unit: str
    previous: Point | None
    current: Point
    change_percent: float | None
    change_basis: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A feed that could not be looked at, since when and why."""

    url: str
    since: str
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: feeds that were looked at (or, where none are watched, sources), new reports, their origins."""

    sources: int
    reports: int
    origins: int


@dataclass(frozen=True, slots=True)
class Digest:
    """All that changed in `[since, until)`.

    `stands` tells what came before, `latest` is the date of the newest report, `looked` how many feeds could be read
    (null: none is known of), `undated` how many sources without a date came in.
    """

    topic: str | None
    since: datetime
    until: datetime
    read: Read
    stories: tuple[Story, ...]
    figures: tuple[FigureChange, ...]
    disagreements: tuple[Disagreement, ...]
    citations: tuple[Citation, ...]
    unreachable: tuple[Unreachable, ...]
    latest: str | None
    stands: tuple[Story, ...]
    undated: int
    looked: int | None

    @property
    def quiet(self) -> bool:
        """Nothing new came in."""
        return not self.stories and not self.figures

    @property
    def more(self) -> int:
        """Stories beyond those that one message tells."""
        return max(0, len(self.stories) - TOLD)


class _Citing:
    """Numbers the citations of one digest in the order in which they are made."""

    def __init__(self, names: Names) -> None:
        self.made: list[Citation] = []
        self._names = names

    def cite(self, cut: Cut) -> Citation:
        for made in self.made:
            if (made.passage.passage_id, made.start, made.end) == (cut.passage.passage_id, cut.start, cut.end):
                return made
        citation = Citation(len(self.made) + 1, cut.passage, cut.source, cut.start, cut.end)
        self.made.append(citation)
        return citation

    def holding(self, found: Sequence[Cut]) -> list[Cut]:
        """Those that the verifier lets pass."""
        return [cut for cut in found if self._holds(cut)]

    def _holds(self, cut: Cut) -> bool:
        citation = Citation(1, cut.passage, cut.source, cut.start, cut.end)
        return bool(verify(Draft("extractive", (Claim(cut.text, (1,)),), (citation,)), self._names).claims)


def compose(
    library: Library,
    names: Names,
    topic: str | None,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    looked: int | None = None,
    unreachable: Sequence[Unreachable] = (),
) -> Digest:
    """What changed in the span; see the module. Raises ValueError for a span that ends before it begins."""
    if until <= since:
        raise ValueError("the span ends before it begins")
    live = [s for s in library.sources(now) if s.state == "live"]
    covered = about(live, topic)
    new = new_sources(covered, since, until, now)
    new_ids = {source.source_id for source in new}
    dated = [s for s in live if _dated_by(s, until) or s.source_id in new_ids]
    rare = rarity(reads.texts(library, [s for s in live if s.kind != "dataset"]))

    reports = reads.reports(library, new)
    citing = _Citing(names)
    figures = reads.figures(library, {s.source_id: s for s in live if s.source_id in new_ids or existed(s, until)})
    changed = changes(figures, new_ids)
    moved = {change.current.source.source_id for change in changed}
    known = {source.source_id for source in dated}  # a denial that comes later does not mark what it denies
    clusters = sorted(cluster(list(reports.values()), names, rare), key=lambda story: _importance(story, moved))
    stories = tuple(s for s in (_story(c, names, rare, known, citing, 2) for c in clusters) if s is not None)

    against = _opponents(new, dated)
    sides = reads.reports(library, against) | reports
    found = disputes(list(reports.values()), sides, names, rare) + figure_disputes(conflicts(figures, new_ids))
    before = [s for s in about(dated, topic) if s.source_id not in new_ids and _dated_by(s, since)]
    return Digest(
        topic=",".join(topics_of(topic)) or None,
        since=since,
        until=until,
        read=Read(len(new) if looked is None else looked, len(new), len({s.origin for s in new})),
        stories=stories,
        figures=tuple(_figure(change, citing) for change in changed),
        disagreements=tuple(_disagreement(dispute, citing) for dispute in found),
        stands=_stands(library, before, names, rare, known, citing),
        citations=tuple(citing.made),
        unreachable=tuple(unreachable),
        latest=newest(s for s in about(dated, topic)),
        undated=undated_arrivals(covered, since, until) if until >= now else 0,
        looked=looked,
    )


def last_news(library: Library, topic: str | None, now: datetime) -> datetime | None:
    """The end of the newest date that a report of the topic bears, known by `now`: where a span that has news ends."""
    dates = [s.known_at for s in about(library.sources(now), topic) if s.state == "live" and s.published and s.known_at]
    return max((min(date, now) for date in dates), default=None)


def _dated_by(source: Source, moment: datetime) -> bool:
    if source.published is None or source.kind == "dataset":
        return False
    return stated(source.published).last <= moment.date() and (source.known_at is None or source.known_at <= moment)


def _importance(story: Sequence[Report], moved: set[str]) -> tuple[object, ...]:
    sources = [report.source for report in story]
    last = max(stated(source.published or "").last for source in sources)
    return (
        -independent(sources),
        min(STANDINGS.index(source.standing) for source in sources),
        not any(source.source_id in moved for source in sources),
        -last.toordinal(),
        min(source.source_id for source in sources),
    )


def _story(
    reports: Sequence[Report], names: Names, rare: Rarity, known: set[str], citing: _Citing, most: int
) -> Story | None:
    found = citing.holding(tell(reports, names, rare, most))
    if not found:
        return None
    sources = [report.source for report in reports]
    basis = count(sources, [(cut.source, cut.text) for cut in found], known)
    publishers = sorted(
        {s.publisher: STANDINGS.index(s.standing) for s in sources if s.publisher}.items(), key=lambda p: (p[1], p[0])
    )
    return Story(
        story_id=story_id(sources[0].origin),
        title=found[0].source.title,
        published=newest(sources) or "",
        publishers=tuple(name for name, _ in publishers),
        origins=basis.origins,
        evidence=basis,
        sentences=tuple(Sentence(cut.text, (citing.cite(cut),)) for cut in found),
    )


def _figure(change: Change, citing: _Citing) -> FigureChange:
    now, before = change.current, change.previous
    rows = [row for row in (before, now) if row is not None]
    return FigureChange(
        dataset=now.dataset,
        series=now.series,
        basis=now.basis,
        unit=now.unit,
        previous=None if before is None else _point(before),
        current=_point(now),
        change_percent=change.percent,
        change_basis=now.change_basis,
        citations=tuple(citing.cite(Cut(row.source, row.passage, 0, len(row.passage.text))) for row in rows),
    )


def _point(row: Figure) -> Point:
    to = next((value for key, value in sorted(row.fields.items()) if key.endswith("_to") and value), "")
    return Point(row.period, row.value, row.source.source_id, row.passage.text, to)


def _disagreement(dispute: Dispute, citing: _Citing) -> Disagreement:
    return Disagreement(dispute.about, tuple(Claim(cut.text, (citing.cite(cut).number,)) for cut in dispute.sides))


def _opponents(new: Sequence[Source], dated: Sequence[Source]) -> list[Source]:
    named = {other for source in new for other in source.disagrees_with}
    ids = {source.source_id for source in new}
    return [s for s in dated if s.source_id in named or ids.intersection(s.disagrees_with)]


def _stands(
    library: Library, before: Sequence[Source], names: Names, rare: Rarity, known: set[str], citing: _Citing
) -> tuple[Story, ...]:
    """The two stories of the last reports before the span that are borne out best, a sentence each."""
    last = sorted(before, key=lambda s: (stated(s.published or "").last, s.source_id))[-BEFORE:]
    groups = cluster(list(reads.reports(library, last).values()), names, rare)
    groups.sort(key=lambda story: _importance(story, set()))
    found = [_story(group, names, rare, known, citing, 1) for group in groups[:2]]
    return tuple(story for story in found if story is not None)
