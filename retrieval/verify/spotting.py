"""Where the names of the story stand in a text. Pure."""

from __future__ import annotations

from functools import lru_cache

from retrieval.names import Names
from retrieval.words import fold, words

_Spelling = tuple[tuple[str, ...], bool, str]  # its words, whether only as written, the name's key


@lru_cache(maxsize=8)
def _spellings(names: Names) -> dict[str, tuple[_Spelling, ...]]:
    """The spellings by their first word, the longest first."""
    found: dict[str, list[_Spelling]] = {}
    for name in names.all:
        for spelling in name.spellings:
            folded = tuple(fold(_plain(word)) for word in words(spelling))
            if folded:
                found.setdefault(folded[0], []).append((folded, False, name.key))
        for spelling in name.exact:
            written = tuple(map(_plain, words(spelling)))
            if written:
                found.setdefault(fold(written[0]), []).append((written, True, name.key))
    return {first: tuple(sorted(all_, key=lambda one: -len(one[0]))) for first, all_ in found.items()}


def spotted(raw: list[tuple[str, int, int]], names: Names) -> list[tuple[str, int, int]]:
    """The key, start and end of each name among the words of a text, the longest spelling first."""
    by_first = _spellings(names)
    if not by_first:
        return []
    written = [_plain(word) for word, _, _ in raw]
    folded = [fold(word) for word in written]
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(folded):
        for spelling, exact, key in by_first.get(folded[at], ()):
            end = at + len(spelling)
            if tuple((written if exact else folded)[at:end]) == spelling:
                found.append((key, raw[at][1], raw[end - 1][2]))
                at = end - 1
                break
        at += 1
    return found


def _plain(word: str) -> str:
    """Without its possessive: "Kim's" in a text and in a spelling are both "Kim"."""
    return word[:-2] if word.lower().endswith(("'s", "’s")) else word
