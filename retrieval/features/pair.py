"""A question beside one sentence, and the list of features that are measured on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from retrieval.candidates import Sentence
from retrieval.dates import Mention, Span, mentions, stated
from retrieval.embedding import Floats
from retrieval.names import Name, Names
from retrieval.question import Question
from retrieval.words import STOP_WORDS, fold, number_form, stems, words


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence, read once for all features.

    `around` is the sentence with its passage and header, `spelt` the words of the names that the question and the
    sentence share, `stated` the times of the source itself.
    """

    question: Question
    sentence: Sentence
    rarity: dict[str, float]
    stems: frozenset[str]
    around: frozenset[str]
    names: tuple[Name, ...]
    keys: frozenset[str]
    around_keys: frozenset[str]
    numbers: tuple[str, ...]
    times: tuple[Mention, ...]
    words: tuple[str, ...]
    spelt: frozenset[str]
    stated: tuple[Span, ...]


def pair(question: Question, sentence: Sentence, rarity: dict[str, float], names: Names) -> Pair:
    """Reads a sentence beside the question."""
    text, passage, source = sentence.text, sentence.found.passage, sentence.found.source
    own = frozenset(stems(text))
    keys = names.keys(text)
    found = names.find(text)
    written = tuple(words(text))
    return Pair(
        question=question,
        sentence=sentence,
        rarity=rarity,
        stems=own,
        around=own | frozenset(stems(passage.text)) | frozenset(stems(passage.header)),
        names=found,
        keys=keys,
        around_keys=keys | names.keys(passage.text) | names.keys(passage.header),
        numbers=tuple(number_form(word) for word in written if word[0].isdigit()),
        times=tuple(mentions(text)),
        words=written,
        spelt=frozenset(stem for name in found if name.key in question.names for stem in _spelt(name)),
        stated=tuple(stated(value) for value in (source.published, source.about) if value),
    )


@lru_cache(maxsize=4_096)
def _spelt(name: Name) -> frozenset[str]:
    """The stems of a name under all its spellings."""
    return frozenset(stem for spelling in (*name.spellings, *name.exact) for stem in stems(spelling))


# The search's own scores


def reader(p: Pair) -> float:
    return p.sentence.reader / 4


def alone(p: Pair) -> float:
    return (p.sentence.alone - 0.85) * 10


def context(p: Pair) -> float:
    return (p.sentence.context - 0.85) * 10


def late(p: Pair) -> float:
    return (p.sentence.late - 0.6) * 5


def worst(p: Pair) -> float:
    return (p.sentence.worst - 0.4) * 3


def passage_score(p: Pair) -> float:
    return p.sentence.found.score - 1


def lexical(p: Pair) -> float:
    return p.sentence.found.lexical


# Words


def _covered(p: Pair, held: frozenset[str]) -> float:
    terms = set(p.question.stems)
    total = sum(p.rarity.get(term, 0.0) for term in terms)
    if not total:
        return 1.0
    return sum(p.rarity.get(term, 0.0) for term in terms if _held(p, term, held)) / total


def _held(p: Pair, term: str, held: frozenset[str]) -> bool:
    return term in held or term in p.spelt


def covered_in_sentence(p: Pair) -> float:
    return _covered(p, p.stems)


def covered_in_source(p: Pair) -> float:
    return _covered(p, p.around)


def worst_uncovered(p: Pair) -> float:
    """The rarest word of the question that sentence, passage and header lack."""
    return (
        max((p.rarity.get(term, 0.0) for term in set(p.question.stems) if not _held(p, term, p.around)), default=0.0)
        / 8
    )


def worst_uncovered_in_sentence(p: Pair) -> float:
    return (
        max((p.rarity.get(term, 0.0) for term in set(p.question.stems) if not _held(p, term, p.stems)), default=0.0) / 8
    )


def unheard_of(p: Pair) -> float:
    """How many of the question's words stand nowhere in the library."""
    highest = max(p.rarity.values(), default=0.0)
    return float(
        sum(p.rarity.get(term, 0.0) >= highest - 0.5 and not _held(p, term, p.around) for term in set(p.question.stems))
        > 0
    )


# Names, numbers, times


def names_missing(p: Pair) -> float:
    asked = p.question.names
    return len(asked - p.keys) / len(asked) if asked else 0.0


def names_missing_around(p: Pair) -> float:
    asked = p.question.names
    return len(asked - p.around_keys) / len(asked) if asked else 0.0


def names_asked(p: Pair) -> float:
    return min(len(p.question.names), 4) / 4


def names_else(p: Pair) -> float:
    """Names in the sentence that were not asked about."""
    return min(len(p.keys - p.question.names), 4) / 4


def numbers_missing(p: Pair) -> float:
    asked = p.question.numbers
    return len(asked - set(p.numbers)) / len(asked) if asked else 0.0


