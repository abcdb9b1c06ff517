"""Clusters reports into stories: those that tell of one event. Pure, and the same for the same reports in any order.

Retellings of one origin are one story. Beyond that, two groups join where they share names, rare words and days enough,
lie within a week, and are no series of one publisher (two daily price reports are two events).
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from retrieval.dates import mentions, stated
from retrieval.models import Passage, Source
from retrieval.names import Names
from retrieval.words import stems

ALIKE = 0.34  # cosine of two groups, from which they tell of one event
APART = timedelta(days=7)  # between the dates of two reports of one event
_NAME_WEIGHT = 1.4
_DAY_WEIGHT = 3.0

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """A source and the live passages cut from it, in order."""

    source: Source
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much a word tells: the fewer texts hold it, the more."""

    texts: int
    held_by: Mapping[str, int]

    def of(self, word: str) -> float:
        return max(0.0, math.log((self.texts + 1) / (self.held_by.get(word, 0) + 1)) - 0.7)


def rarity(texts: Iterable[str]) -> Rarity:
    """Counts over these texts how many hold each word."""
    held: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        held.update(set(stems(text)))
    return Rarity(total, held)


def vector(text: str, names: Names, rare: Rarity) -> Vector:
    """The text by its rare words, its names and the days that it tells of, of length one."""
    found: Vector = {}
    for word, times in Counter(stems(text)).items():
        weight = rare.of(word) * (1 + math.log(times))
        if weight > 0:
            found[word] = weight
    for name in names.find(text):
        first = stems(name.preferred)
        found[name.key] = _NAME_WEIGHT * max((rare.of(word) for word in first), default=1.0)
    for mention in mentions(text):
        if mention.day is not None:
            found[f"day {mention.month}-{mention.day}"] = _DAY_WEIGHT
    return unit(found)


def unit(found: Vector) -> Vector:
    """The same direction, of length one. Summed in the order of the words: the last digit is always the same."""
    length = math.sqrt(sum(found[key] ** 2 for key in sorted(found)))
    return {key: found[key] / length for key in sorted(found)} if length else {}


def cosine(one: Vector, other: Vector) -> float:
    """Of two vectors of length one."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[key] for key, weight in small.items() if key in large)


def centroid(vectors: Sequence[Vector]) -> Vector:
    """What these have in common, of length one."""
    total: Vector = {}
    for each in vectors:
        for key, weight in each.items():
            total[key] = total.get(key, 0.0) + weight
    return unit(total)


def cluster(reports: Sequence[Report], names: Names, rare: Rarity) -> list[tuple[Report, ...]]:
    """The reports by story; in each the oldest first."""
    groups: dict[str, list[Report]] = {}
    for report in sorted(reports, key=_by_date):
        groups.setdefault(report.source.origin, []).append(report)
    vectors = {
        origin: centroid([vector(f"{r.source.title}\n{r.text}", names, rare) for r in members])
        for origin, members in groups.items()
    }
    home = {origin: origin for origin in groups}
    for _, one, other in _pairs(groups, vectors):
        left, right = home[one], home[other]
        if left == right or not _may_join(groups[left], groups[right]):
            continue
        if cosine(vectors[left], vectors[right]) < ALIKE:
            continue
        kept, gone = sorted((left, right))
        vectors[kept] = centroid([vectors[kept], vectors.pop(gone)])
        groups[kept] = sorted(groups[kept] + groups.pop(gone), key=_by_date)
        home = {origin: kept if place == gone else place for origin, place in home.items()}
    return [tuple(members) for _, members in sorted(groups.items())]


def story_id(origin: str) -> str:
    """The id of the story that this origin opens."""
    return "st" + hashlib.sha256(origin.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _pairs(groups: Mapping[str, list[Report]], vectors: Mapping[str, Vector]) -> list[tuple[float, str, str]]:
    """The pairs that are alike, the most alike first. Only groups that share a telling word are compared."""
    holders: dict[str, list[str]] = {}
    for origin in sorted(groups):
        for key, weight in vectors[origin].items():
            if weight > 0.08:
                holders.setdefault(key, []).append(origin)
    candidates = {pair for origins in holders.values() for pair in combinations(origins, 2)}
    found = [
        (round(-cosine(vectors[one], vectors[other]), 9), one, other)
        for one, other in candidates
        if _may_join(groups[one], groups[other])
    ]
    return sorted(pair for pair in found if -pair[0] >= ALIKE)


def _may_join(one: Sequence[Report], other: Sequence[Report]) -> bool:
    left = [stated(r.source.published or "") for r in one]
    right = [stated(r.source.published or "") for r in other]
    if min(s.first for s in right) - max(s.last for s in left) > APART:
        return False
    if min(s.first for s in left) - max(s.last for s in right) > APART:
        return False
    publishers = {r.source.publisher.casefold() for r in one}
    return not any(r.source.publisher.casefold() in publishers for r in other)


def _by_date(report: Report) -> tuple[object, str]:
    return stated(report.source.published or "").last, report.source.source_id
