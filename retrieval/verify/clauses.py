"""Cuts a sentence into fragments at punctuation and connectives, and gathers them into clauses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrieval.verify.lexicon import ALWAYS_SAYING, AUXILIARIES, CLAUSE_OPENERS, MODALS, NEGATIVE_WORDS, is_verb

# “denied” belongs to what it denies.
_INTRODUCING = ALWAYS_SAYING - NEGATIVE_WORDS


class Place(NamedTuple):
    fragment: int
    clause: int


def places(words: Sequence[str], punct: Sequence[bool], sentence: Sequence[int]) -> list[Place]:
    """The fragment and the clause of each word; `words` are folded, "" where no word is.

    A fragment without a verb belongs to the clause before it, or opens the one that follows.
    """
    fragments: list[int] = []
    current = -1
    for index, word in enumerate(words):
        after_saying = index > 0 and words[index - 1] in _INTRODUCING and not punct[index]
        opens = index == 0 or punct[index] or sentence[index] != sentence[index - 1]
        if opens or after_saying or (word in CLAUSE_OPENERS and words[index - 1] not in CLAUSE_OPENERS):
            current += 1
        fragments.append(current)
    has_verb = [False] * (current + 1)
    sentence_of = [0] * (current + 1)
    for index, word in enumerate(words):
        sentence_of[fragments[index]] = sentence[index]
        if word and (word in AUXILIARIES or word in MODALS or is_verb(word)):
            has_verb[fragments[index]] = True
    clause_of: list[int] = []
    clause, verb = 0, False
    for index, verbal in enumerate(has_verb):
        if index and (sentence_of[index] != sentence_of[index - 1] or (verbal and verb)):
            clause, verb = clause + 1, False
        verb = verb or verbal
        clause_of.append(clause)
    return [Place(fragment, clause_of[fragment]) for fragment in fragments]
