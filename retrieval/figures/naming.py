"""Which values of a table a question names, and the filters that they make. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.figures.lexicon import FILLER
from retrieval.figures.phrases import Match, Token
from retrieval.figures.vocabulary import Table, Value

SIDES = 3  # values that one question may set side by side
_LONG = 3  # content words from which a value may be met without being named whole
_COVERED = 0.59
_LOOSELY = 100  # how far behind a value that is named stands one that says the same and more


@dataclass(frozen=True, slots=True)
class Filter:
    """The values that a field may have; `unsaid` counts, for each, its words that the question does not say."""

    field: str
    values: tuple[str, ...]
    unsaid: tuple[int, ...] = ()


def longest(matches: Sequence[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.start - one.end, one.start)):
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return kept


def within_name(
    table: Table, match: Match, named: Sequence[Match], own: Sequence[Match], said: frozenset[str] = frozenset()
) -> bool:
    """Whether a match is only a part of some name that the table does not have: "Norland" in "Norland Sea Office"."""
    has = {(one.start, one.end) for one in own}
    return any(
        name.start <= match.start
        and match.end <= name.end
        and match.end - match.start < name.end - name.start
        and (name.start, name.end) not in has
        and not set(name.phrase.stems) <= said | table.vocabulary
        for name in named
    )


def values_named(
    table: Table, words: Sequence[Token], timed: frozenset[int], own: Sequence[Match], named: Sequence[Match]
) -> list[tuple[Value, frozenset[int]]]:
    """The values that the question names, each with the words that name it; per field only those named most fully."""
    stems = [word.stem for word in words]
    hits = _value_hits(table, own)
    named_whole: dict[str, set[int]] = {}
    whole: dict[str, set[int]] = {}
    for (field, _), matches in hits.items():
        whole.setdefault(field, set()).update(at for one in matches if len(_places(one)) > 1 for at in _places(one))
        named_whole.setdefault(field, set()).update(at for one in matches for at in _places(one))
    found: list[tuple[Value, frozenset[int]]] = []
    much = "much" in stems and "mani" not in stems
    for value in table.values:
        if much and value.value.lower().startswith("number of"):
            continue
        here = [
            match
            for match in hits.get((value.field, value.value), ())
            if not within_name(table, match, named, own, value.own)
        ]
        cover = {at for match in here for at in _places(match)}
        if here or _met(table, value, stems):
            own_words = value.own.union(*(bag for bag in value.bags if bag <= set(stems)))
            taken = whole.get(value.field, set()) - cover if here and not table.what else set()
            cover |= {at for at, stem in enumerate(stems) if stem in own_words and at not in timed and at not in taken}
        # "neodymium or praseodymium" names two values and not the one of both.
        if cover and (here or table.what or not cover <= named_whole.get(value.field, set())):
            found.append((value, frozenset(cover)))
    # "freight" in "timber freight" is the table's own word, and makes no value the one that is named most fully.
    called = {match.start for match in own if match.phrase.kind == "word" and match.end - match.start == 1}
    if not table.what:
        found = [(value, cover - called or cover) for value, cover in found]
    kept = [(v, c) for v, c in found if not any(o.field == v.field and c < cover for o, cover in found)]
    # A unit that only repeats what a value says chooses nothing: "mines" in "number of mines".
    said = {at for value, cover in kept if value.field not in table.units for at in cover}
    kept = [(v, c) for v, c in kept if v.field not in table.units or not c <= said]
    return sorted(kept, key=lambda pair: (pair[0].field, pair[0].value))


def _places(match: Match) -> range:
    return range(match.start, match.end)


def _value_hits(table: Table, own: Sequence[Match]) -> dict[tuple[str, str], list[Match]]:
    """By field and value, where it is named; "oxide" names nothing in "terbium oxide", which is a value itself."""
    found: dict[tuple[str, str], list[Match]] = {}
    values = [match for match in own if match.phrase.kind == "value"]
    for match in values:
        longer = (
            other.start <= match.start and match.end <= other.end and other.end - other.start > match.end - match.start
            for other in values
            if other.phrase.field == match.phrase.field and not table.what
        )
        if not any(longer):
            found.setdefault((match.phrase.field, match.phrase.key), []).append(match)
    return found


def _met(table: Table, value: Value, stems: Sequence[str]) -> bool:
    """Whether a value is named in other order than it is told, or a long one by most of its content and what it is."""
    if any(bag <= set(stems) for bag in value.bags):
        return True
    if value.field in table.plain or len(value.own) < _LONG:
        return False
    met = value.own & set(stems)
    return len(met) / len(value.own) > _COVERED and (not value.head or value.head in met)


def filters_of(
    table: Table, values: Sequence[tuple[Value, frozenset[int]]], over: str, stems: Sequence[str]
) -> list[tuple[Filter, ...]] | None:
    """One set of filters for each side of the question, in its order; null where it sets too many side by side."""
    by_field: dict[str, list[list[tuple[Value, frozenset[int]]]]] = {}
    for value, cover in sorted(values, key=lambda pair: min(pair[1])):
        if value.value == table.whole.get(value.field) and (
            value.field == over or _only_sums(value, {stems[at] for at in cover}, values)
        ):
            continue
        groups = by_field.setdefault(value.field, [])
        joined = [group for group in groups if any(cover & other for _, other in group)]
        rest = [group for group in groups if group not in joined]
        by_field[value.field] = [*rest, [pair for group in joined for pair in group] + [(value, cover)]]
    choices = [[_filter(table, field, group, stems) for group in groups] for field, groups in by_field.items()]
    sides = list(itertools.islice(itertools.product(*choices), SIDES + 1))
    return sides if len(sides) <= SIDES else None


def _only_sums(value: Value, said: set[str], values: Sequence[tuple[Value, frozenset[int]]]) -> bool:
    """Whether "total" stands beside another value and so is none of its own: "total sent to Norland"."""
    return said <= FILLER and any(other.field == value.field and other is not value for other, _ in values)


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
