"""Where sources disagree: both sides, each an exact sentence with its date. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from retrieval.briefing.changed_figures import Conflict
from retrieval.briefing.stories import Rarity, Report, cosine, vector
from retrieval.briefing.telling import SHORTEST, Cut, cuts, endangers
from retrieval.dates import mentions
from retrieval.names import Names
from retrieval.words import number_form, stems, words

NEAR = 0.27  # cosine of two sentences, below which they do not speak of one thing
COMMON = 3  # words that both must share beside names and numbers
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ial)|untrue|false|reject(?:s|ed)?|refut(?:es|ed)|not|never|no|nor|without|rumou?rs?|n['’]t)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Dispute:
    """What two sources say of one thing. `about` is told in the names that both sides share."""

    about: str
    sides: tuple[Cut, Cut]


def disputes(new: Sequence[Report], dated: Mapping[str, Report], names: Names, rare: Rarity) -> list[Dispute]:
    """One dispute for each pair of origins that declare to disagree, a new report's side first.

    `dated` holds the reports that exist by the end of the span, each with a date; a side that is not among them (a
    later denial) is not told.
    """
    declared: dict[tuple[str, str], Dispute] = {}
    scores: dict[tuple[str, str], float] = {}
    by_id = {report.source.source_id: report for report in new}
    for report in new:
        opponents = set(report.source.disagrees_with)
        opponents |= {other for other, r in dated.items() if report.source.source_id in r.source.disagrees_with}
        for other_id in sorted(opponents):
            other = by_id.get(other_id) or dated.get(other_id)
            if other is None or other.source.origin == report.source.origin:
                continue
            one, two = sorted((report.source.origin, other.source.origin))
            score, found = _closest(report, other, names, rare)
            if found is not None and score > scores.get((one, two), NEAR):
                scores[one, two], declared[one, two] = score, found
    return [declared[key] for key in sorted(declared, key=lambda key: (-scores[key], key))]


def figure_disputes(conflicts: Sequence[Conflict]) -> list[Dispute]:
    """The rows that give one period of one series two values."""
    found = []
    for conflict in conflicts:
        about = f"{conflict.new.series}, {conflict.new.period}"
        sides = tuple(
            Cut(figure.source, figure.passage, 0, len(figure.passage.text)) for figure in (conflict.new, conflict.other)
        )
        found.append(Dispute(about, (sides[0], sides[1])))
    return found


def _closest(one: Report, other: Report, names: Names, rare: Rarity) -> tuple[float, Dispute | None]:
    """The pair of sentences that speak most of the same thing, and how much."""
    best: tuple[float, str, str] | None = None
    chosen: tuple[Cut, Cut] | None = None
    for left, right in product(_sayable(one, names), _sayable(other, names)):
        if not opposed(left.text, right.text) or len(_common(left.text, right.text, names)) < COMMON:
            continue
        score = round(cosine(vector(left.text, names, rare), vector(right.text, names, rare)), 9)
        key = (-score, left.text, right.text)
        if best is None or key < best:
            best, chosen = key, (left, right)
    if best is None or chosen is None:
        return 0.0, None
    return -best[0], Dispute(_about(chosen[0].text, chosen[1].text, names), chosen)


def _common(one: str, other: str, names: Names) -> set[str]:
    """The telling words of both, names left out: two sentences on one army need not speak of one thing."""
    named = {word for name in names.find(one) for spelling in name.spellings for word in stems(spelling)}
    return {word for word in set(stems(one)).intersection(stems(other)) - named if not word[0].isdigit()}


def opposed(one: str, other: str) -> bool:
    """Whether two sentences can say otherwise of one thing: only one of them denies, or their numbers differ."""
    if bool(_DENIES.search(one)) != bool(_DENIES.search(other)):
        return True
    left, right = _numbers(one), _numbers(other)
    return bool(left and right) and not left & right


def _numbers(text: str) -> frozenset[str]:
    """The numbers of a text that are no part of a date."""
    dates = [(mention.start, mention.end) for mention in mentions(text)]
    return frozenset(
        number_form(found.group().rstrip(".,"))
        for found in _NUMBER.finditer(text)
        if not any(start <= found.start() < end for start, end in dates)
    )


def _sayable(report: Report, names: Names) -> list[Cut]:
    return [cut for cut in cuts(report) if len(cut.text) >= SHORTEST and not endangers(cut.text, names)]


def _about(one: str, other: str, names: Names) -> str:
    shared = names.keys(other)
    found = [name.preferred for name in names.find(one) if name.key in shared]
    if found:
        return ", ".join(found[:3])
    shared_stems = set(stems(other))
    return " ".join([word for word in words(one) if shared_stems.intersection(stems(word))][:4])
