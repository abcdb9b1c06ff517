"""Lays a claim along its quotes: which content token of which quote each token of the claim is. Pure and cached."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from retrieval.names import Names
from retrieval.verify.moments import Moment
from retrieval.verify.quantity import Quantity
from retrieval.verify.reading import Reading, Token, read
from retrieval.verify.steps import boundary, closes, onward, opens

Position = tuple[int, int]  # quote, content token
_WRONG, _JOIN, _CUT = 100.0, 3.0, 1.0
LONGEST = 400  # content tokens of a claim; a longer one is no sentence


class Wrong(NamedTuple):
    """A step that is no cut and no join, at this token of the claim."""

    at: int
    why: str


class Alignment(NamedTuple):
    claim: Reading
    quotes: tuple[Reading, ...]
    at: tuple[Position | None, ...]
    wrong: tuple[Wrong, ...]

    def used_clauses(self) -> frozenset[Position]:
        """The clauses of the quotes that the claim draws on, as (quote, clause)."""
        return frozenset((p[0], self.token(p).clause) for p in self.at if p is not None)

    def token(self, position: Position) -> Token:
        return self.quotes[position[0]].tokens[position[1]]


class _State(NamedTuple):
    cost: float
    position: Position
    before: _State | None
    said: int
    why: str


def align(claim: str, quotes: Sequence[str], names: Names) -> Alignment:
    """The cheapest alignment; tokens that no quote holds stay unaligned, unsound steps are told in `wrong`."""
    return _align(claim, tuple(quotes), names)


@lru_cache(maxsize=256)
def _align(claim: str, quotes: tuple[str, ...], names: Names) -> Alignment:
    ours = read(claim, names)
    theirs = tuple(read(quote, names) for quote in quotes)
    if len(ours.tokens) > LONGEST:
        return Alignment(ours, theirs, (None,) * len(ours.tokens), (Wrong(0, "too long for one sentence"),))
    states: list[_State] = []
    opening: Token | None = None
    for index, said in enumerate(ours.tokens):
        positions = _candidates(said, theirs)
        if not positions:
            continue
        if opening is None:
            opening = said
            states = []
            for position in positions:
                why = opens(theirs[position[0]].tokens, position[1], said)
                states.append(_State(_WRONG if why else 0.0, position, None, index, why))
        else:
            states = [_best(states, position, theirs, said, index) for position in positions]
    if not states:
        return Alignment(ours, theirs, (None,) * len(ours.tokens), ())
    ends = [(state, closes(theirs[state.position[0]].tokens, state.position[1])) for state in states]
    state, ending = min(ends, key=lambda pair: pair[0].cost + (_WRONG if pair[1] else 0.0))
    wrong = [Wrong(state.said, ending)] if ending else []
    at: list[Position | None] = [None] * len(ours.tokens)
    step: _State | None = state
    while step is not None:
        at[step.said] = step.position
        if step.why:
            wrong.append(Wrong(step.said, step.why))
        step = step.before
    return Alignment(ours, theirs, tuple(at), tuple(reversed(wrong)))


def _best(states: list[_State], position: Position, theirs: tuple[Reading, ...], said: Token, index: int) -> _State:
    best: _State | None = None
    tokens = theirs[position[0]].tokens
    for state in states:
        if best is not None and state.cost >= best.cost:
            continue
        cost, why = _step(state.position, position, theirs, tokens, said)
        if best is None or state.cost + cost < best.cost:
            best = _State(state.cost + cost, position, state, index, why)
    assert best is not None
    return best


def _step(
    last: Position, here: Position, theirs: tuple[Reading, ...], tokens: tuple[Token, ...], said: Token
) -> tuple[float, str]:
    why = ""
    if last[0] == here[0] and here[1] > last[1]:
        why = onward(tokens, last[1], here[1], said)
        left_out = here[1] - last[1] - 1
        if not why:
            return (_CUT + 0.01 * left_out if left_out else 0.0), ""
    if boundary(said) and (last[0] != here[0] or here[1] > last[1]):
        ending = closes(theirs[last[0]].tokens, last[1]) or opens(tokens, here[1], said)
        if not ending:
            return _JOIN, ""
        why = why or ending
    if not why:
        why = f"“{said.written}” does not follow there in its quote"
    # Among wrong steps the one that stays in its quote and moves least is the likeliest meant.
    return _WRONG + (0.01 * abs(here[1] - last[1]) if last[0] == here[0] else 1.0), why


def _candidates(said: Token, theirs: tuple[Reading, ...]) -> list[Position]:
    if isinstance(said.form, str):
        return [(number, index) for number, quote in enumerate(theirs) for index in quote.by_form.get(said.form, ())]
    return [
        (number, index)
        for number, quote in enumerate(theirs)
        for index, token in enumerate(quote.tokens)
        if not isinstance(token.form, str) and same_figure(token.form, said.form)
    ]


def same_figure(theirs: Quantity | Moment | str, ours: Quantity | Moment | str) -> bool:
    """Whether the quote's number or time is the claim's: equal numbers, or a time that is no finer.

    A bare year and the same bare number are one: "2000 men", "2,000 men".
    """
    if isinstance(theirs, Moment) and isinstance(ours, Moment):
        return theirs.holds(ours)
    if isinstance(theirs, Quantity) and isinstance(ours, Quantity):
        return theirs.key == ours.key
    if isinstance(theirs, Moment) and isinstance(ours, Quantity):
        return theirs.bare_year and ours.value == theirs.year and not ours.unit
    if isinstance(theirs, Quantity) and isinstance(ours, Moment):
        return ours.bare_year and theirs.value == ours.year and not theirs.unit and not theirs.bound
    return False
