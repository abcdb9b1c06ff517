"""A question as a small typed query over one table, or none: words that no table explains make it none. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from retrieval.figures.lexicon import (
    CHANGE,
    CHANGING,
    FILLER,
    HIGHEST,
    LOWEST,
    MORE,
    MOVING,
    RANKING,
    RATIO,
    TURNING,
)
from retrieval.figures.periods import Period, Times, read_times
from retrieval.figures.vocabulary import Match, Table, Tables, Token, Value, stems_of
from retrieval.question import Question
from retrieval.words import fold

Operation = Literal["value", "latest", "change", "difference", "ratio", "total", "highest", "lowest"]
COMPARING = frozenset({"change", "difference", "ratio"})
LONGEST = 60  # words; a longer text is no question of one figure
UNEXPLAINED = 2  # words that a row itself may still explain
_SIDES = 3  # values that one question may set side by side
_LONG = 3  # content words from which a value may be met without being named whole
_COVERED = 0.59
_LOOSELY = 100  # how far behind a value that is named stands one that says the same and more
_ASKED = frozenset({"which", "what", "who", "whose", "when"})
_PERIOD_WORDS = frozenset({"year", "month"})


@dataclass(frozen=True, slots=True)
class Filter:
    """The values that a field may have; `unsaid` counts, for each, its words that the question does not say."""

    field: str
    values: tuple[str, ...]
    unsaid: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """One operation over one table. `over` is what a highest or lowest is sought over: a field, or `period`."""

    dataset: str
    operation: Operation
    filters: tuple[Filter, ...]
    periods: tuple[Period, ...]
    over: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table reads a question. `sides` are queries that stand side by side ("in China and in Europe").

    `named`: the question calls the table by name. `unexplained` are words that a row would have to explain, `strangers`
    the places and substances among them (`barred`), `bodies` the words of whoever else is named; `open_fields` are the required fields that it leaves open.
    """

    table: Table
    sides: tuple[Query, ...]
    named: bool
    covered: int
    unexplained: tuple[str, ...]
    strangers: tuple[str, ...]
    barred: frozenset[str]
    bodies: frozenset[str]
    open_fields: tuple[str, ...]


def read_queries(question: Question, tables: Tables, today: date) -> list[Reading]:
    """The tables that can explain the question, the likeliest first."""
    if question.wanted == "cause" or len(question.text) > 400:
        return []
    words = tables.read(question.text)
    if not words or len(words) > LONGEST or not tables.tells(word.stem for word in words):
        return []
    times = read_times(question.text, today)
    timed = _timed(words, times)
    if any(fold(word.text) in TURNING for at, word in enumerate(words) if at not in timed):
        return []
    matches = _undated(tables.matches(words), timed)
    named = _longest([match for match in matches if match.phrase.kind == "name"])
    found = (
        _read(table, number, question, words, times, timed, matches, named)
        for number, table in enumerate(tables.tables)
    )
    readings = [reading for reading in found if reading is not None]
    return sorted(readings, key=lambda r: (len(r.unexplained), -r.named, -r.covered, r.table.description.name))


def _read(
    table: Table,
    number: int,
    question: Question,
    words: Sequence[Token],
    times: Times,
    timed: frozenset[int],
    matches: Sequence[Match],
    named: Sequence[Match],
) -> Reading | None:
    own = [match for match in matches if match.phrase.table == number]
    values = _values(table, words, timed, own, named)
    periods = _periods(times, question.text, [value for value, _ in values])
    hits = [match for match in own if match.phrase.kind == "word"]
    fixed = [match for match in own if match.phrase.kind == "fixed" and not _within_name(table, match, named, own)]
    if _misplaced(table, words, fixed, values):
        return None
    operation, over, working = _operation(table, words, timed, periods, question)
    if question.wanted in ("person", "place", "date") and not over:
        return None
    if question.wanted == "yes-no" and 0 not in timed and (operation not in COMPARING or len(periods) < 2):
        return None
    explained = set(timed) | working
    for match in (*hits, *fixed) if not table.what else fixed:
        explained |= set(range(match.start, match.end))
    for _, cover in values:
        explained |= cover
    telling = {at for match in (*hits, *fixed) for at in range(match.start, match.end)} | {
        at for _, cover in values for at in cover
    }
    barred: set[str] = set()
    strangers: list[str] = []
    bodies: set[str] = set()
    for match in named:
        if not set(range(match.start, match.end)) <= explained | _vocabulary(table, words, match):
            # Part of another's name explains nothing.
            explained -= set(range(match.start, match.end))
            if match.phrase.name is not None and match.phrase.name.kind in ("place", "substance"):
                barred |= set(match.phrase.stems)
                strangers.append(match.phrase.name.preferred)
            else:
                bodies |= set(match.phrase.stems)
    filler = FILLER | table.vocabulary | (MOVING if table.flows else frozenset())
    inside = {at for match in named for at in range(match.start, match.end)}
    left = tuple(
        word.stem
        for at, word in enumerate(words)
        if at not in explained and (at in inside and word.stem not in table.vocabulary or word.stem not in filler)
    )
    if len(left) > UNEXPLAINED + 2 or not telling:
        return None
    filters = _filters(table, values, over, [word.stem for word in words])
    if filters is None:
        return None
    whole = not hits and not _tells_alone(table, values, fixed)
    if whole:
        return None
    chosen = {one.field for side in filters for one in side}
    open_fields = tuple(field for field in table.required if field not in chosen and field != over)
    sides = tuple(Query(table.description.name, operation, side, periods, over) for side in filters)
    return Reading(
        table,
        sides,
        bool(hits),
        len(telling),
        left,
        tuple(strangers),
        frozenset(barred),
        frozenset(bodies),
        open_fields,
    )


