"""The story: what `data/` holds, read and loaded into the library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import yaml

from retrieval.library import Library, Stored
from retrieval.models import Document, Standing
from retrieval.names import Names, load_names
from retrieval.readers import Rejected, TableDescription, Unreadable, brief_faults, files_in, read_file, read_package
from retrieval.readers.package import PACKAGE_NAME
from retrieval.words import fold, stems, words

SHIPPED = "vectors.npz"  # the vectors of the story's texts, beside them
STANDINGS: tuple[Standing, ...] = ("primary", "newsroom", "trade", "party", "secondary", "unrated")


@dataclass(frozen=True, slots=True)
class Topic:
    """A named part of the story; `words` are what an undeclared source is known by."""

    topic: str
    title: str
    description: str
    words: tuple[str, ...]


class Publishers:
    """What each publisher is to the story."""

    def __init__(self, standings: dict[str, Standing]) -> None:
        self._standings = {_key(name): standing for name, standing in standings.items()}
        self.digest = hashlib.sha256(repr(sorted(self._standings.items())).encode()).hexdigest()[:12]

    def standing(self, publisher: str) -> Standing:
        """By the name, a variant, or what stands before a bracket; else unrated."""
        return self._standings.get(_key(publisher)) or self._standings.get(_key(publisher.split(" (")[0]), "unrated")


def _key(name: str) -> str:
    return " ".join(fold(word) for word in words(name))


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that makes the bot follow this story and not another."""

    folder: Path
    names: Names
    publishers: Publishers
    topics: tuple[Topic, ...]
    tables: tuple[TableDescription, ...]

    def topics_of(self, text: str) -> tuple[str, ...]:
        """The topics whose words a text uses most, for a source that declares none."""
        held = frozenset(stems(text)) | self.names.keys(text)
        scores = {topic.topic: len(held & _known_by(topic.words, self.names)) for topic in self.topics}
        best = max(scores.values(), default=0)
        return tuple(topic for topic, score in scores.items() if best >= 2 and score >= max(2, best / 2))


@lru_cache(maxsize=64)
def _known_by(phrases: tuple[str, ...], names: Names) -> frozenset[str]:
    return frozenset(term for phrase in phrases for term in (names.keys(phrase) or stems(phrase)))


def read_story(folder: Path) -> Story:
    """Reads the story's own files. Raises ValueError with one clear line where one is malformed."""
    tables: tuple[TableDescription, ...] = ()
    if (folder / "datasets").is_dir():
        try:
            tables = read_package(folder / "datasets")
        except Unreadable as fault:
            raise ValueError(f"{folder / 'datasets'}: {fault}") from fault
    try:
        return Story(
            folder=folder,
            names=load_names(folder / "names.yaml"),
            publishers=_publishers(folder / "publishers.yaml"),
            topics=_topics(folder / "topics.yaml"),
            tables=tables,
        )
    except yaml.YAMLError as fault:
        raise ValueError(f"{folder}: {' '.join(str(fault).split())}") from fault


def _entries(path: Path) -> list[dict[str, object]]:
    if not path.is_file():
        return []
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{path.name}: a list of entries is wanted")
    return entries


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _publishers(path: Path) -> Publishers:
    standings: dict[str, Standing] = {}
    for entry in _entries(path):
        standing = next((one for one in STANDINGS if one == entry.get("standing")), None)
        if standing is None or not entry.get("name"):
            raise ValueError(
                f"{path.name}: {entry.get('name')!r} needs a name and a standing of {', '.join(STANDINGS)}"
            )
        for name in (str(entry["name"]), *_strings(entry.get("variants"))):
            standings[name] = standing
    return Publishers(standings)


def _topics(path: Path) -> tuple[Topic, ...]:
    topics: list[Topic] = []
    for entry in _entries(path):
        name = str(entry.get("topic", ""))
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
            raise ValueError(f"{path.name}: a topic is lower-case words joined by hyphens, not {name!r}")
        topics.append(
            Topic(
                name, str(entry.get("title") or name), str(entry.get("description") or ""), _strings(entry.get("words"))
            )
        )
    return tuple(topics)


@dataclass(frozen=True, slots=True)
class Loaded:
    stored: Stored
    rejected: tuple[Rejected, ...]
    withdrawn: int


def load(story: Story, library: Library, now: datetime) -> Loaded | None:
    """Brings the library up to the story's files; None where nothing changed since the last time.

    A changed file is an update, a file gone is withdrawn quietly. A brief without provenance and a row without a source
    are refused, and the rest goes in.
    """
    state = _state(story)
    if library.meta("story") == state:
        return None
    documents, rejected = documents_of(story)
    stored = library.store(documents, "data", now)
    wanted = {document.source_id for document in documents}
    gone = sorted(library.live_ids("data") - wanted)
    for source_id in gone:
        library.withdraw(source_id, None, now)
    for one in rejected:
        library.skip(one.input, "", one.why, now)
    library.set_meta("story", state)
    return Loaded(stored, rejected, len(gone))


def documents_of(story: Story) -> tuple[list[Document], tuple[Rejected, ...]]:
    """The story's sources, as far as they are sound, and what was refused."""
    parts = (story.folder / "briefs", story.folder / "datasets" / PACKAGE_NAME)
    reading = [read_file(part, root=story.folder) for part in parts if part.exists()]
    rejected = [one for part in reading for one in part.rejected]
    documents: dict[str, Document] = {}
    for document in (document for part in reading for document in part.documents):
        faults = brief_faults(document) if document.kind == "brief" else ()
        if document.source_id in documents:
            faults = (f"the id {document.source_id} stands twice",)
        if faults:
            rejected.append(Rejected(document.source_id, "; ".join(faults)))
            continue
        documents[document.source_id] = (
            document if document.topics else replace(document, topics=story.topics_of(document.text))
        )
    sound: list[Document] = []
    for document in documents.values():
        lost = [row for row in document.rows if row.source_id not in documents]
        rejected.extend(
            Rejected(f"{document.source_id}, {row.period}", f"its source {row.source_id!r} is not in the story")
            for row in lost
        )
        sound.append(
            replace(document, rows=tuple(row for row in document.rows if row.source_id in documents))
            if lost
            else document
        )
    return sound, tuple(rejected)


def _state(story: Story) -> str:
    """Which files the story has, in which state; publishers count, since their standing is stored with a source."""
    shipped = story.folder / SHIPPED
    parts: list[Sequence[object]] = [(story.publishers.digest, shipped.stat().st_size if shipped.is_file() else 0)]
    for folder in (story.folder / "briefs", story.folder / "datasets"):
        if folder.is_dir():
            for path in files_in(folder):
                status = path.stat()
                parts.append((path.relative_to(story.folder).as_posix(), status.st_size, status.st_mtime_ns))
    return hashlib.sha256(repr((str(story.folder.resolve()), parts)).encode()).hexdigest()
