"""Who says what in a text: its attributions and the clauses that each of them governs. Pure and cached."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from retrieval.names import Names
from retrieval.verify.lexicon import ALWAYS_SAYING, SAYING_AFTER_NAME, SAYING_BEFORE_THAT, is_verb
from retrieval.verify.reading import Form, Token, read

_CITING = frozenset(("according", "citing"))


class Attribution(NamedTuple):
    cue: int  # the content token that says so
    speaker: frozenset[Form]
    governs: frozenset[int]  # clauses


@lru_cache(maxsize=2048)
def attributions(text: str, names: Names) -> tuple[Attribution, ...]:
    """The attributions of a text in order: "X said …", "…, said X", "according to X"."""
    reading = read(text, names)
    tokens = reading.tokens
    cues = [index for index, token in enumerate(tokens) if _is_cue(text, tokens, index)]
    clauses_of: dict[int, list[int]] = {}
    opened: dict[int, Token] = {}
    for token in tokens:
        found = clauses_of.setdefault(token.sentence, [])
        if token.clause not in found:
            found.append(token.clause)
            opened[token.clause] = token
    saying = {tokens[cue].clause for cue in cues}
    result = []
    for cue in cues:
        token = tokens[cue]
        clauses = clauses_of[token.sentence]
        at = clauses.index(token.clause)
        speaker, after = _speaker(tokens, cue)
        governs = {token.clause}
        for clause in clauses[at + 1 :]:
            # What another says after "and", "while" or ";" is theirs.
            if clause in saying and (opened[clause].conj or opened[clause].punct):
                break
            governs.add(clause)
        if after or _ends_what_it_tells(tokens, cue, opened[token.clause]):
            for clause in reversed(clauses[:at]):
                governs.add(clause)
                if clause in saying and opened[clause].conj:
                    break
        result.append(Attribution(cue, speaker, frozenset(governs)))
    return tuple(result)


def _ends_what_it_tells(tokens: tuple[Token, ...], cue: int, opened: Token) -> bool:
    """Whether it stands behind or inside its matter: ", X said.", ", X said, …", ", X said on Monday."."""
    if not opened.punct or opened.conj:
        return False
    rest: list[Token] = []
    for token in tokens[cue + 1 :]:
        if token.punct or token.sentence != tokens[cue].sentence:
            return len(rest) <= 3
        if not rest and token.hinges:  # ", X said in its report on …"
            return True
        if token.kind != "date":
            rest.append(token)
    return len(rest) <= 3


def _is_cue(text: str, tokens: tuple[Token, ...], index: int) -> bool:
    token = tokens[index]
    if token.kind != "word":
        return False
    word = str(token.form)
    if word in ALWAYS_SAYING or word == "citing":
        return True
    after = text[token.end : token.end + 6].lower()
    if word == "according":
        return after.startswith(" to")
    if word in SAYING_BEFORE_THAT and after.startswith(" that "):
        return True
    if word not in SAYING_AFTER_NAME or index == 0:
        return False
    before = tokens[index - 1]
    if (
        token.joined
        and token.written.islower()
        and (before.kind == "name" or before.written[0].isupper() or before.written[-1].isdigit())
    ):
        return True
    first = index
    while first > 0 and tokens[first].fragment == token.fragment and not tokens[first].punct:
        first -= 1
    last = index + 1 == len(tokens) or tokens[index + 1].punct
    return last and tokens[first].punct and tokens[first].fragment == token.fragment and token.joined


def _speaker(tokens: tuple[Token, ...], cue: int) -> tuple[frozenset[Form], bool]:
    """Who says it, and whether they are named after the verb."""
    token = tokens[cue]
    if token.form not in _CITING:
        before = [
            t.form
            for t in tokens[:cue]
            if t.clause == token.clause and t.sentence == token.sentence and t.kind != "date"
        ]
        if before or token.conj:  # "… said and denied …" goes on with who spoke before
            return frozenset(before), False
    after: list[Form] = []
    for following in tokens[cue + 1 :]:
        stops = following.sentence != token.sentence or (after and following.punct)
        if stops or (following.kind == "word" and (is_verb(str(following.form)) or following.form in ALWAYS_SAYING)):
            break
        if following.kind != "date":
            after.append(following.form)
    return frozenset(after), True
