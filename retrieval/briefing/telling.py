"""Chooses the one or two sentences that tell most of a story: exact cuts, nothing rewritten. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.briefing.stories import Rarity, Report, Vector, centroid, cosine, vector
from retrieval.dates import mentions
from retrieval.models import Passage, Source
from retrieval.names import Names
from retrieval.passages import sentences
from retrieval.words import stems

SAME = 0.62  # cosine, from which a second sentence says what the first has said
REPEATED = 0.5  # how much of what a second sentence repeats is taken off it
WEAK = 0.5  # share of the best score, below which a second sentence is not worth its place
LONGEST = 430  # characters; two of these and three stories still fit into a message
SHORTEST = 45

_LEANS_BACK = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|such|but|and|however|also|there|both|another|the same|"
    r"meanwhile|instead|then|so)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*")
_YEAR = re.compile(r"(?:19|20)\d\d\W*$")
_DISPLACED = re.compile(
    r"\b(?:displaced|refugees?|IDPs?|shelter(?:s|ed|ing)?|relief camps?|aid|humanitarian|sheltered|took refuge)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A sentence where it stands: `passage.text[start:end]`."""

    source: Source
    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


def cuts(report: Report) -> list[Cut]:
    """The sentences of a report, in order."""
    return [
        Cut(report.source, passage, start, end) for passage in report.passages for start, end in sentences(passage.text)
    ]


def tell(story: Sequence[Report], names: Names, rare: Rarity, most: int = 2) -> list[Cut]:
    """The sentences that tell most of the story, the best first; a second one only where it adds something.

    What stands in the middle of the reports tells most of the event, each origin counting once; names, numbers and days
    add to it, and what is thin, very long or leans on a sentence before it takes away.
    """
    harmless = [
        (place, cut) for report in story for place, cut in enumerate(cuts(report)) if not endangers(cut.text, names)
    ]
    candidates = [(place, cut) for place, cut in harmless if tellable(cut.text)] or harmless
    if not candidates:
        return []
    middle = _middle(story, names, rare)
    titles = [frozenset(stems(report.source.title)) for report in story]
    vectors = [vector(cut.text, names, rare) for _, cut in candidates]
    scores = [
        _score(cut, place, vec, middle, titles, names) for (place, cut), vec in zip(candidates, vectors, strict=True)
    ]
    best = _first(range(len(candidates)), scores, candidates)
    chosen = [best]
    while len(chosen) < most:
        worth = {
            i: score - REPEATED * max(cosine(vectors[i], vectors[one]) for one in chosen)
            for i, score in enumerate(scores)
            if i not in chosen and score >= WEAK * scores[best]
        }
        fresh = {i: value for i, value in worth.items() if all(cosine(vectors[i], vectors[c]) < SAME for c in chosen)}
        if not fresh:
            break
        chosen.append(_first(list(fresh), fresh, candidates))
    return [candidates[index][1] for index in chosen]


def _first(
    indices: Sequence[int], scores: Sequence[float] | Mapping[int, float], candidates: Sequence[tuple[int, Cut]]
) -> int:
    """The best of these, the same one whatever order they come in."""
    return min(indices, key=lambda i: (-round(scores[i], 9), candidates[i][1].source.source_id, candidates[i][0]))


def tellable(text: str) -> bool:
    """Whether a sentence stands alone: whole, neither thin nor too long, and not leaning on the one before."""
    whole = text[-1:] in ".!?。။" or text[-2:-1] in ".!?。။"
    return whole and SHORTEST <= len(text) <= LONGEST and not _LEANS_BACK.match(text)


def endangers(text: str, names: Names) -> bool:
    """Whether a sentence tells of a place finer than a township where displaced people or aid are."""
    if not _DISPLACED.search(text):
        return False
    return any(
        name.kind == "place" and name.township is not None and name.preferred.casefold() != name.township.casefold()
        and name.preferred.casefold() != f"{name.township} township".casefold()
        for name in names.find(text)
    )  # fmt: skip


def _middle(story: Sequence[Report], names: Names, rare: Rarity) -> Vector:
    by_origin: dict[str, list[Vector]] = {}
    for report in story:
        by_origin.setdefault(report.source.origin, []).append(
            vector(f"{report.source.title}\n{report.text}", names, rare)
        )
    return centroid([centroid(by_origin[origin]) for origin in sorted(by_origin)])


def _score(cut: Cut, place: int, vec: Vector, middle: Vector, titles: Sequence[frozenset[str]], names: Names) -> float:
    text = cut.text
    density = (
        min(len(names.find(text)), 4) * 0.03
        + min(len([n for n in _NUMBER.findall(text) if not _YEAR.match(n)]), 3) * 0.04
        + (0.05 if any(mention.day or mention.month for mention in mentions(text)) else 0.0)
    )
    title = 0.15 * sum(len(words.intersection(stems(text))) / max(1, len(words)) for words in titles) / len(titles)
    size = -0.08 if len(text) < 80 else -0.06 if len(text) > 320 else 0.0
    return cosine(vec, middle) + density + title + size + max(0.0, 0.06 - 0.02 * place)
