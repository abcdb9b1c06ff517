"""A public benchmark of passages: how much of what a question wants lies within the first characters found.

A folder holds `questions_df.csv` (question, references, corpus_id) and `corpora/NAME.md` or `.txt`; a reference is
`{content, start_index, end_index}`, its place in the corpus in characters.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMITS = (1_500, 4_000)
_INSIDE = ("", "general_evaluation_data")
_FIELD_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, the corpus that answers it, and the spans of it that do, half-open."""

    question: str
    corpus: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    questions: tuple[Wanted, ...]
    corpora: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A found passage: the corpus that it is from, where its text begins there at the earliest guess, and its text."""

    corpus: str
    start: int
    text: str


def read_benchmark(folder: Path) -> Benchmark:
    """Raises ValueError in one clear line where the folder does not hold a benchmark."""
    table = next((path for part in _INSIDE if (path := folder / part / "questions_df.csv").is_file()), None)
    if table is None:
        raise ValueError(f"{folder} holds no questions_df.csv")
    csv.field_size_limit(_FIELD_LIMIT)
    questions: list[Wanted] = []
    with table.open(encoding="utf-8-sig", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows), start=2):
            try:
                references = json.loads(row["references"])
                spans = tuple((int(one["start_index"]), int(one["end_index"])) for one in references)
                questions.append(Wanted(row["question"], row["corpus_id"], spans))
            except (KeyError, TypeError, ValueError) as fault:
                raise ValueError(f"{table}, line {number}: {type(fault).__name__} {fault}") from None
    corpora = {name: _corpus(table.parent / "corpora", name) for name in sorted({one.corpus for one in questions})}
    return Benchmark(tuple(questions), corpora)


def _corpus(folder: Path, name: str) -> Path:
    for suffix in (".md", ".txt"):
        path = folder / f"{name}{suffix}"
        if path.parent == folder and path.is_file():
            return path
    raise ValueError(f"{folder} holds no {name}.md or {name}.txt")


class Corpus:
    """A corpus's text, in which passages are found again although a reader may have tidied their spaces and markup."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places = [place for place, character in enumerate(text) if character.isalnum()]
        self._letters = "".join(text[place] for place in self._places)

    def span(self, passage: str, near: int) -> tuple[int, int] | None:
        """Where a passage stands, the place nearest to `near` where there are several; None where it does not."""
        whole = passage.strip()
        if not whole:
            return None
        exact = _nearest(self.text, whole, lambda at: abs(at - near))
        if exact is not None:
            return exact, exact + len(whole)
        letters = "".join(character for character in passage if character.isalnum())
        tidied = _nearest(self._letters, letters, lambda at: abs(self._places[at] - near)) if letters else None
        if tidied is None:
            return None
        end = self._places[tidied + len(letters) - 1] + 1
        while end < len(self.text) and not (self.text[end].isalnum() or self.text[end].isspace()):
            end += 1  # the signs that end a sentence belong to it
        return self._places[tidied], end


def _nearest(text: str, part: str, distance: Callable[[int], int]) -> int | None:
    places = []
    at = text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + 1)
    return min(places, key=distance, default=None)


def covered(wanted: Wanted, ranked: Iterable[Ranked], corpus: Corpus, limit: int) -> tuple[int, int]:
    """How many of the wanted characters the first `limit` characters of passages hold, and how many are wanted.

    The passage that crosses the limit is cut there.
    """
    aims = {place for start, end in wanted.spans for place in range(max(start, 0), min(end, len(corpus.text)))}
    held: set[int] = set()
    left = limit
    for one in ranked:
        text = one.text[:left]
        left -= len(text)
        if one.corpus == wanted.corpus and (span := corpus.span(text, one.start)):
            held.update(range(*span))
        if left <= 0:
            break
    return len(aims & held), len(aims)


def shares(found: Sequence[tuple[Wanted, Sequence[Ranked]]], corpora: dict[str, Corpus]) -> dict[str, float]:
    """For each limit the share of the wanted characters that is covered, the mean over the questions."""
    out = {}
    for limit in LIMITS:
        parts = [covered(wanted, ranked, corpora[wanted.corpus], limit) for wanted, ranked in found]
        per_question = [held / aims for held, aims in parts if aims]
        out[str(limit)] = round(sum(per_question) / len(per_question), 4) if per_question else 0.0
    return out