def _tells_alone(table: Table, values: Sequence[tuple[Value, frozenset[int]]], fixed: Sequence[Match]) -> bool:
    """Whether values alone, without a word for the table, can mean it: all that its rows are about is named."""
    return bool(values) and {match.phrase.key for match in fixed} >= set(table.fixed)


def _vocabulary(table: Table, words: Sequence[Token], match: Match) -> set[int]:
    return {at for at in range(match.start, match.end) if words[at].stem in table.vocabulary}


def _timed(words: Sequence[Token], times: Times) -> frozenset[int]:
    return frozenset(
        at for at, word in enumerate(words) for start, end in times.told if start < word.end and word.start < end
    )


def _undated(matches: Sequence[Match], timed: frozenset[int]) -> list[Match]:
    """Without those that take a word out of a date, but one that is told whole with its year ("opened since 2022")."""
    return [match for match in matches if timed.isdisjoint(range(match.start, match.end))]


def _longest(matches: Sequence[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.start - one.end, one.start)):
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return kept


def _within_name(
    table: Table, match: Match, named: Sequence[Match], own: Sequence[Match], said: frozenset[str] = frozenset()
) -> bool:
    """Whether a match is only a part of some name that the table does not have: "US" in "US Geological Survey"."""
    has = {(one.start, one.end) for one in own}
    return any(
        name.start <= match.start
        and match.end <= name.end
        and match.end - match.start < name.end - name.start
        and (name.start, name.end) not in has
        and not set(name.phrase.stems) <= said | table.vocabulary
        for name in named
    )


def _values(
    table: Table, words: Sequence[Token], timed: frozenset[int], own: Sequence[Match], named: Sequence[Match]
) -> list[tuple[Value, frozenset[int]]]:
    """The values that the question names, each with the words that name it; per field only those named most fully."""
    stems = [word.stem for word in words]
    hits: dict[tuple[str, str], list[Match]] = {}
    for match in own:
        if match.phrase.kind == "value":
            hits.setdefault((match.phrase.field, match.phrase.key), []).append(match)
    found: list[tuple[Value, frozenset[int]]] = []
    for value in table.values:
        here = [
            match
            for match in hits.get((value.field, value.value), ())
            if not _within_name(table, match, named, own, value.own)
        ]
        cover = {at for match in here for at in range(match.start, match.end)}
        if here or _met(table, value, stems):
            own_words = value.own.union(*(bag for bag in value.bags if bag <= set(stems)))
            cover |= {at for at, stem in enumerate(stems) if stem in own_words and at not in timed}
        if cover:
            found.append((value, frozenset(cover)))
    # "imports" in "rare-earth imports" is the table's own word, and makes no value the one that is named most fully.
    called = {match.start for match in own if match.phrase.kind == "word" and match.end - match.start == 1}
    if not table.what:
        found = [(value, cover - called or cover) for value, cover in found]
    kept = [(v, c) for v, c in found if not any(o.field == v.field and c < cover for o, cover in found)]
    # A unit that only repeats what a value says chooses nothing: "mines" in "number of mines".
    said = {at for value, cover in kept if value.field not in table.units for at in cover}
    kept = [(v, c) for v, c in kept if v.field not in table.units or not c <= said]
    return sorted(kept, key=lambda pair: (pair[0].field, pair[0].value))


def _met(table: Table, value: Value, stems: Sequence[str]) -> bool:
    """Whether a value is named in other order than it is told, or a long one by most of its content and what it is."""
    if any(bag <= set(stems) for bag in value.bags):
        return True
    if value.field in table.plain or len(value.own) < _LONG:
        return False
    met = value.own & set(stems)
    return len(met) / len(value.own) > _COVERED and (not value.head or value.head in met)


def _periods(times: Times, text: str, values: Sequence[Value]) -> tuple[Period, ...]:
    """Without a period that belongs to a value itself: "opened since 2022"."""
    return tuple(
        period
        for period in times.periods
        if not any(fold(text[period.start : period.end]).strip() in fold(value.value) for value in values)
    )


