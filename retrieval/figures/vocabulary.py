"""The words of the tables, compiled once: what names a table, a field's value, a unit, and who stands where. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.figures.lexicon import FILLER, TOTAL_VALUES, lemma, unit_phrases
from retrieval.figures.phrases import (
    Match,
    Phrase,
    Token,
    as_written,
    called_elsewhere,
    initials,
    phrases_of,
    stems_of,
    tokens,
)
from retrieval.names import Name, Names
from retrieval.readers.package import SOURCE_FIELD, TableDescription
from retrieval.words import STOP_WORDS, fold

_PLACEHOLDER = re.compile(r"\{\w+\}")
_LONG_WORD = 6  # letters from which a word may be met in disorder
_APART = frozenset({"from", "to"})


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value: `own` its content stems, `head` the one that says what it is ("tax" of "tax on exports").

    `bags` are the content stems of what else it is called, where these are several plain words.
    """

    field: str
    value: str
    own: frozenset[str]
    head: str
    bags: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table's description with what can be known of it before any question.

    `vocabulary` are stems that say nothing beyond the table, `called` those of its own words, `measured` those of its
    units. `whole` is the value of a field that means all of them, `plain` the one that the title itself names, `loose`
    the values that say the same and more. `what` are the fields that say what is counted where that differs by row,
    `units` those that name the unit. `flows`: it counts what passes in a period. `stands` are the prepositions that a
    name or value stands with.
    """

    description: TableDescription
    vocabulary: frozenset[str]
    called: frozenset[str]
    measured: frozenset[str]
    title: frozenset[str]
    values: tuple[Value, ...]
    whole: Mapping[str, str]
    plain: Mapping[str, str]
    loose: tuple[Value, ...]
    what: frozenset[str]
    required: tuple[str, ...]
    units: frozenset[str]
    flows: bool
    fixed: tuple[str, ...]
    stands: Mapping[str, frozenset[str]]


class Tables:
    """All tables of the story, with the phrases by which questions name what is in them. Immutable once built."""

    def __init__(self, descriptions: Sequence[TableDescription], names: Names) -> None:
        self.names = names
        called = called_elsewhere(descriptions)
        phrases: list[Phrase] = []
        tables: list[Table] = []
        for index, description in enumerate(descriptions):
            fixed = _fixed(description, names)
            values = {field: _choices(description, field) for field in _fields(description)}
            phrases += _words_of(description, index)
            for name in fixed:
                spelled = (*name.spellings, *name.exact, *called.get(name.preferred, ()))
                phrases += phrases_of(spelled, "fixed", index, "", name.key)
            for field, choices in values.items():
                for value in choices:
                    alternatives = _alternatives(description, field, value, choices, names)
                    phrases += phrases_of(alternatives, "value", index, field, value)
            tables.append(_table(description, values, fixed, names))
        self.tables = tuple(tables)
        for name in names.all:
            phrases += phrases_of(name.spellings, "name", -1, "", name.key, name)
            phrases += phrases_of(name.exact, "name", -1, "", name.key, name, exact=True)
        having = Counter(value for table in tables for value in {value.value for value in table.values})
        self._having: Mapping[str, int] = having
        self._by_first: dict[str, list[Phrase]] = {}
        for phrase in dict.fromkeys(phrases):
            self._by_first.setdefault(phrase.stems[0], []).append(phrase)
        own = {phrase.stems[0] for phrase in phrases if phrase.kind != "name"}
        self._telling = frozenset(own - FILLER)
        self._naming = frozenset(stem for phrase in phrases if phrase.kind == "word" for stem in phrase.stems) - FILLER
        words = {phrase.stems[0] for phrase in phrases if len(phrase.stems) == 1 and not phrase.written}
        self._words = frozenset(words)
        self._spelled = {(word[0], *sorted(word)): word for word in words if len(word) >= _LONG_WORD}
        self._initials = initials(names, {word for table in tables for word in table.vocabulary})

    def tells(self, stems: Iterable[str]) -> bool:
        """Whether any word of a question has to do with a table at all."""
        return not self._telling.isdisjoint(stems)

    def has_alone(self, value: str) -> bool:
        """Whether a value is one of a single table."""
        return self._having.get(value) == 1

    def names_a_table(self, stem: str) -> bool:
        """Whether a word is one by which some table is called."""
        return stem in self._naming

    def read(self, text: str) -> list[Token]:
        """The words of a question; an abbreviation in capitals of what the tables are about is written out.

        A long word with its letters in disorder ("teribum") is read as the one that has the same; never one with others,
        since "erbium" is not terbium.
        """
        found: list[Token] = []
        for token in tokens(text):
            spelled = self._initials.get(token.text) if token.text.isupper() else None
            if spelled is None:
                meant = self._spelled.get((token.stem[0], *sorted(token.stem)))
                found.append(replace(token, stem=meant) if meant and token.stem not in self._words else token)
            else:
                found += [Token(word, lemma(word), token.start, token.end) for word in spelled]
        return found

    def matches(self, words: Sequence[Token]) -> list[Match]:
        """Every phrase in a question, overlapping ones included."""
        lower = not any(word.text[:1].isupper() for word in words[1:])
        stems = [word.stem for word in words]
        found: list[Match] = []
        for at, stem in enumerate(stems):
            for phrase in self._by_first.get(stem, ()):
                end = at + len(phrase.stems)
                if tuple(stems[at:end]) == phrase.stems and as_written(phrase, words, at, end, lower):
                    found.append(Match(phrase, at, end))
        return found


def _table(
    description: TableDescription, values: Mapping[str, tuple[str, ...]], fixed: Sequence[Name], names: Names
) -> Table:
    fields = {field.name: field for field in description.fields}
    measures = [fields[name] for name in description.measures]
    units = {field.unit_field for field in measures if field.unit_field}
    varied = bool(units)
    required = tuple(
        name for name in description.series_fields if name in values and fields[name].required and name not in units
    )
    title = frozenset(_plain_words(description.title, names))
    whole = {field: value for field in required for value in values[field] if _is_whole(description, field, value)}
    plain: dict[str, str] = {}
    for field in () if varied else description.basis_fields:
        titled = [value for value in values.get(field, ()) if set(_content(value)) <= title]
        if titled and field in required:
            first = stems_of(description.title)
            plain[field] = min(titled, key=lambda value: (len(_content(value)), first.index(_content(value)[0]), value))
    what = frozenset(field for field in required if varied and field in description.basis_fields)
    texts = [description.title, description.description, _PLACEHOLDER.sub(" ", description.sentence), description.label]
    if not what:
        texts += description.words
    every = tuple(_value(description, field, value) for field, choices in values.items() for value in choices)
    general = {field: frozenset(_content(value)) for field, value in plain.items()}
    loose = (
        v for v in every if v.field in general and general[v.field] <= v.own and not (v.own - general[v.field]) & title
    )
    vocabulary = {stem for text in texts for stem in _plain_words(text, names)}
    units_called = [measure.unit for measure in measures if measure.unit]
    units_called += [unit for field in units for unit in values.get(field, ()) if not what]
    measured = frozenset(stem for unit in units_called for phrase in unit_phrases(unit) for stem in stems_of(phrase))
    period_types = fields.get("period_type")
    return Table(
        description=description,
        vocabulary=frozenset(vocabulary) | measured,
        called=frozenset(stem for text in description.words for stem in _plain_words(text, names)),
        measured=measured,
        title=title,
        values=every,
        whole=whole,
        plain=plain,
        loose=tuple(loose),
        what=what,
        required=required,
        units=frozenset(units),
        flows=period_types is not None and "year-to-date" in period_types.choices,
        fixed=tuple(name.key for name in fixed),
        stands=_stands(description, values, fixed),
    )


def _value(description: TableDescription, field: str, value: str) -> Value:
    called = [words for words in description.values.get(field, {}).get(value, ()) if words.islower()]
    bags = (frozenset(_content(words)) for words in called)
    return Value(field, value, frozenset(_content(value)), _head(value), tuple(bag for bag in bags if len(bag) > 1))


def _fields(description: TableDescription) -> list[str]:
    """The fields by whose values a question can choose: text fields, what the row's unit is included."""
    apart = {description.period_field, "period_type", SOURCE_FIELD}
    used = {*description.series_fields, *description.basis_fields}
    return [field.name for field in description.fields if field.name in used - apart and not field.is_number]


