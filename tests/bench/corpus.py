"""A large library for the benchmark: the story, and articles recombined from the sentences of its briefs.

Every name is changed for another of its kind and every number for another of its length, so that no two texts are
alike. The same story gives the same corpus, to the letter.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.models import Document
from retrieval.names import Name, Names
from retrieval.passages import passages, sentences
from retrieval.readers import files_in, read_file

PARAGRAPHS = 5  # of an article; each has sentences of two briefs
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The story's own documents, the articles beside them, and how many passages they are cut into."""

    story: tuple[Document, ...]
    articles: tuple[Document, ...]
    passages: int

    def lines(self) -> str:
        """The articles as `ingest` takes them, one JSON document a line."""
        keys = ("source_id", "title", "text", "publisher", "published")
        rows = ({key.removeprefix("source_"): getattr(one, key) for key in keys} for one in self.articles)
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def make(data: Path, names: Names, size: int) -> Corpus:
    """A corpus of about `size` passages from the story in `data`."""
    story = tuple(document for path in files_in(data / "briefs") for document in read_file(path).documents)
    count = sum(len(passages(document.text)) for document in story)
    articles: list[Document] = []
    for article in _articles(story, names):
        if count >= size:
            break
        articles.append(article)
        count += len(passages(article.text))
    return Corpus(story, tuple(articles), count)


def _articles(story: Sequence[Document], names: Names) -> Iterator[Document]:
    chance = random.Random(7)
    change = _Change(names, chance)
    told = [[document.text[start:end] for start, end in sentences(document.text)] for document in story]
    number = 0
    while True:
        number += 1
        paragraphs = []
        for _ in range(PARAGRAPHS):
            first, second = chance.sample(told, 2)
            paragraphs.append(" ".join(change(sentence) for sentence in (*first[:4], *second[-4:])))
        model = chance.choice(story)
        published = f"{chance.randint(2018, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        yield Document(
            source_id=f"bench-{number:05}",
            kind="article",
            title=change(model.title),
            text="\n\n".join(paragraphs),
            publisher=model.publisher,
            published=published,
        )


class _Change:
    """Puts other names and numbers into a sentence."""

    def __init__(self, names: Names, chance: random.Random) -> None:
        self._names = names
        self._chance = chance
        self._kinds: defaultdict[str, list[Name]] = defaultdict(list)
        for name in names.all:
            self._kinds[name.kind].append(name)

    def __call__(self, text: str) -> str:
        for name in self._names.find(text):
            other = self._chance.choice(self._kinds[name.kind]).preferred
            spellings = sorted((*name.spellings, *name.exact), key=lambda one: (-len(one), one))
            pattern = "|".join(re.escape(spelling) for spelling in spellings)
            text = other.join(re.split(rf"(?<!\w)(?:{pattern})(?!\w)", text))
        return _DIGITS.sub(self._number, text)

    def _number(self, found: re.Match[str]) -> str:
        digits = found.group()
        if _YEAR.fullmatch(digits):
            return str(self._chance.randint(2015, 2025))
        low = 10 ** (len(digits) - 1)
        return str(self._chance.randint(low, 10 * low - 1))