def _meets(p: Pair, *, source: bool) -> float:
    spans = p.question.time.spans
    if not spans:
        return 0.0
    held: list[Span] = []
    for time in p.times:
        year = time.year or next((span.first.year for span in p.stated), None)
        span = time.span(year)
        if span:
            held.append(span)
    if source:
        held = list(p.stated)
    if not held:
        return 0.0
    return 1.0 if any(span.meets(other) and _as_fine(other, span) for span in spans for other in held) else -1.0


def _as_fine(held: Span, asked: Span) -> bool:
    """A whole year does not tell of one of its days."""
    return asked.grain in ("since", "until", "ago", "year") or held.grain != "year"


def time_in_sentence(p: Pair) -> float:
    return _meets(p, source=False)


def time_of_source(p: Pair) -> float:
    return _meets(p, source=True)


def time_asked(p: Pair) -> float:
    return float(bool(p.question.time.spans))


def newest(p: Pair) -> float:
    """For what asks for the latest: how near the source is to 2030, in decades."""
    if not p.question.time.latest:
        return 0.0
    return max((span.last.toordinal() for span in p.stated), default=0) / 3652 - 200


# The kind of thing asked for


def _wants(wanted: str) -> Callable[[Pair], float]:
    def feature(p: Pair) -> float:
        return float(p.question.wanted == wanted)

    feature.__name__ = f"wants_{wanted.replace('-', '_')}"
    return feature


def _fresh_numbers(p: Pair) -> list[str]:
    dates = {str(time.year) for time in p.times if time.year} | {str(time.day) for time in p.times if time.day}
    return [number for number in p.numbers if number not in p.question.numbers and number not in dates]


def number_there(p: Pair) -> float:
    """A number is asked for: 1 where the sentence has one that is no date and not in the question, else -1."""
    if p.question.wanted != "number":
        return 0.0
    spelt = any(fold(word) in _SPELT_NUMBERS for word in p.words)
    return 1.0 if _fresh_numbers(p) or spelt else -1.0


_SPELT_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand thousands half "
    "third quarter million twice thrice double triple several".split()
)


def unit_there(p: Pair) -> float:
    """`how many X`: 1 where X stands near a number, 0.3 where it stands at all, else -1."""
    if p.question.unit is None or p.question.wanted != "number":
        return 0.0
    (unit,) = stems(p.question.unit)[:1] or ("",)
    listed = [next(iter(stems(word)), "") if not word[0].isdigit() else "#" for word in p.words]
    if unit not in listed:
        return -1.0
    at = [place for place, word in enumerate(listed) if word == unit]
    near = any("#" in listed[max(0, place - 4) : place + 2] for place in at)
    return 1.0 if near else 0.3


def date_there(p: Pair) -> float:
    """A date is asked for: 1 where the sentence has one that the question has not, else -1."""
    if p.question.wanted != "date":
        return 0.0
    asked = {(span.first, span.last) for span in p.question.time.spans}
    fresh = [time for time in p.times if not (span := time.span(None)) or (span.first, span.last) not in asked]
    return 1.0 if fresh else -1.0


def _kind_there(wanted: str, kinds: frozenset[str]) -> Callable[[Pair], float]:
    def feature(p: Pair) -> float:
        if p.question.wanted != wanted:
            return 0.0
        fresh = any(name.kind in kinds and name.key not in p.question.names for name in p.names)
        return 1.0 if fresh or (wanted == "person" and _capitalised(p)) else -1.0

    feature.__name__ = f"{wanted}_there"
    return feature


def _capitalised(p: Pair) -> bool:
    """A capitalised word past the sentence's first that the question does not hold."""
    held = {fold(word) for word in words(p.question.text)}
    return any(word[0].isupper() and fold(word) not in held and fold(word) not in STOP_WORDS for word in p.words[1:])


_CAUSES = frozenset(
    "because due owing after so over reason caused led prompted amid following since therefore result thanks order".split()
)


def cause_there(p: Pair) -> float:
    if p.question.wanted != "cause":
        return 0.0
    return 1.0 if any(fold(word) in _CAUSES for word in p.words) else -1.0


# The question and the sentence by themselves


def question_length(p: Pair) -> float:
    return min(len(p.question.stems), 16) / 16


def sentence_length(p: Pair) -> float:
    return min(len(p.stems), 40) / 40


def is_row(p: Pair) -> float:
    return float(p.sentence.found.passage.kind == "dataset")


FEATURES: tuple[Callable[[Pair], float], ...] = (
    reader, alone, context, late, worst, passage_score, lexical, covered_in_sentence, covered_in_source, worst_uncovered,
    worst_uncovered_in_sentence, unheard_of, names_missing, names_missing_around, names_asked, names_else, numbers_missing,
    time_in_sentence, time_of_source, time_asked, newest, number_there, unit_there, date_there,
    _kind_there("person", frozenset({"person", "company", "organisation", "unit"})), _kind_there("place", frozenset({"place"})),
    cause_there, question_length, sentence_length, is_row,
    *(_wants(wanted) for wanted in ("number", "person", "place", "date", "cause", "yes-no")),
)  # fmt: skip


def measure(p: Pair) -> Floats:
    """All features of a pair, (features,)."""
    return np.array([feature(p) for feature in FEATURES], np.float32)
