"""Whether a claim may go from one content token of its quotes to another: what makes it a cut or a join. Pure.

Each function answers with what is wrong in words, or "" where the step is sound.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.verify.lexicon import ALWAYS_SAYING, DATE_HINGES, KEPT_HINGES, is_adverb, is_verb
from retrieval.verify.moments import Moment
from retrieval.verify.reading import Token


def onward(tokens: Sequence[Token], last: int, here: int, said: Token) -> str:
    """From token `last` to the later token `here` of one quote, for the claim's token `said`."""
    cur = tokens[here]
    if cur.sentence != tokens[last].sentence and not boundary(said):
        return f"runs two sentences together before “{said.written}”"
    if here > last + 1:
        fault = _left_out(tokens, last, here)
        if fault:
            return fault
    elif cur.clause != tokens[last].clause and cur.punct and not boundary(said) and not _timed(tokens[last], cur):
        return f"runs two clauses together before “{said.written}”"
    return _hinges(cur, said, skipped=here > last + 1)


def _left_out(tokens: Sequence[Token], last: int, here: int) -> str:
    """What lies between may go where punctuation sets it off on both sides, or where it only adds to what stays."""
    first = last + 1
    if tokens[first].punct and tokens[here].punct and tokens[first].sentence == tokens[here].sentence:
        return ""
    fragment = tokens[first if tokens[last].form in ALWAYS_SAYING else last].fragment
    headed = True  # whether the token before starts nothing that the left-out words complete
    for index in range(first, here):
        token = tokens[index]
        if _passing(token):
            continue
        if token.punct and index > first:
            return f"cuts across a clause before “{tokens[here].written}”"
        if token.kind == "word" and is_verb(str(token.form)):
            return f"leaves out “{token.written}”"
        if token.joined and headed and index == first:
            return f"cuts “{token.written}” off “{tokens[last].written}”"
        if token.conj or token.fragment != fragment:
            return f"cuts across a clause before “{tokens[here].written}”"
        headed = False
    return ""


def _hinges(cur: Token, said: Token, *, skipped: bool) -> str:
    """The words that hang it to what comes before are the quote's own."""
    if isinstance(cur.form, Moment):
        theirs = {hinge for hinge in cur.hinges if hinge in DATE_HINGES}
        ours = {hinge for hinge in said.hinges if hinge in DATE_HINGES}
        return "" if theirs == ours else f"hangs “{said.written}” on another word than the quote"
    theirs_, ours_ = _telling(cur), _telling(said)
    if theirs_ != ours_ and not (said.punct and not ours_ and skipped):
        shown = " ".join(theirs_ ^ ours_)
        return f"“{shown}” before “{said.written}” is not as in the quote"
    if cur.conj and not boundary(said):
        return f"drops the joint before “{said.written}”"
    if said.conj and not (cur.conj or cur.punct):
        return f"joins “{said.written}” otherwise than the quote"
    return ""


def _telling(token: Token) -> frozenset[str]:
    return frozenset(token.hinges)


def boundary(token: Token) -> bool:
    return token.punct or token.conj


def _timed(*tokens: Token) -> bool:
    return any(token.kind == "date" for token in tokens)


def opens(tokens: Sequence[Token], here: int, said: Token) -> str:
    """Whether a piece of a claim may begin at this token: where a clause does, or at the head of its first phrase."""
    cur = tokens[here]
    ours = set(said.hinges) - {"be"}
    if isinstance(cur.form, Moment):
        ours &= DATE_HINGES
    if dropped := (KEPT_HINGES & set(cur.hinges)) - set(said.hinges):
        return f"leaves out “{' '.join(sorted(dropped))}” before “{said.written}”"
    if not ours <= set(cur.hinges):
        return f"“{' '.join(sorted(ours - set(cur.hinges)))}” before “{said.written}” is not in the quote"
    headed = cur.joined and tokens[here - 1].fragment == cur.fragment and not _passing(tokens[here - 1])
    if headed and cur.kind == "word" and is_verb(str(cur.form)):
        return f"leaves out who “{said.written}”"
    at = here
    while at > 0 and tokens[at].fragment == tokens[at - 1].fragment:
        before = tokens[at - 1]
        if _passing(before):
            at -= 1
            continue
        if not tokens[at].joined or (before.kind == "word" and is_verb(str(before.form))):
            return f"begins inside a clause at “{said.written}”"
        at -= 1
    return ""


def closes(tokens: Sequence[Token], here: int) -> str:
    """Whether a piece of a claim may end at this token: not before a word that it only leads to."""
    if here + 1 >= len(tokens):
        return ""
    after = tokens[here + 1]
    if not after.joined or _passing(after):
        return ""
    if after.fragment != tokens[here].fragment and str(tokens[here].form) not in ALWAYS_SAYING:
        return ""
    return f"ends inside a phrase, before “{after.written}”"


def _passing(token: Token) -> bool:
    """A date or an adverb: other words hold together over it."""
    return token.kind == "date" or (token.kind == "word" and is_adverb(str(token.form)))
