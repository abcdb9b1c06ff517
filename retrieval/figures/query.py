"""A question as a small typed query over one table, or none: words that no table explains make it none. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from retrieval.figures.asking import COMPARING, Operation, operation_of, ranking_of
from retrieval.figures.lexicon import FILLER, MOVING, TURNING
from retrieval.figures.naming import Filter, filters_of, longest, values_named, within_name
from retrieval.figures.periods import Before, Period, Times, read_times
from retrieval.figures.phrases import Match, Token
from retrieval.figures.vocabulary import Table, Tables, Value
from retrieval.question import Question
from retrieval.words import fold

LONGEST = 60  # words; a longer text is no question of one figure
__all__ = ["COMPARING", "UNEXPLAINED", "Operation", "Query", "Reading", "read_queries"]
_TO_DATE = re.compile(r"\bto date\W*$", re.IGNORECASE)
_EACH = re.compile(r"(?:\b(?:a|per|each|every) |\b(?=\w+ly\b))(day|daily|week|weekly|month|monthly)\b", re.IGNORECASE)
_BY = {
    one[:3]: frozenset((one, *more))
    for one, *more in (("day", "daily"), ("daily", "day"), ("week", "weekly"), ("month", "monthly"))
}
_POLITE = re.compile(
    r"^\W*(?:(?:hi|hello|hey|so|and|ok|please)\b\W*)*(?:can|could|would|will|do|did) (?:you|u|we|i|anyone)"
    r" (?:(?:please|kindly|happen to|also) )*(?:tell|give|show|say|have|know|find|look up|get|check)\b(?: (?:me|us))?",
    re.IGNORECASE,
)
UNEXPLAINED = 2  # words that a row itself may still explain


@dataclass(frozen=True, slots=True)
class Query:
    """One operation over one table.

    `over` is what a highest or lowest is sought over: a field, or `period`, of which `grain`; `places` are the ranks
    asked for. `before`: what a change is asked against.
    """

    dataset: str
    operation: Operation
    filters: tuple[Filter, ...]
    periods: tuple[Period, ...]
    over: str = ""
    places: tuple[int, ...] = (1,)
    grain: str = ""
    before: Before = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table reads a question. `sides` are queries that stand side by side ("by sea and by rail").

    `named`: the question calls the table by name, or a word of it. `unexplained` are words that a row would have to
    explain (`beside`: each stands right beside a value), `strangers` the places and substances among them (`barred`
    their words), `bodies` the words of whoever else is named. `open_fields` are the required fields that the question
    leaves open. `each`: the words of which a row must hold one to be counted as asked ("a day").
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
    beside: bool = False
    each: frozenset[str] = frozenset()


def read_queries(question: Question, tables: Tables, today: date) -> list[Reading]:
    """The tables that can explain the question, the likeliest first."""
    if question.wanted == "cause" or len(question.text) > 400:
        return []
    question = _plainly_asked(question)
    words = tables.read(question.text)
    if not 1 < len(words) <= LONGEST or not tables.tells(word.stem for word in words):
        return []
    times = read_times(question.text, today)
    timed = _timed(words, times)
    if any(fold(word.text) in TURNING for at, word in enumerate(words) if at not in timed):
        return []
    matches = _undated(tables.matches(words), timed)
    named = longest([match for match in matches if match.phrase.kind == "name"])
    found = (
        _read(tables, number, question, words, times, timed, matches, named) for number in range(len(tables.tables))
    )
    readings = [reading for reading in found if reading is not None]
    return sorted(readings, key=lambda r: (len(r.unexplained), -r.named, -r.covered, r.table.description.name))


def _plainly_asked(question: Question) -> Question:
    """Without "could you tell me", which makes no question one of yes or no; "year to date" asks for no date."""
    if question.wanted == "date" and _TO_DATE.search(question.text):
        question = replace(question, wanted="thing")
    match = _POLITE.match(question.text)
    if match is None:
        return question
    wanted = "thing" if question.wanted == "yes-no" else question.wanted
    return replace(question, text=" " * match.end() + question.text[match.end() :], wanted=wanted)


def _read(
    tables: Tables,
    number: int,
    question: Question,
    words: Sequence[Token],
    times: Times,
    timed: frozenset[int],
    matches: Sequence[Match],
    named: Sequence[Match],
) -> Reading | None:
    table = tables.tables[number]
    if not _counts(table, words):
        return None
    own = [match for match in matches if match.phrase.table == number]
    values = values_named(table, words, timed, own, named)
    periods = _periods(times, question.text, [value for value, _ in values])
    hits = [match for match in own if match.phrase.kind == "word"]
    fixed = [match for match in own if match.phrase.kind == "fixed" and not within_name(table, match, named, own)]
    if _misplaced(table, words, fixed, values):
        return None
    times = replace(times, periods=periods)
    ranking = ranking_of(table, words, timed, [value for value, _ in values], question.text, times)
    over = ranking.over if ranking else ""
    filters = filters_of(table, values, over, [word.stem for word in words])
    if filters is None:
        return None
    operation, working = operation_of(words, timed, times, filters, question.text)
    if ranking is not None:
        operation, working = ranking.operation, set(ranking.asked)
    if question.wanted in ("person", "place", "date") and not over and (len(filters) == 1 or question.wanted == "date"):
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
    over_at = [
        at
        for at, word in enumerate(words)
        if at not in explained and ((at in inside and word.stem not in table.vocabulary) or word.stem not in filler)
    ]
    left = tuple(words[at].stem for at in over_at)
    valued = {at for _, cover in values for at in cover}
    each = _EACH.search(question.text) if table.what else None
    if len(left) > UNEXPLAINED + 2 or not telling:
        return None
    if not hits and not _tells_alone(table, tables, words, values, fixed):
        return None
    chosen = {one.field for side in filters for one in side}
    open_fields = tuple(field for field in table.required if field not in chosen and field != over)
    query = Query(table.description.name, operation, (), periods, over, before=times.before)
    if ranking is not None:
        query = replace(query, places=ranking.places, grain=ranking.grain)
    sides = tuple(replace(query, filters=side) for side in filters)
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
        beside=all({at - 1, at + 1} & valued for at in over_at),
        each=_BY[each[1][:3].lower()] if each else frozenset(),
    )


def _counts(table: Table, words: Sequence[Token]) -> bool:
    """Whether the table counts what "how many" asks for: tonnes mined are no answer to "how many mines"."""
    for at, word in enumerate(words[:-1]):
        if table.what or (fold(word.text), fold(words[at + 1].text)) != ("how", "many"):
            continue
        for one in words[at + 2 :]:
            if one.stem in table.measured or one.stem in FILLER:
                break
            if one.stem in table.called:
                return False
    return True


def _tells_alone(
    table: Table,
    tables: Tables,
    words: Sequence[Token],
    values: Sequence[tuple[Value, frozenset[int]]],
    fixed: Sequence[Match],
) -> bool:
    """Whether values alone, without a word for the table, can mean it.

    All that its rows are about is named (in what flows, the one who acts may be left out), and a value that no other
    table has, something that moves, or its unit; and two things.
    """
    needed = set(table.fixed[1:]) if table.flows and len(table.fixed) > 1 else set(table.fixed)
    if not {match.phrase.key for match in fixed} >= needed:
        return False
    if len({match.phrase.key for match in fixed} | {value.field for value, _ in values}) < 2:
        return False
    between = len(table.fixed) > 1 and {match.phrase.key for match in fixed} >= set(table.fixed)
    moved = table.flows and (between or any(word.stem in MOVING | table.measured for word in words))
    return any(moved or tables.has_alone(value.value) for value, _ in values)


def _vocabulary(table: Table, words: Sequence[Token], match: Match) -> set[int]:
    return {at for at in range(match.start, match.end) if words[at].stem in table.vocabulary}


def _timed(words: Sequence[Token], times: Times) -> frozenset[int]:
    return frozenset(
        at for at, word in enumerate(words) for start, end in times.told if start < word.end and word.start < end
    )


def _undated(matches: Sequence[Match], timed: frozenset[int]) -> list[Match]:
    """Without those that take a word out of a date, but one that is told whole with its year ("opened since 2022")."""
    return [match for match in matches if timed.isdisjoint(range(match.start, match.end))]


def _periods(times: Times, text: str, values: Sequence[Value]) -> tuple[Period, ...]:
    """Without a period that belongs to a value itself: "opened since 2022", but not 2022 alone."""
    return tuple(period for period in times.periods if not any(_belongs(period, text, value.value) for value in values))


def _belongs(period: Period, text: str, value: str) -> bool:
    said, name = fold(text[period.start : period.end]).strip(), fold(value)
    before, found, _ = name.partition(said)
    return bool(found) and (" " in said or before.split()[-1:] == fold(text[: period.start]).split()[-1:])


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
        # All that a country imports is more than what it imports from one other.
        return len(table.fixed) > 1 and len(present) < 2
    # Without the one who acts, the others must stand as the table has them.
    return any(not (stood[key] & table.stands.get(key, frozenset())) for key in stood)
