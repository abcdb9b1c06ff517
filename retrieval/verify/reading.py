"""A text as the checks read it: content tokens in order, with what stands between them. Pure and cached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from retrieval.names import Names
from retrieval.passages import sentences
from retrieval.verify.clauses import Place, places
from retrieval.verify.lexicon import BE, FREE, HINGE_CLASS, HINGES, JOINING, MODALS, NEGATORS, QUANTIFIERS
from retrieval.verify.moments import Moment, moments
from retrieval.verify.quantity import Quantity, quantities
from retrieval.verify.spotting import spotted
from retrieval.words import fold

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\w")
_PUNCTUATION = re.compile(r"[,;:()\[\]—–“”\"!?…。，；：]|\s-\s")
_INNER_END = re.compile(r"[.!?…။]\S*\s+\S|[。！？။]|\n")
_BARE = ("", " ", "-")
_FUNCTION = FREE | HINGES | JOINING | MODALS | NEGATORS | QUANTIFIERS
Form = str | Quantity | Moment


class Token(NamedTuple):
    """One content token. `hinges`, `conj`, `punct`: the words and the punctuation between it and the one before;
    `joined`: nothing stood between them."""

    kind: str  # word, name, number or date
    form: Form
    written: str
    start: int
    end: int
    hinges: tuple[str, ...]
    conj: bool
    punct: bool
    joined: bool
    fragment: int
    clause: int
    sentence: int


class Mark(NamedTuple):
    """A function word that colours what follows: a negator, a modal, a quantifier. `next` counts content tokens."""

    word: str
    next: int
    clause: int


class Reading(NamedTuple):
    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    asks: frozenset[int]  # sentences that are questions
    words: frozenset[str]  # every word, folded
    by_form: dict[str, tuple[int, ...]]


class _Piece(NamedTuple):
    kind: str  # also "function"
    form: Form
    start: int
    end: int


@lru_cache(maxsize=2048)
def read(text: str, names: Names) -> Reading:
    """Reads a text once. Names come first, then times, then numbers, then words."""
    pieces = list(_pieces(text, names))
    ends = [end for _, end in sentences(text)] if _INNER_END.search(text) else []
    ends = ends or [len(text)]
    gaps = [text[(pieces[i - 1].end if i else 0) : piece.start] for i, piece in enumerate(pieces)]
    punctuated = [gap not in _BARE and bool(_PUNCTUATION.search(gap)) for gap in gaps]
    sentence_of = _sentence_numbers(pieces, ends)
    words_only = [str(p.form) if p.kind in ("word", "function") else "" for p in pieces]
    placed = places(words_only, punctuated, sentence_of)
    tokens, marks = _assembled(text, pieces, punctuated, sentence_of, placed)
    by_form: dict[str, tuple[int, ...]] = {}
    for index, token in enumerate(tokens):
        if isinstance(token.form, str):
            by_form[token.form] = (*by_form.get(token.form, ()), index)
    asks = frozenset(n for n, end in enumerate(ends) if text[:end].rstrip("\"'”’) ").endswith(("?", "？")))
    words = frozenset(str(piece.form) for piece in pieces if piece.kind in ("word", "function"))
    return Reading(text, tokens, marks, asks, words, by_form)


def _assembled(
    text: str, pieces: list[_Piece], punctuated: list[bool], sentence_of: list[int], placed: list[Place]
) -> tuple[tuple[Token, ...], tuple[Mark, ...]]:
    tokens: list[Token] = []
    marks: list[Mark] = []
    hinges: list[str] = []
    conj = punct = between = False
    for index, piece in enumerate(pieces):
        new_sentence = index > 0 and sentence_of[index] != sentence_of[index - 1]
        punct = punct or punctuated[index] or new_sentence
        place = placed[index]
        if piece.kind == "function":
            word = str(piece.form)
            between = True
            if word in JOINING:
                conj = True
            elif word in HINGES:
                hinges.append(HINGE_CLASS.get(word, word))
            elif word in BE:
                hinges.append("be")
            if word in NEGATORS or word in MODALS or word in QUANTIFIERS or word in ("if", "unless", "whether"):
                marks.append(Mark(word, len(tokens), place.clause))
            continue
        written = text[piece.start : piece.end]
        told = tuple(dict.fromkeys(hinges)) if hinges else ()
        joined = not (between or punct) and bool(tokens)
        tokens.append(
            Token(
                piece.kind, piece.form, written, piece.start, piece.end, told, conj, punct, joined,
                place.fragment, place.clause, sentence_of[index],
            )
        )  # fmt: skip
        hinges = []
        conj = punct = between = False
    return tuple(tokens), tuple(marks)


def _sentence_numbers(pieces: list[_Piece], ends: list[int]) -> list[int]:
    numbers: list[int] = []
    current = 0
    for piece in pieces:
        while current < len(ends) - 1 and piece.start >= ends[current]:
            current += 1
        numbers.append(current)
    return numbers


def _pieces(text: str, names: Names) -> Iterator[_Piece]:
    raw = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    times = moments(text)
    numbers = quantities(text)
    oxide = [(number.start, number.end) for number in numbers if number.unit.endswith(" REO")]
    # "REO" in "5,900 t REO" is the unit's and no name.
    taken = [
        _Piece("name", key, start, end)
        for key, start, end in spotted(raw, names)
        if not any(first <= start and end <= last for first, last in oxide)
    ]
    for number in numbers:
        # "2000 tonnes" and "nearly 2000 men" count; "2000" alone is a year.
        if number.unit or (number.bound and number.bound != "atmost"):
            times = [t for t in times if not (t.bare_year and number.start <= t.start < number.end)]
    spans: list[tuple[int, int, _Piece]] = [(p.start, p.end, p) for p in taken]
    for moment in times:
        _add(spans, _Piece("date", moment, moment.start, moment.end))
    for number in numbers:
        _add(spans, _Piece("number", number, number.start, number.end))
    spans.sort(key=lambda span: span[0])
    at = 0
    skip = 0
    for index, (written, start, end) in enumerate(raw):
        while at < len(spans) and spans[at][1] <= start:
            yield spans[at][2]
            at += 1
        if index < skip or (at < len(spans) and spans[at][0] < end and start < spans[at][1]):
            continue
        if len(written) == 1 and written.isupper() and text[end : end + 1] == ".":
            letters, skip, last = _initials(raw, index, text)
            if len(letters) > 1:
                yield _Piece("word", letters, start, last)
                continue
        for kind, form, first, last in _parts(written):
            yield _Piece(kind, form, start + first, start + last)
    for _, _, piece in spans[at:]:
        yield piece


def _add(spans: list[tuple[int, int, _Piece]], piece: _Piece) -> None:
    if all(piece.end <= start or end <= piece.start for start, end, _ in spans):
        spans.append((piece.start, piece.end, piece))


def _initials(raw: list[tuple[str, int, int]], index: int, text: str) -> tuple[str, int, int]:
    """Dotted initials as one word, where it starts: its letters, the index after it, and its end."""
    letters = ""
    last = raw[index][1]
    while index < len(raw):
        written, start, end = raw[index]
        if len(written) != 1 or not written.isupper() or (letters and start != last) or text[end : end + 1] != ".":
            break
        letters += written
        last = end + 1
        index += 1
    return letters, index, last


@lru_cache(maxsize=16_384)
def _parts(written: str) -> tuple[tuple[str, str, int, int], ...]:
    """One written word as kind, form, start and end within it; a contraction comes apart."""
    size = len(written)
    lowered = written.lower().replace("’", "'")
    if lowered.endswith("n't"):
        verb = {"ca": "can", "wo": "will", "sha": "shall"}.get(lowered[:-3], lowered[:-3])
        negator = ("function", "not", size - 3, size)
        return (("function", verb, 0, size - 3), negator) if verb else (negator,)
    if lowered == "cannot":
        return ("function", "can", 0, 3), ("function", "not", 3, size)
    base, _, ending = lowered.partition("'")
    if ending == "ll":
        return ("word", fold(base), 0, len(base)), ("function", "will", len(base), size)
    if ending in ("s", "re", "ve", "d", "m"):
        lowered = base
    loud = len(lowered) == size > 1 and written.isupper() and written.isascii()
    # Capitals are an acronym, another word than the same letters in small. A function word in capitals is only loud.
    if loud and (lowered not in _FUNCTION or lowered == "us"):
        return (("word", written, 0, size),)
    word = fold(lowered)
    return (("function" if word in _FUNCTION else "word", word, 0, size),)
