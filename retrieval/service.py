"""What the bot and the commands call: the library, its indexes and the answers, wired once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from retrieval.answer import Answering
from retrieval.briefing.compose import Digest, compose
from retrieval.briefing.stories import story_id
from retrieval.candidates import Found, Sentence
from retrieval.clock import Clock
from retrieval.cross_encoder import CrossEncoder
from retrieval.database import Database
from retrieval.embedding import BUNDLED, BundledEmbedder, Embedder, Encoder, Floats, NamedEmbedder
from retrieval.index import Index, IndexMismatch
from retrieval.library import Library
from retrieval.models import Answer
from retrieval.question import Question
from retrieval.ranker import load_ranker
from retrieval.reader import Reader
from retrieval.readers import read_file
from retrieval.story import SHIPPED, Story, load, read_story
from retrieval.vectors import Vectors

Progress = Callable[[str, int, int], None]
_BATCH = 64
_log = logging.getLogger(__name__)


class Trouble(Exception):
    """What a person can mend, in one clear line."""


@dataclass
class IngestReport:
    """What came of an ingest, as `ingest --json` tells it."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: list[str] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0


class Retrieval:
    """The one way through, from sources to answers. Thread-safe; open one for each process."""

    def __init__(
        self,
        database: Database,
        story: Story,
        library: Library,
        vectors: Vectors,
        index: Index,
        answering: Answering,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vectors = vectors
        self._answering = answering
        self.story = story
        self.library = library
        self.index = index
        self.names = story.names
        self.topics = story.topics

    @classmethod
    def open(
        cls,
        home: Path,
        data: Path,
        clock: Clock,
        database_url: str | None = None,
        chroma_url: str | None = None,
        embedding_model: str = BUNDLED,
        progress: Progress | None = None,
        *,
        check_model: bool = True,
    ) -> Retrieval:
        """Opens the home, brings tables, story and indexes up to date. Raises Trouble.

        `check_model` is off for `reindex`, which mends an index that was built with another model.
        """
        try:
            home.mkdir(parents=True, exist_ok=True)
            story = read_story(data)
            database = Database(database_url or f"sqlite:///{home.resolve() / 'library.sqlite'}")
            database.migrate()
            encoder = Encoder(home / "models")
            embedder: Embedder = (
                BundledEmbedder(encoder) if embedding_model == BUNDLED else NamedEmbedder(embedding_model)
            )
            library = Library(database, story.publishers.standing)
            vectors = Vectors(database, encoder, embedder)
            index = Index(library, story.names, vectors, home, chroma_url)
            cross_encoder = CrossEncoder(encoder.words)
            answering = Answering(story, library, index, vectors, encoder, Reader(), cross_encoder, load_ranker())
            retrieval = cls(database, story, library, vectors, index, answering, clock)
            retrieval._load_story()
            if check_model:
                retrieval.refresh(progress)
        except OSError as fault:
            raise Trouble(f"{fault.filename or home}: {fault.strerror or fault}") from fault
        except SQLAlchemyError as fault:
            raise Trouble(f"the database cannot be used: {_first_line(fault)}") from fault
        except (ValueError, ImportError, IndexMismatch) as fault:
            raise Trouble(_first_line(fault)) from fault
        return retrieval

    def _load_story(self) -> None:
        loaded = load(self.story, self.library, self._clock.now())
        if loaded is None:
            return
        self._vectors.load_shipped(self.story.folder / SHIPPED)
        for one in loaded.rejected:
            _log.warning("left out of the story: %s: %s", one.input, one.why)

    # Asking

    def ask(self, question: str, now: datetime | None = None) -> Answer:
        """Answers a question; with `now`, as if it were then."""
        return self._answering.ask(question, self._clock.now(), now)

    def gather(self, question: str) -> tuple[Question, list[Found], list[Sentence], Floats]:
        """What would be considered for a question, with its features: what the ranker is trained on."""
        return self._answering.gather(question, self._clock.now())

    def read_closely(self, question: Question, sentences: Sequence[Sentence]) -> Floats:
        """What the cross-encoder makes of each sentence: log-odds."""
        return self._answering.read_closely(question, sentences)

    def search(self, query: str, k: int = 10, now: datetime | None = None) -> list[Found]:
        """The k best passages in rank order."""
        return self._answering.search(query, k, now) if query.strip() else []

    def digest(self, topic: str | None, since: datetime, until: datetime, now: datetime | None = None) -> Digest:
        """What changed in a topic (or all) in the half-open span."""
        return compose(self.library, self.names, topic, since, until, now or self._clock.now())

    def sources(self, now: datetime | None = None) -> list[dict[str, Any]]:
        """Every source that is or was in the library, as `sources --json` tells it."""
        counts = self.library.passage_counts()
        found = self.library.sources(now)
        behind: dict[str, list[str]] = {}
        for source in found:
            behind.setdefault(source.origin, []).append(source.publisher)
        return [
            {
                "source_id": source.source_id,
                "kind": source.kind,
                "title": source.title,
                "publisher": source.publisher,
                "standing": source.standing,
                "publishers": sorted(set(behind[source.origin])),
                "origin": source.origin,
                "language": source.language,
                "url": source.url,
                "published": source.published,
                "about": source.about,
                "first_seen": source.first_seen.isoformat().replace("+00:00", "Z"),
                "known_at": source.known_at.isoformat().replace("+00:00", "Z") if source.known_at else None,
                "topics": list(source.topics),
                "story_id": story_id(source.origin),
                "state": source.state,
                "version": source.version,
                "passages": counts.get(source.source_id, 0),
            }
            for source in found
        ]

    # Changing

    def ingest(self, inputs: Sequence[str], progress: Progress | None = None) -> IngestReport:
        """Adds files and folders. What is good goes in, the rest is told with its reason."""
        started = perf_counter()
        report = IngestReport()
        for one in inputs:
            if one.startswith(("http://", "https://")):
                why = "pages and feeds are not read by address yet: save the page and ingest the file"
                report.rejected.append({"input": one, "why": why})
                continue
            path = Path(one)
            if not path.exists():
                report.rejected.append({"input": one, "why": "there is no such file or folder"})
                continue
            reading = read_file(path)
            report.rejected.extend({"input": fault.input, "why": fault.why} for fault in reading.rejected)
            documents = list(reading.documents)
            for start in range(0, len(documents), _BATCH):
                batch = [self._placed(document) for document in documents[start : start + _BATCH]]
                stored = self.library.store(batch, "ingest", self._clock.now())
                report.added += len(stored.added)
                report.updated += len(stored.updated)
                report.unchanged += len(stored.unchanged)
                report.duplicates.extend(stored.duplicates)
                report.rejected.extend({"input": source_id, "why": why} for source_id, why in stored.refused)
                report.passages += stored.passages
                if progress:
                    progress("reading", min(start + _BATCH, len(documents)), len(documents))
        self.refresh(progress)
        report.seconds = round(perf_counter() - started, 3)
        return report

    def _placed(self, document: Any) -> Any:
        from dataclasses import replace

        return document if document.topics else replace(document, topics=self.story.topics_of(document.text))

    def withdraw(self, source_id: str, why: str) -> None:
        """Takes a source out of every answer. Raises Trouble where there is none."""
        if not self.library.withdraw(source_id, why, self._clock.now()):
            raise Trouble(f"no live source has the id {source_id!r}: `sources` lists them")
        self.refresh()

    def refresh(self, progress: Progress | None = None) -> int:
        """Follows the library's changes, in the process that owns the indexes; returns how many were taken in."""
        try:
            return self.index.follow(progress)
        except IndexMismatch as fault:
            raise Trouble(str(fault)) from fault

    def reindex(self, progress: Progress | None = None) -> int:
        """Builds the indexes anew; returns the passages in them."""
        try:
            return self.index.rebuild(progress)
        except RuntimeError as fault:
            raise Trouble(str(fault)) from fault

    def close(self) -> None:
        """Gives back the lock and the connections."""
        self.index.close()
        self._database.close()


def _first_line(fault: BaseException) -> str:
    return next((line for line in str(fault).splitlines() if line.strip()), type(fault).__name__).strip()