def _misplaced(
    table: Table, words: Sequence[Token], fixed: Sequence[Match], values: Sequence[tuple[Value, frozenset[int]]]
) -> bool:
    """Whether somebody stands where the table has another: an import "from" the importer, an export "by" a buyer."""
    placed = [(match.phrase.key, match.start) for match in fixed]
    for value, cover in values:
        if value.value in table.stands:
            placed.append((value.value, min(cover)))
    stood: dict[str, set[str]] = {}
    for key, at in placed:
        before = words[at - 1].stem if at else ""
        stands = table.stands.get(key, frozenset())
        elsewhere = any(before in others for other, others in table.stands.items() if other != key)
        if before in ("from", "to") and before not in stands and (stands or elsewhere):
            return True
        stood.setdefault(key, set()).add(before)
    if not table.fixed:
        return False
    lead = table.fixed[0]
    present = {match.phrase.key for match in fixed}
    if lead in present:
        return False
    # Without the one who acts, the others must stand as the table has them.
    return any(not (stood[key] & table.stands.get(key, frozenset())) for key in stood)


def _operation(
    table: Table, words: Sequence[Token], timed: frozenset[int], periods: Sequence[Period], question: Question
) -> tuple[Operation, str, set[int]]:
    """What to work out, over which field, and the words that say so."""
    free = [(at, word.stem) for at, word in enumerate(words) if at not in timed]
    said = {stem for _, stem in free}
    ranks = said & RANKING
    if ranks:
        over = _over(table, words)
        if over:
            asked = {
                at for at, word in enumerate(words) if word.stem in RANKING or word.stem in _over_words(table, over)
            }
            asked |= {at for at, word in enumerate(words) if fold(word.text) in _ASKED}
            return ("lowest" if ranks & LOWEST and not ranks & HIGHEST else "highest"), over, asked
    compared = {at for at, stem in free if stem in CHANGE}
    two = len(periods) == 2 or any(period.ends is not None or period.relation == "since" for period in periods)
    changing = said & CHANGING
    if said & RATIO and two:
        return "ratio", "", compared | {at for at, stem in free if stem in RATIO | MORE}
    if two and (("difference" in question.text.lower()) or (said & MORE and "than" in said)):
        return "difference", "", compared | {at for at, stem in free if stem in MORE}
    if changing or (two and said & CHANGE and said & {"compar", "comparison", "versus", "vs"}):
        return "change", "", compared
    return ("value" if periods else "latest"), "", set()


def _over_words(table: Table, over: str) -> frozenset[str]:
    field = table.description.field_named(over)
    called = [over.replace("_", " "), field.title if field is not None else ""]
    return frozenset(stem for text in called for stem in stems_of(text)) | frozenset(
        {"countri"} if "countr" in over else set()
    )


def _over(table: Table, words: Sequence[Token]) -> str:
    """The field that "which …" asks for, or `period` for a year or a month."""
    for at, word in enumerate(words[:-1]):
        if fold(word.text) not in _ASKED:
            continue
        near = [one.stem for one in words[at + 1 : at + 3]]
        if set(near) & _PERIOD_WORDS or fold(word.text) == "when":
            return "period"
        for field in table.description.series_fields:
            if set(near) & _over_words(table, field):
                return field
        if fold(word.text) == "who" and table.whole:
            return next(iter(table.whole))
    return ""


def _filters(
    table: Table, values: Sequence[tuple[Value, frozenset[int]]], over: str, stems: Sequence[str]
) -> list[tuple[Filter, ...]] | None:
    """One set of filters for each side of the question; null where it sets too many side by side."""
    by_field: dict[str, list[list[tuple[Value, frozenset[int]]]]] = {}
    for value, cover in values:
        if value.field == over and value.value in table.whole.values():
            continue
        groups = by_field.setdefault(value.field, [])
        joined = [group for group in groups if any(cover & other for _, other in group)]
        rest = [group for group in groups if group not in joined]
        by_field[value.field] = [*rest, [pair for group in joined for pair in group] + [(value, cover)]]
    choices = [[_filter(table, field, group, stems) for group in groups] for field, groups in by_field.items()]
    sides = list(itertools.islice(itertools.product(*choices), _SIDES + 1))
    return sides if len(sides) <= _SIDES else None


def _filter(table: Table, field: str, named: Sequence[tuple[Value, frozenset[int]]], stems: Sequence[str]) -> Filter:
    """The values named; in a field with a general value, behind them those that say the same and more."""
    said = set(stems)
    unsaid = {value.value: len(value.own - said) for value, _ in named}
    if field in table.plain:
        covered = {stems[at] for _, cover in named for at in cover} - FILLER
        for value in table.loose:
            if value.field == field and covered & _all_words(table, field) <= value.own:
                unsaid.setdefault(value.value, _LOOSELY + len(value.own - said))
    ordered = sorted(unsaid.items(), key=lambda item: (item[1], item[0]))
    return Filter(field, tuple(value for value, _ in ordered), tuple(count for _, count in ordered))


def _all_words(table: Table, field: str) -> frozenset[str]:
    return frozenset(stem for value in table.values if value.field == field for stem in value.own)
