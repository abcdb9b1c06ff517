"""From a question to an answer: find, read, decide, write, verify.

Three outcomes: verified claims; the nearest passage, which is not an answer; or nothing, with what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from retrieval.briefing.disputes import opposed
from retrieval.briefing.telling import endangers
from retrieval.candidates import OPENED, Found, Read, Sentence, read_by, search, sentences_of
from retrieval.cross_encoder import CrossEncoder, pair_ids
from retrieval.embedding import Encoder, Floats, text_hash
from retrieval.evidence import evidence
from retrieval.features import FEATURES, measure
from retrieval.features.pair import pair
from retrieval.figures import NoRow, SqlFigures, TableAnswer, Tables, ask_tables
from retrieval.index import Index
from retrieval.library import Library
from retrieval.models import Answer, Citation, Claim, Disagreement, Draft, Evidence
from retrieval.names import Names
from retrieval.question import Question, read_question
from retrieval.ranker import Ranker
from retrieval.reader import Reader
from retrieval.story import Story
from retrieval.vectors import Vectors
from retrieval.verify import Verified, verify
from retrieval.writers import extractive
from retrieval.writers.rows import write as write_rows

LONGEST_QUESTION = 1_000  # characters that are read of a question
READ = 10  # sentences that the reader looks at
READ_CLOSELY = 2  # sentences that the cross-encoder looks at
WITHIN = 2.5  # how far behind the best a second sentence may be and still be told
DISPUTED_WITHIN = 3.0  # how far behind the best a dissenting sentence may be
MOST_DISAGREEMENTS = 2
PLAIN = 0.85  # the chance from which a sentence answers what a table was asked for in vain
IN_PLACE = 0.6  # the same where it names the period asked for and gives a figure
FAR = 0.06  # the chance below which what was found says nothing of what the story covers
NEAREST = 0.25  # the chance from which the nearest passage is shown
_STANDING = {"primary": 0.2, "newsroom": 0.2, "trade": 0.1}


@dataclass(frozen=True, slots=True)
class Considered:
    """A question, and the sentences that were considered for it, best first, with their features."""

    question: Question
    found: list[Found]
    sentences: list[Sentence]
    features: Floats
    scores: Floats
    chance: float


class Answering:
    """Answers questions from the library. Thread-safe."""

    def __init__(
        self,
        story: Story,
        library: Library,
        index: Index,
        vectors: Vectors,
        encoder: Encoder,
        reader: Reader,
        cross_encoder: CrossEncoder,
        ranker: Ranker,
    ) -> None:
        self._story = story
        self._library = library
        self._index = index
        self._vectors = vectors
        self._encoder = encoder
        self._reader = reader
        self._cross_encoder = cross_encoder
        self._ranker = ranker
        self._tables = Tables(story.tables, story.names)
        self._figures = SqlFigures(library)

    def ask(self, text: str, now: datetime, at: datetime | None = None) -> Answer:
        """Answers a question. `at` (aware) is set where it is asked as if it were then; `now` is the present otherwise."""
        started = time.perf_counter()
        text = text.strip()[:LONGEST_QUESTION]
        considered = self.consider(text, now, at)
        table = ask_tables(considered.question, self._tables, self._figures, at or now, at) if text else None
        searched = time.perf_counter()
        if isinstance(table, TableAnswer):
            draft, rows = write_rows(table)
        else:
            draft, rows = self._write(considered), {}
        written = time.perf_counter()
        verified = verify(draft, self._story.names, rows)
        missing = table if isinstance(table, NoRow) else None
        told = bool(verified.claims) and (bool(rows) or self._believes(considered, missing))
        milliseconds = {
            "search": (searched - started) * 1e3,
            "write": (written - searched) * 1e3,
            "verify": (time.perf_counter() - written) * 1e3,
        }
        chance = 1.0 if rows else considered.chance
        if told:
            return self._told(text, draft, verified, considered, at, chance, milliseconds)
        return self._declined(text, draft, considered, missing, chance, milliseconds)

    def _told(
        self, text: str, draft: Draft, verified: Verified, considered: Considered, at: datetime | None, chance: float,
        milliseconds: dict[str, float],
    ) -> Answer:  # fmt: skip
        disagreements, others = disagreements_with(verified, considered, self._story.names)
        # A source that is disputed elsewhere does not make this claim disputed: only a sentence that says otherwise does.
        counted = evidence(verified.citations, {other.source.source_id for other in others})
        return Answer(
            question=text,
            claims=verified.claims,
            citations=(*verified.citations, *others),
            computed=verified.computed,
            evidence=counted,
            disagreements=disagreements,
            withheld=verified.withheld,
            abstained=False,
            engine=draft.engine,
            as_of=counted.newest,
            missing=None,
            nearest=None,
            nearest_topics=(),
            fallback=None,
            milliseconds=milliseconds,
            confidence=chance,
        )

    def _declined(
        self,
        text: str,
        draft: Draft,
        considered: Considered,
        table: NoRow | None,
        chance: float,
        milliseconds: dict[str, float],
    ) -> Answer:
        return Answer(
            question=text,
            claims=(),
            citations=(),
            computed=(),
            evidence=Evidence(0, None),
            disagreements=(),
            withheld=(),
            abstained=True,
            engine=draft.engine,
            as_of=None,
            missing=table.missing if table else self._missing(considered),
            nearest=self._nearest(considered),
            nearest_topics=self._topics(considered),
            fallback=None,
            milliseconds=milliseconds,
            confidence=chance,
        )

    def _believes(self, considered: Considered, table: NoRow | None) -> bool:
        """Whether the best sentence is told. In place of a table's row that there is not, only one that gives a figure for
        the very period and all names, or that plainly answers where no period was asked for."""
        if table is None:
            return considered.chance >= self._ranker.threshold
        if table.period is None:
            return considered.chance >= PLAIN
        best = considered.sentences[0].text
        whole = considered.question.names <= self._story.names.keys(best)
        return considered.chance >= IN_PLACE and whole and table.is_met_by(best)

    def search(self, text: str, k: int, at: datetime | None = None) -> list[Found]:
        """The k passages that fit best, in order."""
        today = at or datetime.max
        question = read_question(text[:LONGEST_QUESTION], self._story.names, today.date())
        read = self._read(question)
        found = search(question, read, self._index, self._library, at, pool=max(60, 3 * k))
        return self._by_best_sentence(found, read)[:k]

    def consider(self, text: str, now: datetime, at: datetime | None = None) -> Considered:
        """Finds and reads what may answer, and says how likely the best of it does."""
        question, found, sentences, features = self.gather(text, now, at)
        if not sentences:
            return Considered(question, found, [], features, np.zeros(0, np.float32), 0.0)
        scores = self._ranker.order(features)
        scores = scores + np.array([_STANDING.get(one.found.source.standing, 0.0) for one in sentences], np.float32)
        first = np.argsort(-scores, kind="stable")
        close = self.read_closely(question, [sentences[place] for place in first[:READ_CLOSELY]])
        scores = self._ranker.reorder(scores[first], close)
        order = np.argsort(-scores, kind="stable")
        chance = self._ranker.chance(features[first[order[0]]], scores, close)
        first = first[order]
        return Considered(
            question, found, [sentences[place] for place in first], features[first], scores[order], chance
        )

    def read_closely(self, question: Question, sentences: Sequence[Sentence]) -> Floats:
        """The cross-encoder's log-odds for each sentence."""
        ids = self._encoder.token_ids
        asked = ids(question.text)
        return self._cross_encoder.score(
            [pair_ids(asked, ids(one.found.passage.header), ids(one.text)) for one in sentences]
        )

    def gather(
        self, text: str, now: datetime, at: datetime | None = None
    ) -> tuple[Question, list[Found], list[Sentence], Floats]:
        """The question as read, the passages found, the sentences nearest to it, and the features of each."""
        question = read_question(text, self._story.names, (at or now).date())
        if not question.text:
            return question, [], [], np.zeros((0, len(FEATURES)), np.float32)
        read = self._read(question)
        found = search(question, read, self._index, self._library, at)[:OPENED]
        told = [one for one in sentences_of(found, read, self._vectors) if not endangers(one.text, self._story.names)]
        sentences = self._skim(read, told)
        rarity = self._index.rarity(question.stems)
        features = [measure(pair(question, one, rarity, self._story.names)) for one in sentences]
        return question, found, sentences, np.stack(features) if features else np.zeros((0, len(FEATURES)), np.float32)

    def _read(self, question: Question) -> Read:
        vector, encoded = self._vectors.query(question.text)
        rarity = self._encoder.rarity
        return read_by(encoded, vector, self._vectors, lambda token: float(rarity[token]))

    def _skim(self, read: Read, sentences: list[Sentence]) -> list[Sentence]:
        """The sentences nearest to the question, each scored by the reader."""
        near = sorted(sentences, key=lambda one: -_nearness(one))[:READ]
        tokens = self._vectors.tokens(one.text for one in near)
        pairs = [
            (
                tokens.get(text_hash(one.text), np.zeros((0, read.tokens.shape[1]), np.float32)),
                self._encoder.token_ids(one.text),
            )
            for one in near
        ]
        scores = self._reader.score(read.tokens, read.ids, pairs)
        return [replace(one, reader=float(score)) for one, score in zip(near, scores, strict=True)]

    def _by_best_sentence(self, found: list[Found], read: Read) -> list[Found]:
        """The passages in the order of their score together with that of their best sentence."""
        near = found[: 2 * OPENED]
        best: dict[str, float] = {}
        for one in sentences_of(near, read, self._vectors):
            key = one.found.passage.passage_id
            best[key] = max(best.get(key, -9.0), _nearness(one))
        lowest = min(best.values(), default=0.0)
        scored = [replace(one, score=best.get(one.passage.passage_id, lowest)) for one in near]
        rest = [replace(one, score=lowest - 1 + one.score / 10) for one in found[2 * OPENED :]]
        return sorted(scored, key=lambda one: -one.score) + rest

    def _write(self, considered: Considered) -> Draft:
        ranked = [
            extractive.Ranked(sentence, float(score))
            for sentence, score in zip(considered.sentences, considered.scores, strict=True)
        ]
        return extractive.write(ranked, WITHIN)

    def _nearest(self, considered: Considered) -> Citation | None:
        """The best sentence's place in its passage, where it is near enough to be worth showing."""
        if not considered.sentences or considered.chance < NEAREST:
            return None
        best = considered.sentences[0]
        if endangers(best.found.passage.text, self._story.names):
            return None
        return Citation(1, best.found.passage, best.found.source, best.start, best.end)

    def _topics(self, considered: Considered) -> tuple[str, ...]:
        """The topics of what was found nearest."""
        if considered.chance < FAR:
            return tuple(topic.topic for topic in self._story.topics)
        return tuple(dict.fromkeys(topic for one in considered.found[:3] for topic in one.source.topics))

    def _missing(self, considered: Considered) -> str:
        """What the library lacks, in a few words."""
        lacking = self._lacking(considered)
        if lacking:
            return "anything on " + ", ".join(f"“{word}”" for word in lacking)
        return _WANTED.get(considered.question.wanted, "a passage that answers this")

    def _lacking(self, considered: Considered) -> Sequence[str]:
        names = considered.question.names
        held = {key for one in considered.sentences[:5] for key in self._story.names.keys(one.found.passage.text)}
        preferred = {name.key: name.preferred for name in self._story.names.find(considered.question.text)}
        return [preferred[key] for key in sorted(names - held) if key in preferred][:3]