def _choices(description: TableDescription, field: str) -> tuple[str, ...]:
    column = description.field_named(field)
    declared = column.choices if column is not None else ()
    return tuple(dict.fromkeys((*declared, *description.values.get(field, {}))))


def _alternatives(
    description: TableDescription, field: str, value: str, choices: Sequence[str], names: Names
) -> frozenset[str]:
    """Everything that a value is called: as it stands, by the package, by its name's spellings, as a unit."""
    found = {value, *description.values.get(field, {}).get(value, ())}
    name = names.named(value)
    others = {stems_of(choice) for choice in choices if choice != value}
    for spelling in (*name.spellings, *name.exact) if name is not None else ():
        if stems_of(spelling) not in others:
            found.add(spelling)
    columns = (description.field_named(measure) for measure in description.measures)
    if field in {column.unit_field for column in columns if column is not None}:
        found |= unit_phrases(value)
    return frozenset(found)


def _words_of(description: TableDescription, index: int) -> Iterator[Phrase]:
    yield from phrases_of((*description.words, description.label), "word", index, "", "")


def _fixed(description: TableDescription, names: Names) -> tuple[Name, ...]:
    """The places, people and bodies that every row is about: those in the sentence itself, else in the title."""
    text = _PLACEHOLDER.sub(" , ", description.sentence) or description.title
    return tuple(name for name in names.find(text) if name.kind != "substance")


