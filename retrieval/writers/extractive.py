"""Writes an answer out of whole sentences of the sources: no key, no network, nothing made up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.candidates import Sentence
from retrieval.models import Citation, Claim, Draft
from retrieval.words import stems

ENGINE = "extractive"
MOST = 3  # sentences of an answer
SAME = 0.6  # share of common words from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence with its score among the others; a difference of one is a factor of e in the odds."""

    sentence: Sentence
    score: float


def write(ranked: Sequence[Ranked], within: float) -> Draft:
    """The fewest sentences that answer: the best, then those within `within` of its score that add something.

    A sentence that says the same as one taken is left out, unless it comes from another origin and confirms it closely.
    """
    taken: list[Ranked] = []
    for one in ranked:
        if len(taken) == MOST or (taken and taken[0].score - one.score > within):
            break
        if any(_repeats(one, other) for other in taken):
            continue
        taken.append(one)
    citations = tuple(
        Citation(number, one.sentence.found.passage, one.sentence.found.source, one.sentence.start, one.sentence.end)
        for number, one in enumerate(taken, start=1)
    )
    claims = tuple(Claim(citation.quote, (citation.number,)) for citation in citations)
    return Draft(ENGINE, claims, citations)


def _repeats(one: Ranked, other: Ranked) -> bool:
    mine, theirs = frozenset(stems(one.sentence.text)), frozenset(stems(other.sentence.text))
    shared = len(mine & theirs) / (min(len(mine), len(theirs)) or 1)
    return (shared > SAME and one.sentence.found.source.origin == other.sentence.found.source.origin) or shared > 0.9