def disagreements_with(
    verified: Verified, considered: Considered, names: Names
) -> tuple[tuple[Disagreement, ...], tuple[Citation, ...]]:
    """What a source that is declared to disagree with a told one says of the same thing; its citations are numbered on."""
    found: list[Disagreement] = []
    others: list[Citation] = []
    for citation in verified.citations:
        source = citation.source
        for sentence, score in zip(considered.sentences, considered.scores, strict=True):
            other = sentence.found.source
            declared = other.source_id in source.disagrees_with or source.source_id in other.disagrees_with
            near = considered.scores[0] - score <= DISPUTED_WITHIN
            if not (declared and near and other.origin != source.origin and opposed(citation.quote, sentence.text)):
                continue
            if len(found) == MOST_DISAGREEMENTS or any(
                sentence.text == one.quote for one in (*others, *verified.citations)
            ):
                continue
            number = len(verified.citations) + len(others) + 1
            others.append(Citation(number, sentence.found.passage, other, sentence.start, sentence.end))
            shared = names.keys(sentence.text)
            about = [name.preferred for name in names.find(citation.quote) if name.key in shared]
            sides = (Claim(citation.quote, (citation.number,)), Claim(sentence.text, (number,)))
            found.append(Disagreement(", ".join(about[:3]) or source.title, sides))
    return tuple(found), tuple(others)


_WANTED = {
    "number": "a passage that states this number",
    "person": "a passage that names who",
    "place": "a passage that names where",
    "date": "a passage that says when",
    "cause": "a passage that says why",
}


def _nearness(one: Sentence) -> float:
    """How near a sentence is before the reader sees it: search, cosines and late interaction, on like scales."""
    return 0.35 * one.found.score + 6 * one.alone + 3 * one.context + 3 * one.late