def _stands(
    description: TableDescription, values: Mapping[str, tuple[str, ...]], fixed: Sequence[Name]
) -> dict[str, frozenset[str]]:
    """By name or value, whether it stands after "from" or "to" in the table's own words."""
    found: dict[str, frozenset[str]] = {}
    texts = (description.title, description.sentence, *description.words)
    lines = [stems_of(text) for text in texts]
    for name in fixed:
        spelled = {stems_of(spelling) for spelling in name.spellings}
        found[name.key] = frozenset(
            line[at - 1]
            for line in lines
            for at in range(1, len(line))
            for stems in spelled
            if line[at - 1] in _APART and line[at : at + len(stems)] == stems
        )
    for field in values:
        for value, reads in description.sentence_values.get(field, {}).items():
            found[value] = frozenset(stems_of(reads)[:1]) & _APART
    return {key: stands for key, stands in found.items() if stands}


def _plain_words(text: str, names: Names) -> Iterator[str]:
    """The stems of a text, names of people, places and bodies left out."""
    for number, token in enumerate(tokens(text)):
        name = names.named(token.text)
        if (name is not None and name.kind != "substance") or (number and token.text[0].isupper()):
            continue
        if token.stem not in FILLER:
            yield token.stem


def _content(value: str) -> list[str]:
    return [
        token.stem for token in tokens(value) if fold(token.text) not in STOP_WORDS and fold(token.text) != "number"
    ]


def _head(value: str) -> str:
    """The stem without which a value is not meant; none of "number of …", which only counts."""
    content = _content(value)
    if fold(value).startswith("number of") or not content:
        return ""
    before = [lemma(word) for word in re.split(r"\b(?:on|of|for|in|at|with|called)\b", value)[0].split()]
    told = [stem for stem in before if stem in content]
    return told[-1] if told else content[0]


def _is_whole(description: TableDescription, field: str, value: str) -> bool:
    """Whether a value is all of them: it is called so, or the sentence leaves it out."""
    return fold(value) in TOTAL_VALUES or description.sentence_values.get(field, {}).get(value) == ""
