"""The names of the story under all their spellings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from retrieval.words import fold, words


@dataclass(frozen=True, slots=True)
class Name:
    """One person, place, unit, company or substance. `key` is what it is searched by, one word of letters and digits.

    `spellings` are matched in any case, `exact` only as they are written ("US" and "us" differ).
    """

    key: str
    preferred: str
    kind: str
    spellings: tuple[str, ...]
    exact: tuple[str, ...] = ()
    township: str | None = None
    zone: str | None = None


class Names:
    """Finds names in a text, the longest spelling first."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self.all = tuple(names)
        self._by_words: dict[tuple[str, ...], Name] = {}
        self._exact: dict[tuple[str, ...], Name] = {}
        # Scripts that put no space between words: found anywhere in a text, the longest first.
        self._unspaced = sorted(
            ((spelling, name) for name in self.all for spelling in name.spellings if _is_unspaced(spelling)),
            key=lambda pair: -len(pair[0]),
        )
        self._longest: dict[str, int] = {}
        for name in self.all:
            for spelling in name.spellings:
                key = tuple(fold(_without_possessive(word)) for word in words(spelling))
                if key:
                    self._by_words.setdefault(key, name)
                    self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))
            for spelling in name.exact:
                written = tuple(_without_possessive(word) for word in words(spelling))
                self._exact.setdefault(written, name)
                first = fold(written[0])
                self._longest[first] = max(self._longest.get(first, 0), len(written))
        self.find = lru_cache(maxsize=16_384)(self._find)

    def _find(self, text: str) -> tuple[Name, ...]:
        """The names in a text, each once, in order of first mention."""
        found: dict[str, Name] = {}
        written = [_without_possessive(word) for word in words(text)]
        folded = [fold(word) for word in written]
        at = 0
        while at < len(folded):
            for length in range(min(self._longest.get(folded[at], 0), len(folded) - at), 0, -1):
                name = self._by_words.get(tuple(folded[at : at + length])) or self._exact.get(
                    tuple(written[at : at + length])
                )
                if name is not None:
                    found.setdefault(name.key, name)
                    at += length - 1
                    break
            at += 1
        if _is_unspaced(text):
            for spelling, name in self._unspaced:
                if spelling in text:
                    found.setdefault(name.key, name)
                    text = text.replace(spelling, " ")
        return tuple(found.values())

    def keys(self, text: str) -> frozenset[str]:
        """The keys of the names in a text."""
        return frozenset(name.key for name in self.find(text))

    def named(self, spelling: str) -> Name | None:
        """The name that this spelling stands for, if any."""
        written = tuple(_without_possessive(word) for word in words(spelling))
        return self._by_words.get(tuple(fold(word) for word in written)) or self._exact.get(written)


def _is_unspaced(text: str) -> bool:
    """Whether a text has letters of Burmese or Chinese."""
    return any("\u1000" <= c <= "\u109f" or "\u4e00" <= c <= "\u9fff" for c in text)


def _without_possessive(word: str) -> str:
    return word[:-2] if word.lower().endswith(("'s", "’s")) else word


def load_names(path: Path) -> Names:
    """Reads `names.yaml`; without the file there are no names. Raises ValueError naming the entry that is wrong."""
    if not path.is_file():
        return Names()
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or []  # ten times as quick
    names: list[Name] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not entry.get("preferred") or not entry.get("kind"):
            raise ValueError(f"{path.name}: entry {number} needs preferred and kind")
        spellings = [entry["preferred"]]
        for field in ("variants", "burmese", "chinese"):
            spellings.extend(entry.get(field) or [])
        names.append(
            Name(
                key="nm" + "".join(c for c in fold(str(entry["preferred"])) if c.isalnum()),
                preferred=str(entry["preferred"]),
                kind=str(entry["kind"]),
                spellings=tuple(dict.fromkeys(str(spelling) for spelling in spellings)),
                exact=tuple(map(str, entry.get("exact") or [])),
                township=entry.get("township"),
                zone=entry.get("zone"),
            )
        )
    return Names(names)
