"""Words and phrases: how a question's words are stemmed, and what stands for what. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.figures.lexicon import FILLER, lemma
from retrieval.names import Name, Names
from retrieval.readers.package import TableDescription
from retrieval.words import STOP_WORDS, fold

Kind = Literal["word", "fixed", "value", "name"]
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|%|\w", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a question and its place in it."""

    text: str
    stem: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    return [Token(match[0], lemma(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]


def stems_of(text: str) -> tuple[str, ...]:
    return tuple(lemma(match[0]) for match in _WORD.finditer(text))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand for something: of table `table` (none for a story's name), as `key` (a value, or a name's key).

    `written` is given where the words only count as they are written.
    """

    stems: tuple[str, ...]
    kind: Kind
    table: int
    field: str
    key: str
    written: tuple[str, ...] = ()
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a question: tokens `start` to `end`."""

    phrase: Phrase
    start: int
    end: int


def as_written(phrase: Phrase, words: Sequence[Token], start: int, end: int, lower: bool) -> bool:
    """Capitals tell a name from a pronoun; where there are none it is the name, unless someone is told something."""
    if not phrase.written:
        return True
    if tuple(word.text.removesuffix("'s").removesuffix("’s") for word in words[start:end]) == phrase.written:
        return True
    before = words[start - 1].stem if start else ""
    return (
        lower and len(phrase.written[0]) > 1 and before not in {"tell", "give", "show", "for", "let", "of", "to", "on"}
    )


def called_elsewhere(descriptions: Sequence[TableDescription]) -> dict[str, set[str]]:
    """What any table calls a value: a people's name stands for its country in the tables too where that is no value."""
    called: dict[str, set[str]] = {}
    for description in descriptions:
        for values in description.values.values():
            for value, alternatives in values.items():
                called.setdefault(value, set()).update(word for word in alternatives if not word.islower())
    return called


def phrases_of(
    spellings: Iterable[str],
    kind: Kind,
    table: int,
    field: str,
    key: str,
    name: Name | None = None,
    exact: bool = False,
) -> Iterator[Phrase]:
    for spelling in spellings:
        found = tokens(spelling)
        if not found:
            continue
        short = len(found) == 1 and (len(spelling) == 1 or fold(spelling) in STOP_WORDS or fold(spelling) in FILLER)
        written = tuple(token.text for token in found) if exact or (short and spelling.isupper()) else ()
        if not written and all(token.stem in FILLER for token in found) and kind == "name":
            continue
        yield Phrase(tuple(token.stem for token in found), kind, table, field, key, written, name)


def initials(names: Names, vocabulary: set[str]) -> dict[str, tuple[str, ...]]:
    """`SF` for "sea freight": initials of the names made of words that the tables use, where they are no name yet."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names.all:
        words = [match[0] for match in _WORD.finditer(name.preferred)]
        if len(words) < 2 or not all(lemma(word) in vocabulary for word in words):
            continue
        letters = "".join(word[0] for word in words).upper()
        if names.named(letters) is None:
            found.setdefault(letters, tuple(words))
    return found
